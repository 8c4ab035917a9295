"""A run's data in one file: what comes out is what went in."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from traverba_export.cli import main
from traverba_export.corpora.examples import Pool
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.recipe_file import load_recipe
from traverba_export.training.packing import pack, unpack
from traverba_export.training.preparation import Prepared, prepare
from traverba_export.training.run import read_data

RECIPE = """
name = "packed"
vocab_size = 279
[model]
preset = "tiny"
[variants]
casual = 0.5
[training]
max_steps = 4
eval_interval = 4
eval_sentences = 3
precision = "fp32"
[[corpus]]
path = "often.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0, fr-en = 0.5 }
[[corpus]]
path = "seldom.tsv"
languages = ["en", "fr"]
directions = { en-fr = 0.1, fr-en = 0.05 }
[[dev]]
path = "dev.tsv"
languages = ["en", "fr"]
directions = { en-fr = 1.0, fr-en = 1.0 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    words = ["Ba", "do", "ki", "lu", "ma", "ё", "né"]
    pairs = [f"{a} {b} {c}.\t{c} {b} {a} fin.\n" for a in words for b in words for c in words]
    for name, rows in (("often", pairs[:140]), ("seldom", pairs[140:340]), ("dev", pairs[340:])):
        (tmp_path / f"{name}.tsv").write_text("".join(rows), encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def recipe(folder: Path) -> Recipe:
    return load_recipe(folder / "recipe.toml")


@pytest.fixture
def prepared(recipe: Recipe, folder: Path) -> Prepared:
    (folder / "here").mkdir()
    return prepare(recipe, folder, folder / "here")


def there(folder: Path) -> Path:
    (folder / "there").mkdir(exist_ok=True)
    return folder / "there"


def rows(pool: Pool) -> list[tuple[list[int], list[int]]]:
    return [(pool.source[i].tolist(), pool.target[i].tolist()) for i in range(len(pool.source))]


def test_what_is_unpacked_is_what_was_packed(recipe: Recipe, prepared: Prepared, folder: Path) -> None:
    pack(prepared, recipe, folder / "data.xz")
    found = unpack(folder / "data.xz", recipe, there(folder))
    assert found.dev == prepared.dev
    assert found.subwords.path.read_bytes() == prepared.subwords.path.read_bytes()
    for ours, theirs in zip(found.pools, prepared.pools, strict=True):
        assert rows(ours) == rows(theirs)
        plain = [dataclasses.replace(p, source=p.source, target=p.target) for p in (ours, theirs)]
        assert [(p.name, p.passes, p.tagged, p.target_token, p.as_written) for p in plain[:1]] == [
            (p.name, p.passes, p.tagged, p.target_token, p.as_written) for p in plain[1:]
        ]
        assert ours.source.ids.dtype == np.int32


def test_what_few_epochs_would_not_see_is_left_out_of_both_directions_alike(
    recipe: Recipe, prepared: Prepared, folder: Path
) -> None:
    """Four epochs of a tenth are two of five pairs, whose passes grow so that an epoch stays as long."""
    pack(prepared, recipe, folder / "data.xz", epochs=4)
    often, often_back, seldom, seldom_back = unpack(folder / "data.xz", recipe, there(folder)).pools
    assert len(often.source) == len(prepared.pools[0].source)
    assert often_back.passes == 0.5
    whole = rows(prepared.pools[2])[: prepared.pools[2].as_written]
    count = len(whole) * 2 // 5
    assert seldom.as_written == seldom_back.as_written == count
    pairs = rows(seldom)[:count]
    assert pairs == [(source, target) for target, source in rows(seldom_back)[:count]]
    assert pairs == [row for row in whole if row in pairs]
    examples = len(prepared.pools[2].source)
    assert len(seldom.source) * seldom.passes == pytest.approx(0.1 * examples, abs=0.1)


def test_a_run_from_packed_data_is_the_run_from_corpora(folder: Path) -> None:
    out, recipe = [str(folder / name) for name in ("corpora", "packed")], str(folder / "recipe.toml")
    assert main(["pack-data", recipe, "--data", str(folder), "--out", str(folder / "data.xz")]) == 0
    for data, where in zip((folder, folder / "data.xz"), out, strict=True):
        assert main(["train", recipe, "--data", str(data), "--out", where, "--device", "cpu"]) == 0
    first, second = ((Path(where) / "log.csv").read_text(encoding="utf-8").splitlines()[-1] for where in out)
    assert first.split(",")[-5:] == second.split(",")[-5:]  # the loss, and BLEU and chrF of both directions


def test_data_packed_for_other_variants_is_refused(recipe: Recipe, prepared: Prepared, folder: Path) -> None:
    pack(prepared, recipe, folder / "data.xz")
    other = dataclasses.replace(recipe, variants=dataclasses.replace(recipe.variants, typos=0.2))
    with pytest.raises(RecipeError, match="other shares of variants"):
        unpack(folder / "data.xz", other, there(folder))


def test_a_corpus_that_was_not_packed_is_named(recipe: Recipe, prepared: Prepared, folder: Path) -> None:
    pack(prepared, recipe, folder / "data.xz")
    renamed = dataclasses.replace(recipe.corpora[0], paths=("new.tsv",))
    with pytest.raises(RecipeError, match=r"new\.tsv en-fr"):
        unpack(folder / "data.xz", dataclasses.replace(recipe, corpora=(renamed,)), there(folder))


@pytest.mark.parametrize("content", [b"", b"plain text", None])
def test_a_file_that_is_no_packed_data_is_an_error_in_words(
    recipe: Recipe, prepared: Prepared, folder: Path, content: bytes | None
) -> None:
    pack(prepared, recipe, folder / "data.xz")
    whole = (folder / "data.xz").read_bytes()
    (folder / "data.xz").write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(RecipeError, match="is no packed data"):
        read_data(recipe, folder / "data.xz", there(folder), None)


def test_the_archive_says_what_is_in_it(recipe: Recipe, prepared: Prepared, folder: Path) -> None:
    import lzma
    import tarfile

    pack(prepared, recipe, folder / "data.xz")
    with lzma.open(folder / "data.xz") as stream, tarfile.open(fileobj=stream) as packed:
        stream_of_contents = packed.extractfile("contents.json")
        assert stream_of_contents is not None
        contents = json.loads(stream_of_contents.read())
    assert [pool["name"] for pool in contents["pools"]] == [pool.name for pool in prepared.pools]
