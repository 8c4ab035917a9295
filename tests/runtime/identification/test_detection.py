"""The built-in identifier: what it answers, and that nothing makes it stumble."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba import Detection, InputError, LanguageError, detect
from traverba.identification import UNDETERMINED, Candidate, Identifier, load_identifier
from traverba.identification.builtin import BUILT_IN

SENTENCES = {
    "en": "The weather was so nice that we walked home.",
    "fr": "Il faisait si beau que nous sommes rentrés à pied.",
    "de": "Das Wetter war so schön, dass wir zu Fuß gingen.",
    "es": "Hacía tan buen tiempo que volvimos a casa andando.",
    "ru": "Погода была такая хорошая, что мы пошли домой пешком.",
    "uk": "Погода була така гарна, що ми пішли додому пішки.",
    "ja": "天気がとても良かったので歩いて帰りました。",
    "zh": "天气很好，我们就走路回家了。",
    "el": "Ο καιρός ήταν τόσο ωραίος που γυρίσαμε με τα πόδια.",
    "ar": "كان الطقس جميلا جدا فعدنا إلى البيت سيرا على الأقدام.",
}
SIZE_LIMIT_BYTES = 2_000_000


@pytest.mark.parametrize("language", SENTENCES)
def test_a_plain_sentence_is_recognised(language: str) -> None:
    assert detect(SENTENCES[language]).language == language


@pytest.mark.parametrize(
    "text", ["", " \n\t", "123 456", "?!…", "🙂👍", "https://example.org", "a@b.fr", "ᚠᚢᚦᚨᚱᚲ"]
)
def test_what_says_nothing_about_its_language_is_undetermined(text: str) -> None:
    assert detect(text) == UNDETERMINED
    assert str(detect(text)) == "und"


@pytest.mark.parametrize("text", list(SENTENCES.values()))
def test_upper_case_and_spaces_around_change_nothing(text: str) -> None:
    assert detect(f"\n  {text}  ") == detect(text)
    # Upper case has no sharp s, and a final sigma that comes back as another letter.
    assert detect(text.replace("ß", "ss").upper()).language == detect(text).language


def test_candidates_are_ranked_probabilities() -> None:
    detection = detect("Bonjour")
    probabilities = [candidate.probability for candidate in detection.candidates]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1 + 1e-9
    assert detection.candidates[0] == Candidate(detection.language or "", detection.probability)


def test_a_choice_of_languages_is_kept_to_and_adds_up_to_one() -> None:
    detection = detect(SENTENCES["es"], languages=["en", "fr"])
    assert {candidate.language for candidate in detection.candidates} == {"en", "fr"}
    assert sum(candidate.probability for candidate in detection.candidates) == pytest.approx(1)


def test_the_order_and_the_spelling_of_the_choice_do_not_matter() -> None:
    expected = detect("Hola", languages=["en", "es"])
    assert detect("Hola", languages=["es-MX", "EN", "eng", "en_GB"]) == expected


@pytest.mark.parametrize("languages", [[], ["xx"], "fr", ["en", ""]])
def test_a_choice_that_cannot_be_kept_is_refused(languages: list[str]) -> None:
    with pytest.raises(LanguageError):
        detect("text", languages=languages)


def test_bytes_are_no_text() -> None:
    with pytest.raises(InputError, match="must be a str"):
        detect(b"text")  # type: ignore[arg-type]


@given(st.text(st.characters(), max_size=300))
def test_any_text_gets_an_answer_and_the_same_one_again(text: str) -> None:
    """Lone surrogates, control characters and unassigned ones included."""
    detection = detect(text)
    assert detection == detect(text)
    assert (detection.language is None) == (detection.probability == 0)
    assert 0 <= detection.probability <= 1


def test_many_threads_get_the_serial_answers() -> None:
    texts = list(SENTENCES.values()) * 5
    serial = [detect(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect, texts)) == serial


def test_ten_megabytes_on_one_line_are_as_easy_as_their_pieces() -> None:
    assert detect(SENTENCES["fr"] * 200_000).language == "fr"
    assert detect("0123456789" * 1_000_000) == UNDETERMINED


def test_an_answer_becomes_json() -> None:
    value = json.loads(json.dumps(detect(SENTENCES["fr"]).to_json()))
    assert value["language"] == "fr"
    assert value["candidates"][0]["probability"] == value["probability"]


def test_at_least_sixty_languages_lie_in_two_megabytes() -> None:
    assert len(set(load_identifier().languages)) >= 60
    assert sum(path.stat().st_size for path in BUILT_IN.rglob("*") if path.is_file()) <= SIZE_LIMIT_BYTES


def test_importing_traverba_does_not_load_the_identifier() -> None:
    code = "import sys, traverba; assert not [m for m in sys.modules if m.startswith('traverba.ident')]"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_the_same_identifier_serves_everybody() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len({id(each) for each in pool.map(lambda _: load_identifier(), range(8))}) == 1


def test_an_identifier_can_lie_anywhere(tmp_path: Path) -> None:
    for path in BUILT_IN.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    answer: Detection = Identifier(tmp_path).detect(SENTENCES["fr"])
    assert answer == detect(SENTENCES["fr"])
