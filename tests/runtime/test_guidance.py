"""What a caller wants in a translation, given as text: its beginning, words it has, words it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traverba import DecodeOptions, OptionError, Sampling, Translator, load_translator
from traverba.text import BannedPhrases, BpeTokenizer, begins_word, ends_word, needs_space, spellings

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"
TEXT, PLAIN = "lout bami baut.", "ethzar zarion ionion."
SEARCHES = [
    DecodeOptions(beam_size=1),
    DecodeOptions(beam_size=5, num_hypotheses=5),
    DecodeOptions(sampling=Sampling(temperature=2.0, seed=3), num_hypotheses=4),
]
anywhere = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def tiny() -> Iterator[Translator]:
    with load_translator(TINY, device="cpu", threads=1) as translator:
        yield translator


def has_phrase(text: str, phrase: str) -> bool:
    """As words of its own."""
    before, after = r"(?<!\w)" if phrase[0].isalnum() else "", r"(?!\w)" if phrase[-1].isalnum() else ""
    return re.search(before + re.escape(phrase) + after, text) is not None


@pytest.mark.parametrize("beam_size", [1, 5])
@pytest.mark.parametrize("require", [["zareth"], ["zareth", "uskusk"], ["ionion uskzar"], ["zarion"]])
def test_required_phrases_appear_as_words(tiny: Translator, require: list[str], beam_size: int) -> None:
    options = DecodeOptions(beam_size=beam_size)
    translation = tiny.translate(TEXT, target="qab", require=require, options=options)
    assert all(has_phrase(translation.text, phrase) for phrase in require)
    assert translation.flags == () and translation.hypotheses[0].finished


def test_requiring_what_is_there_anyway_changes_nothing(tiny: Translator) -> None:
    assert tiny.translate(TEXT, target="qab").text == PLAIN
    for require in (["zarion"], ["ionion."], ["ethzar zarion"], ["."]):
        assert tiny.translate(TEXT, target="qab", require=require).text == PLAIN


def test_a_required_word_may_stand_without_a_space_before_it(translator: Translator) -> None:
    """The copying model can only say "machines" behind the quotation mark."""
    text = "the «machines» win"
    options = DecodeOptions(beam_size=4)
    assert translator.translate(text, target="fr", require=["machines"], options=options).text == text


@pytest.mark.parametrize("options", SEARCHES)
@pytest.mark.parametrize("suppress", [["zarion"], ["ethzar", "ionion"], ["ethzar zarion"], ["."]])
def test_suppressed_phrases_do_not_appear(
    tiny: Translator, suppress: list[str], options: DecodeOptions
) -> None:
    translation = tiny.translate(TEXT, target="qab", suppress=suppress, options=options)
    for hypothesis in translation.hypotheses:
        assert not any(has_phrase(hypothesis.text, phrase) for phrase in suppress)


@anywhere
@given(phrase=st.text(min_size=1, max_size=6).filter(str.strip), text=st.text(max_size=12))
def test_no_cut_into_tokens_gets_past_a_ban(tokenizer: BpeTokenizer, phrase: str, text: str) -> None:
    """Follow the tokens of a text that holds the phrase: one of them is banned where it stands."""
    phrase = phrase.strip()
    banned = BannedPhrases(tokenizer, [phrase])
    said = f"{text} {phrase} {text}"
    for ids in (tokenizer.encode(said), [*map(by_byte(tokenizer).__getitem__, f" {said}".encode())]):
        assert any(token in banned.banned_next(ids[:t]) for t, token in enumerate(ids))


def by_byte(tokenizer: BpeTokenizer) -> dict[int, int]:
    """Byte -> the token that is only this byte."""
    pieces = enumerate(map(tokenizer.piece, range(tokenizer.vocab_size)))
    return {piece[0]: i for i, piece in pieces if len(piece) == 1}


def test_a_ban_spares_words_that_end_with_the_phrase(tokenizer: BpeTokenizer) -> None:
    banned = BannedPhrases(tokenizer, ["win"])
    ids = tokenizer.encode("the darwin")
    assert not any(token in banned.banned_next(ids[:t]) for t, token in enumerate(ids))


def test_a_phrase_is_spelled_behind_a_space_and_without_one(tokenizer: BpeTokenizer) -> None:
    spaced, bare = spellings(tokenizer, "machines")
    assert b"".join(map(tokenizer.piece, spaced)) == b" machines"
    assert b"".join(map(tokenizer.piece, bare)) == b"machines"


@pytest.mark.parametrize(
    ("piece", "begins", "ends"),
    [
        (b" a", False, True),
        (b"a ", True, False),
        ("é".encode(), True, True),
        ("»".encode(), False, False),
        (b"7", True, True),
        (b"", False, False),
    ],
)
def test_letters_and_digits_make_words(piece: bytes, begins: bool, ends: bool) -> None:
    assert (begins_word(piece), ends_word(piece)) == (begins, ends)


@pytest.mark.parametrize("piece", [b"a", b" a.", b"7", b")", "…".encode()])
def test_another_word_needs_a_space_behind_a_word_or_a_clause(piece: bytes) -> None:
    assert needs_space(piece)


@pytest.mark.parametrize("piece", [b"l'", "l’".encode(), "«".encode(), b" (", b"-", b" ", b""])
def test_another_word_may_follow_at_once_behind_an_elision_or_an_opening(piece: bytes) -> None:
    assert not needs_space(piece)


def test_prefix_required_and_suppressed_words_go_together(tiny: Translator) -> None:
    translation = tiny.translate(TEXT, target="qab", prefix="zar", require=["ethzar"], suppress=["zarion"])
    assert translation.text.startswith("zar")
    assert has_phrase(translation.text, "ethzar") and not has_phrase(translation.text, "zarion")


def test_guidance_holds_for_lists_iterators_and_streams(tiny: Translator) -> None:
    texts = [TEXT, "bami", ""]
    found = tiny.translate(texts, target="qab", require=["zareth"], suppress=["ionion"])
    lazily = list(tiny.translate_iter(iter(texts), target="qab", require=["zareth"], suppress=["ionion"]))
    streamed = ["".join(tiny.stream(t, target="qab", require=["zareth"], suppress=["ionion"])) for t in texts]
    assert [t.text for t in found] == [t.text for t in lazily] == streamed
    assert "zareth" in streamed[0] and "zareth" in streamed[1] and streamed[2] == ""


@pytest.mark.parametrize(
    ("guidance", "message"),
    [
        ({"require": "chat"}, "require must be a list of phrases, not 'chat'"),
        ({"require": [3]}, "require must be a list of phrases"),
        ({"suppress": "chat"}, "suppress must be a list of phrases, not 'chat'"),
        ({"require": ["a", " "]}, "require must hold phrases of at least 1 letter"),
        ({"suppress": [""]}, "suppress must hold phrases of at least 1 letter"),
        ({"prefix": "c"}, "prefix needs a text of one line, not of 2"),
        ({"require": ["c"]}, "require needs a text of one line, not of 2"),
        ({"require": ["c"], "options": DecodeOptions(sampling=Sampling())}, "one line|sampling must be None"),
    ],
)
def test_what_cannot_be_wanted_is_refused(
    translator: Translator, guidance: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        translator.translate("a\nb", target="fr", **guidance)
    if "needs" not in message and "options" not in guidance:
        with pytest.raises(OptionError, match=message):
            list(translator.translate_iter(iter(["a"]), target="fr", **guidance))


def test_single_tokens_are_reached_by_their_ids(tiny: Translator) -> None:
    """Position 0 is forced to another word's token; a suppressed token is written nowhere."""
    first, other = tiny.token_ids("ethzar")[0], tiny.token_ids("zarion")[0]
    forced = tiny.translate(TEXT, target="qab", options=DecodeOptions(forced_ids=((0, other),)))
    assert forced.text.startswith(forced.tokens[0].text) and not forced.text.startswith("eth")
    without = tiny.translate(TEXT, target="qab", options=DecodeOptions(suppressed_ids=(first,)))
    assert not without.text.startswith(PLAIN[: len(forced.tokens[0].text)])
