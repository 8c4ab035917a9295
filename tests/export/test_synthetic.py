"""Pairs that a model writes: back-translation and distillation, interrupted and continued."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from traverba_export.cli import main
from traverba_export.corpora.reading import CorpusError, CorpusSpec, ReadingReport, read_pairs
from traverba_export.corpora.synthetic import read_column, write_pairs

DATA = Path(__file__).parents[1] / "data"


def upper(texts: Iterator[str]) -> Iterator[str]:
    return (text.upper() for text in texts)


def reading_ahead(texts: Iterator[str]) -> Iterator[str]:
    """As the runtime does: takes several texts before it gives the first translation."""
    while window := list(itertools.islice(texts, 4)):
        yield from upper(iter(window))


@pytest.mark.parametrize(("written_first", "line"), [(True, "A B\ta b\tw\n"), (False, "a b\tA B\tw\n")])
def test_the_written_side_is_first_or_second(tmp_path: Path, written_first: bool, line: str) -> None:
    out = tmp_path / "out.tsv"
    assert write_pairs(["a b", "c"], reading_ahead, out, "w", written_first=written_first) == 2
    assert out.read_text(encoding="utf-8").startswith(line)
    assert not list(tmp_path.glob("*.partial"))


def test_a_stopped_file_is_continued_as_if_nothing_had_happened(tmp_path: Path) -> None:
    texts = [f"sentence {i}" for i in range(10)]

    def stops(given: Iterator[str]) -> Iterator[str]:
        yield from itertools.islice(reading_ahead(given), 6)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_pairs(texts, stops, tmp_path / "out.tsv", "w", written_first=False)
    partial = tmp_path / "out.tsv.partial"
    partial.write_bytes(partial.read_bytes() + "half a líne".encode()[:-3])
    assert write_pairs(texts, reading_ahead, tmp_path / "out.tsv", "w", written_first=False) == 10
    write_pairs(texts, upper, tmp_path / "whole.tsv", "w", written_first=False)
    assert (tmp_path / "out.tsv").read_bytes() == (tmp_path / "whole.tsv").read_bytes()


def test_another_model_does_not_continue_the_file(tmp_path: Path) -> None:
    (tmp_path / "out.tsv.partial").write_text("a\tA\tothers-1\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="another model"):
        write_pairs(["a", "b"], upper, tmp_path / "out.tsv", "mine-1", written_first=False)


def test_a_line_break_in_a_translation_does_not_break_the_table(tmp_path: Path) -> None:
    write_pairs(
        ["a"], lambda texts: (f"{t}\tx\ny" for t in texts), tmp_path / "o.tsv", "w", written_first=False
    )
    assert (tmp_path / "o.tsv").read_text(encoding="utf-8") == "a\ta x y\tw\n"


def test_a_missing_column_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("one\tun\n\ntwo\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.tsv:2: 1 columns"):
        list(read_column(tmp_path / "a.tsv", 1))


@pytest.mark.parametrize(("command", "mine"), [("back-translate", 1), ("distil", 0)])
def test_the_commands_write_a_corpus_that_can_be_read(tmp_path: Path, command: str, mine: int) -> None:
    rows = [line.split("\t") for line in (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()[:8]]
    text, out = tmp_path / "mono.txt", tmp_path / "out.tsv"
    text.write_text("\n".join(row[2] for row in rows) + "\n", encoding="utf-8")
    bundle, options = str(DATA / "tiny.traverba"), ["--from", rows[0][0], "--to", rows[0][1], "--beam", "2"]
    assert main([command, bundle, str(text), *options, "--out", str(out)]) == 0
    spec = CorpusSpec(("out.tsv",), ("qaa", "qab"))
    pairs = list(read_pairs(spec, tmp_path, ReadingReport()))
    assert [pair[mine] for pair in pairs] == [row[2] for row in rows]
    right = sum(pair[1 - mine] == row[3] for pair, row in zip(pairs, rows, strict=True))
    assert right >= 6  # the tiny model's rule, which it nearly always follows
