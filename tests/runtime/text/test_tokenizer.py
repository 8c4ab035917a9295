"""Text goes in and comes back exactly; special tokens stay out of reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba.errors import BundleFormatError, TextDecodingError
from traverba.text import BpeTokenizer, PieceDecoder

SPECIAL_IDS = (0, 1, 2, 3, 4)
ADDED = {
    "id": 2,
    "content": "</s>",
    "single_word": False,
    "lstrip": False,
    "rstrip": False,
    "normalized": False,
    "special": True,
}
ODD_TEXTS = [
    "",
    " ",
    "   two  spaces ",
    "\t\n\r\n\x0b\x00",
    "👩‍👩‍👧‍👦🏽",
    "e\u0301\u0327 z\u0336a\u0336l",
    "日本語のテキスト",
    "\u200b\u200d\ufeff\u2028",
    "</s><pad><2fr> Ġ Ċ",
    "\U0010ffff\ufffd",
]


@pytest.fixture(scope="module")
def tokenizer(vocabulary: Path) -> BpeTokenizer:
    return BpeTokenizer(vocabulary, SPECIAL_IDS)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_text_comes_back_exactly(tokenizer: BpeTokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(text=st.text())
def test_any_text_comes_back_exactly(tokenizer: BpeTokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(text=st.text(alphabet=st.sampled_from("</s>pad2fr en")))
def test_no_text_produces_a_special_token(tokenizer: BpeTokenizer, text: str) -> None:
    assert not set(SPECIAL_IDS) & set(tokenizer.encode(text))


def test_special_tokens_are_silent_in_text(tokenizer: BpeTokenizer) -> None:
    ids = [4, *tokenizer.encode("win"), 2, 0, 0]
    assert tokenizer.decode(ids) == "win"


@given(ids=st.lists(st.integers(0, 319), max_size=30))
def test_pieces_pushed_one_by_one_give_the_text_of_the_whole(tokenizer: BpeTokenizer, ids: list[int]) -> None:
    """Random ids are mostly broken UTF-8, which streamed text must replace in the same places."""
    ids = [i % tokenizer.vocab_size for i in ids]
    decoder = PieceDecoder()
    streamed = "".join(decoder.push(tokenizer.piece(i)) for i in ids) + decoder.finish()
    assert streamed == tokenizer.decode(ids)


def test_a_character_leaves_the_stream_only_when_it_is_complete() -> None:
    decoder = PieceDecoder()
    thumb = " 👍".encode()
    assert [decoder.push(bytes([byte])) for byte in thumb] == ["", "", "", "", "👍"]
    assert decoder.finish() == ""


def test_spans_tile_plain_text(tokenizer: BpeTokenizer) -> None:
    text = "the machines gagnent 12"
    ids = tokenizer.encode(text)
    spans = tokenizer.spans(ids)
    assert "".join(text[start:end] for start, end in spans) == text
    assert [text[start:end].encode() for start, end in spans[1:]] == [tokenizer.piece(i) for i in ids[1:]]


def test_pieces_of_one_character_all_cover_it(tokenizer: BpeTokenizer) -> None:
    ids = tokenizer.encode("a𝄞b")  # not in the training text, so its four bytes are four pieces
    assert tokenizer.spans(ids)[-5:] == [(1, 2)] * 4 + [(2, 3)]


@given(text=st.text(max_size=40))
def test_spans_are_in_order_and_inside_the_text(tokenizer: BpeTokenizer, text: str) -> None:
    spans = tokenizer.spans(tokenizer.encode(text))
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert {i for start, end in spans for i in range(start, end)} == set(range(len(text)))


def test_half_a_surrogate_pair_is_refused_with_its_place(tokenizer: BpeTokenizer) -> None:
    with pytest.raises(TextDecodingError, match="character 2 of the text"):
        tokenizer.encode("ab\ud800")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda spec: spec.update(normalizer={"type": "NFC"}), "normaliser"),
        (lambda spec: spec["added_tokens"].append(ADDED), "added tokens"),
        (lambda spec: spec["model"]["vocab"].pop("~"), "ids are not"),
        (lambda spec: rename(spec, "~", "~~"), "1 of the 256 bytes"),
        (lambda spec: rename(spec, "<s>", "the"), "special tokens"),
        (lambda spec: add(spec, "a b\u4e00"), r"' ', '一' stands for no byte"),
        (lambda spec: spec.pop("model"), "not a vocabulary"),
    ],
)
def test_a_vocabulary_that_breaks_the_convention_is_refused(
    vocabulary: Path, tmp_path: Path, damage: object, message: str
) -> None:
    spec = json.loads(vocabulary.read_text())
    assert callable(damage)
    damage(spec)
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(spec))
    with pytest.raises(BundleFormatError, match=message):
        BpeTokenizer(path, SPECIAL_IDS)


def rename(spec: dict[str, dict[str, dict[str, int]]], old: str, new: str) -> None:
    """Give ``old``'s id to another spelling; the spelling's own id goes to ``old``."""
    vocab = spec["model"]["vocab"]
    vocab[new], previous = vocab.pop(old), vocab.get(new)
    if previous is not None:
        vocab[old] = previous


def add(spec: dict[str, dict[str, dict[str, int]]], token: str) -> None:
    vocab = spec["model"]["vocab"]
    vocab[token] = len(vocab)
