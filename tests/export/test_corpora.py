"""Reading, cleaning and batching parallel text."""

import gzip
import lzma
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traverba_export.corpora.batching import plan_epoch
from traverba_export.corpora.cleaning import CleaningRules, clean_pairs, comparison_key
from traverba_export.corpora.examples import Pool, Sequences
from traverba_export.corpora.reading import CorpusError, CorpusSpec, ReadingReport, read_pairs
from traverba_export.corpora.variants import casual, with_stand_in
from traverba_export.subwords import BOS, EOS, PAD

TSV = "one\tun\textra\r\nbroken line\ntwo\tdeux\textra\n"


def spec(*paths: str, columns: tuple[int, int] = (0, 1)) -> CorpusSpec:
    return CorpusSpec(paths=paths, languages=("en", "fr"), columns=columns)


@pytest.mark.parametrize(
    ("name", "opener"), [("a.tsv", open), ("a.tsv.gz", gzip.open), ("a.tsv.xz", lzma.open)]
)
def test_tsv_is_read_plain_and_compressed(tmp_path: Path, name: str, opener: object) -> None:
    with opener(tmp_path / name, "wb") as stream:  # type: ignore[operator]
        stream.write(TSV.encode())
    report = ReadingReport()
    assert list(read_pairs(spec(name), tmp_path, report)) == [("one", "un"), ("two", "deux")]
    assert (report.lines, report.malformed) == (3, 1)
    assert "a.tsv" in report.examples[0] and ":2:" in report.examples[0]


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("x\ty\tz\n", encoding="utf-8")
    assert list(read_pairs(spec("a.tsv", columns=(2, 0)), tmp_path, ReadingReport())) == [("z", "x")]


def test_plain_files_are_read_in_step(tmp_path: Path) -> None:
    (tmp_path / "a.en").write_text("one\ntwo\n", encoding="utf-8")
    (tmp_path / "a.fr").write_text("un\ndeux\n", encoding="utf-8")
    pairs = list(read_pairs(spec("a.en", "a.fr"), tmp_path, ReadingReport()))
    assert pairs == [("one", "un"), ("two", "deux")]


@pytest.mark.parametrize(("left", "right"), [("one\ntwo\n", "un\n"), ("one\n", "un\ndeux\n")])
def test_plain_files_of_different_length_are_refused(tmp_path: Path, left: str, right: str) -> None:
    (tmp_path / "a.en").write_text(left, encoding="utf-8")
    (tmp_path / "a.fr").write_text(right, encoding="utf-8")
    with pytest.raises(CorpusError, match="not aligned"):
        list(read_pairs(spec("a.en", "a.fr"), tmp_path, ReadingReport()))


def test_bad_utf8_is_refused_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"one\tun\nbad \xff\tx\n")
    with pytest.raises(CorpusError, match=r"a\.tsv:2: not valid UTF-8"):
        list(read_pairs(spec("a.tsv"), tmp_path, ReadingReport()))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"nowhere\.tsv does not exist"):
        list(read_pairs(spec("nowhere.tsv"), tmp_path, ReadingReport()))


def test_every_dropped_pair_is_counted_under_its_reason() -> None:
    pairs = [
        ("Hello.", "Bonjour."),
        ("hello", "BONJOUR!"),  # the same letters
        ("", "vide"),
        ("word " * 61, "mot " * 61),
        ("Short one", "Une phrase qui est vraiment beaucoup trop longue pour elle"),
        ("This is English", "Это по-русски"),
        ("Kept back.", "Gardé."),
    ]
    dropped = Counter[str]()
    kept = list(clean_pairs(pairs, ("en", "fr"), CleaningRules(), {comparison_key("kept back")}, dropped))
    assert kept == [("Hello.", "Bonjour.")]
    assert dropped == {
        "duplicate": 1, "empty": 1, "too long": 1, "length ratio": 1, "wrong script": 1, "in dev or test": 1
    }  # fmt: skip


def test_a_stand_in_takes_the_place_of_a_word_that_both_sides_share() -> None:
    pair = ("He met Anna on 12 May.", "Il a vu Anna le 12 mai.")
    source, target = with_stand_in(pair, np.random.default_rng(3)) or pair
    stand_ins = re.findall(r"\{\d\}", source)
    assert stand_ins and sorted(stand_ins) == sorted(re.findall(r"\{\d\}", target))
    assert source.startswith("He met ") and "mai" in target


@pytest.mark.parametrize(
    "pair", [("Go.", "Allez."), ("Anna and Anna.", "Anna et Anna."), ("He is 3.", "Trois.")]
)
def test_without_a_shared_word_there_is_no_stand_in(pair: tuple[str, str]) -> None:
    assert with_stand_in(pair, np.random.default_rng(0)) is None


def test_casual_form_drops_case_and_full_stop() -> None:
    assert casual(("The machines win.", "Les machines gagnent.")) == (
        "the machines win",
        "Les machines gagnent",
    )


def pool(lengths: list[tuple[int, int]], passes: float = 1.0) -> Pool:
    source = Sequences.pack([[10 + i] * a for i, (a, _) in enumerate(lengths)])
    target = Sequences.pack([[10 + i] * b for i, (_, b) in enumerate(lengths)])
    return Pool("p", source, target, 3, passes)


lengths_lists = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=60)


@given(lengths_lists, st.integers(40, 300), st.integers(0, 5))
def test_an_epoch_holds_every_example_once_within_the_budget(
    lengths: list[tuple[int, int]], budget: int, epoch: int
) -> None:
    plan = plan_epoch([pool(lengths)], budget, seed=1, epoch=epoch)
    seen = []
    for number in range(len(plan)):
        batch = plan[number]
        assert len(batch.src_ids) == 1 or (batch.src_ids.size <= budget and batch.prev_ids.size <= budget)
        seen += batch.src_ids[:, 1].tolist()
    assert sorted(seen) == sorted(10 + i for i in range(len(lengths)))


@given(lengths_lists)
def test_a_batch_is_the_examples_with_their_special_tokens(lengths: list[tuple[int, int]]) -> None:
    plan = plan_epoch([pool(lengths)], 200, seed=1, epoch=0)
    for number in range(len(plan)):
        batch = plan[number]
        for src, length, prev, after in zip(
            batch.src_ids, batch.src_lengths, batch.prev_ids, batch.next_ids, strict=True
        ):
            word = src[1]
            n_source, n_target = lengths[word - 10]
            assert src[:length].tolist() == [3, *[word] * n_source, EOS]
            assert (src[length:] == PAD).all()
            assert prev[: n_target + 1].tolist() == [BOS, *[word] * n_target]
            assert after[: n_target + 1].tolist() == [*[word] * n_target, EOS]
            assert (after[n_target + 1 :] == PAD).all()


def test_an_epoch_is_the_same_each_time_it_is_planned_and_another_each_epoch() -> None:
    pools = [pool([(i % 9 + 1, i % 7 + 1) for i in range(50)])]
    first, again, other = (plan_epoch(pools, 60, seed=1, epoch=e) for e in (0, 0, 1))
    assert [b.tolist() for b in first.batches] == [b.tolist() for b in again.batches]
    assert [b.tolist() for b in first.batches] != [b.tolist() for b in other.batches]


def test_passes_say_how_often_a_pool_is_seen() -> None:
    plan = plan_epoch([pool([(3, 3)] * 40, passes=2.5)], 100, seed=1, epoch=0)
    counts = np.bincount(plan.example_index, minlength=40)
    assert counts.sum() == 100 and set(counts) == {2, 3}
