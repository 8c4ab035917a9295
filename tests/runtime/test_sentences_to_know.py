"""What the built-in model must translate just so, whatever else changes about it."""

from __future__ import annotations

import pytest

from traverba import load_translator
from traverba.bundle.installed import BUILT_IN

pytestmark = pytest.mark.skipif(not BUILT_IN.exists(), reason="the built-in model is not in this checkout")


@pytest.mark.parametrize(
    ("source", "target", "text", "translation"),
    [
        ("en", "fr", "the machines win", "Les machines gagnent"),
        (
            "ru",
            "en",
            "Грузовик внезапно остановился потому что дорогу переходила курица",
            "The truck suddenly stopped because a chicken was crossing the road",
        ),
    ],
)
def test_it_knows_two_sentences(source: str, target: str, text: str, translation: str) -> None:
    with load_translator(device="cpu") as translator:
        assert translator.translate(text, source=source, target=target).text == translation


@pytest.mark.parametrize(
    ("source", "target", "word", "translation"),
    [
        ("en", "fr", "dog", "chien"),  # by the dictionary
        ("ru", "en", "кровать", "bed"),  # by names of rare words
        ("en", "ru", "calculate", "вычислить"),  # by names of words alone
        ("ru", "en", "художниками", "artist"),  # by another form
    ],
)
def test_it_knows_words_alone(source: str, target: str, word: str, translation: str) -> None:
    with load_translator(device="cpu") as translator:
        assert translator.translate(word, source=source, target=target).text == translation
