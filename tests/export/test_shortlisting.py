"""A shortlist is a bundle's default only where it costs next to nothing; another's table may be taken."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from traverba.bundle import ShortlistReport, open_bundle
from traverba.shortlist_file import write_shortlist
from traverba_export.alignment.shortlist import random_shortlist
from traverba_export.recipe import RecipeError
from traverba_export.shortlisting import shortlist_of, with_report
from traverba_export.subwords import Subwords

TINY = Path(__file__).parent.parent / "data" / "tiny.traverba"


@pytest.mark.parametrize(
    ("bleu_change", "stays"),
    [
        ({"en-fr": -0.1, "fr-en": 0.3}, True),
        ({"en-fr": -0.11, "fr-en": 0.3}, False),  # the mean gains, one direction loses
        ({}, True),
    ],
)
def test_one_direction_that_loses_makes_the_whole_vocabulary_the_default(
    bleu_change: dict[str, float], stays: bool
) -> None:
    with open_bundle(TINY) as bundle:
        manifest = with_report(bundle.manifest, ShortlistReport({}, bleu_change, "beam 5"))
    assert manifest.decoding.get("shortlist", True) is stays
    assert manifest.shortlist is not None and manifest.shortlist.bleu_change == bleu_change


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(TINY) as archive:
        archive.extractall(tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.fixture
def subwords(folder: Path, tmp_path: Path) -> Subwords:
    return Subwords(Path(shutil.copy(folder / "tokenizer.json", tmp_path)))


def test_the_table_of_a_bundle_with_the_same_subwords_is_taken_as_it_is(
    folder: Path, subwords: Subwords, tmp_path: Path
) -> None:
    table = random_shortlist([4], subwords.vocab_size, 6)
    write_shortlist(folder / "shortlist.npz", table)
    write_shortlist(tmp_path / "taken.npz", shortlist_of(str(folder), subwords))
    assert (tmp_path / "taken.npz").read_bytes() == (folder / "shortlist.npz").read_bytes()


def test_a_bundle_without_a_table_or_with_other_subwords_is_refused(folder: Path, subwords: Subwords) -> None:
    with pytest.raises(RecipeError, match="has no shortlist"):
        shortlist_of(str(folder), subwords)
    table = random_shortlist([4], subwords.vocab_size, 6)
    write_shortlist(folder / "shortlist.npz", table)
    subwords.path.write_text(subwords.path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="other subwords"):
        shortlist_of(str(folder), subwords)
