"""Encoded corpora on disk: made once, made again when anything they depend on has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba_export.corpora.examples import Encoded, Sequences
from traverba_export.corpora.keeping import EncodedCorpora

PAIRS = [("a b", "c"), ("d", "e f g")]
ENCODED = Sequences.pack([[1, 2], [3]]), Sequences.pack([[4], [5, 6, 7]])


class Encoder:
    """Counts how often it had to work."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Encoded:
        self.calls += 1
        return ENCODED


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}", encoding="utf-8")
    return path


def rows(encoded: Encoded) -> list[list[list[int]]]:
    return [[side[i].tolist() for i in range(len(side))] for side in encoded]


def test_the_second_run_reads_what_the_first_has_made(tmp_path: Path, vocabulary: Path) -> None:
    encode = Encoder()
    found = [EncodedCorpora(tmp_path / "kept", vocabulary).get(PAIRS, (1,), encode) for _ in range(2)]
    assert encode.calls == 1
    assert rows(found[0]) == rows(found[1]) == [[[1, 2], [3]], [[4], [5, 6, 7]]]


@pytest.mark.parametrize("change", ["text", "side", "options", "vocabulary"])
def test_what_it_depends_on_is_made_again_when_it_changes(
    change: str, tmp_path: Path, vocabulary: Path
) -> None:
    encode = Encoder()
    EncodedCorpora(tmp_path / "kept", vocabulary).get(PAIRS, (1,), encode)
    pairs = {"text": [("a b", "C"), PAIRS[1]], "side": [(b, a) for a, b in PAIRS]}.get(change, PAIRS)
    if change == "vocabulary":
        vocabulary.write_text("{ }", encoding="utf-8")
    EncodedCorpora(tmp_path / "kept", vocabulary).get(pairs, (2 if change == "options" else 1,), encode)
    assert encode.calls == 2


def test_what_no_corpus_asks_for_any_more_is_deleted(tmp_path: Path, vocabulary: Path) -> None:
    encode, folder = Encoder(), tmp_path / "kept"
    EncodedCorpora(folder, vocabulary).get(PAIRS, (1,), encode)
    later = EncodedCorpora(folder, vocabulary)
    later.get(PAIRS[:1], (1,), encode)
    later.forget_the_rest()
    assert len(list(folder.iterdir())) == 1
    EncodedCorpora(folder, vocabulary).get(PAIRS[:1], (1,), encode)
    assert encode.calls == 2


def test_a_file_that_was_being_written_is_not_used(tmp_path: Path, vocabulary: Path) -> None:
    encode, folder = Encoder(), tmp_path / "kept"
    EncodedCorpora(folder, vocabulary).get(PAIRS, (1,), encode)
    (whole,) = folder.iterdir()
    whole.rename(whole.with_suffix(".partial"))
    EncodedCorpora(folder, vocabulary).get(PAIRS, (1,), encode)
    assert encode.calls == 2 and [file.suffix for file in folder.iterdir()] == [".npz"]
