"""Words of no list in translations: which ones they are, and that the built-in model does without."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba import DecodeOptions, load_translator
from traverba.made_up_words import KnownTargets, word_pieces
from traverba.text import BpeTokenizer
from traverba.word_file import read_word_set, words_file, write_words

LISTED = frozenset({"gagnent", "Hund", "isn", "isn't"})


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("gagnent", True),
        ("Gagnent", True),
        ("GAGNENT", True),
        ("hund", True),
        ("gagnerent", False),
        ("Gagnerent", False),
        ("qu", True),
        ("Zubrowka", True),
        ("zubrowka", True),
        ("drinks", False),
        ("ga\ufffd", True),
    ],
)
def test_known_is_what_the_list_has_and_what_the_text_has(word: str, known: bool) -> None:
    targets = KnownTargets(pieces=None, listed=LISTED).of("He drinks Zubrowka.")  # type: ignore[arg-type]
    assert targets.knows(word) == known


@pytest.mark.parametrize(
    ("word", "known"),
    [("Gruppe", False), ("wichtig", False), ("Goethe", True), ("OAuthToken", True), ("ODER", True)],
)
def test_a_word_of_the_texts_own_language_is_no_name_that_may_stay(word: str, known: bool) -> None:
    german = frozenset({"Gruppe", "wichtig", "oder"})
    targets = KnownTargets(pieces=None, listed=LISTED, ordinary=german)  # type: ignore[arg-type]
    assert targets.of("Wichtig: Gruppe, OAuthToken ODER Goethe.").knows(word) == known


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("les machines", "machines"),
        ("l'été", "été"),
        ("a1b c-d", "d"),
        ("wins!", ""),
        ("7", ""),
        ("日本", "日本"),
    ],
)
def test_the_word_that_a_text_ends_with_is_put_together_from_its_pieces(
    tokenizer: BpeTokenizer, text: str, last: str
) -> None:
    pieces, word, exact = word_pieces(tokenizer), "", b""
    for token in tokenizer.encode(text):
        word = word + pieces.endings[token] if pieces.is_ending[token] else pieces.endings[token]
        assert not pieces.is_ending[token] or pieces.goes_on[token]
        exact += tokenizer.piece(token)
    assert exact.decode() == f" {text}"
    assert word == last or "\ufffd" in word


def test_parts_that_an_apostrophe_joins_are_words(tmp_path: Path) -> None:
    path = tmp_path / words_file("en")
    write_words(path, {"isn't": 3, "win": 7})
    assert read_word_set(path.read_bytes(), path.name) >= {"isn't", "isn", "win"}


def test_the_built_in_model_makes_up_no_verb() -> None:
    with load_translator("everyday") as translator:
        free = DecodeOptions(made_up_penalty=0.0)
        said = translator.translate("the machines win", source="en", target="fr")
        freely = translator.translate("the machines win", source="en", target="fr", options=free)
    assert said.text == "Les machines gagnent"
    assert freely.hypotheses[0].log_prob >= said.hypotheses[0].log_prob
