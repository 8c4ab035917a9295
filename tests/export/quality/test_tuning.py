"""A bundle's length and coverage penalty are those that did best on dev, and it searches with them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from traverba import DecodeOptions, load_translator
from traverba.bundle import open_bundle
from traverba_export.bundling import update_manifest
from traverba_export.cli import main
from traverba_export.quality import tuning
from traverba_export.quality.tuning import tune_search
from traverba_export.training.preparation import DevSet

DATA = Path(__file__).parents[2] / "data"
DEV = [
    DevSet("qaa-qab", ["a"] * 2, ["the cat is black and small", "the dog is here again today"]),
    DevSet("qab-qaa", ["b"] * 2, ["one two three four five six", "six five four three two one"]),
]
RECIPE = """
name = "tiny"
vocab_size = 390
[model]
preset = "tiny"
[[corpus]]
path = "dev.tsv"
languages = ["qaa", "qab"]
directions = { qaa-qab = 1.0 }
[[dev]]
path = "dev.tsv"
languages = ["qaa", "qab"]
directions = { qaa-qab = 1.0 }
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    shutil.unpack_archive(DATA / "tiny.traverba", tmp_path / "tiny", "zip")
    return tmp_path / "tiny"


class Scripted:
    """As good as ``quality`` says, a number of words, with each setting."""

    options = DecodeOptions(beam_size=3)

    def __init__(self, quality: Callable[[DecodeOptions], int]) -> None:
        self.quality = quality
        self.beams = set[int]()

    def translate(
        self, texts: list[str], *, source: str, options: DecodeOptions, **_: Any
    ) -> list[SimpleNamespace]:
        self.beams.add(options.beam_size)
        [references] = [dev.references for dev in DEV if dev.direction.startswith(source)]
        words = self.quality(options)
        return [SimpleNamespace(text=" ".join(text.split()[:words])) for text in references]


def tuned(monkeypatch: pytest.MonkeyPatch, bundle: Path, translator: Scripted) -> tuple[float, float]:
    monkeypatch.setattr(tuning, "load_translator", lambda _: nullcontext(translator))
    best, *others = tune_search(bundle, DEV)
    assert all(best.merit >= other.merit for other in others) and len(others) == 11
    with open_bundle(bundle) as opened:
        decoding = opened.manifest.decoding
    assert (decoding["length_penalty"], decoding["coverage_penalty"]) == (
        best.length_penalty,
        best.coverage_penalty,
    )
    return best.length_penalty, best.coverage_penalty


@pytest.mark.parametrize("length", tuning.LENGTH_PENALTIES)
@pytest.mark.parametrize("coverage", tuning.COVERAGE_PENALTIES)
def test_the_setting_that_does_best_on_dev_becomes_the_bundles_own(
    monkeypatch: pytest.MonkeyPatch, bundle: Path, length: float, coverage: float
) -> None:
    def quality(options: DecodeOptions) -> int:
        return 6 if (options.length_penalty, options.coverage_penalty) == (length, coverage) else 5

    translator = Scripted(quality)
    assert tuned(monkeypatch, bundle, translator) == (length, coverage)
    assert translator.beams == {3}, "everything else is as the bundle has it"


def test_where_nothing_makes_a_difference_the_mildest_setting_stays(
    monkeypatch: pytest.MonkeyPatch, bundle: Path
) -> None:
    assert tuned(monkeypatch, bundle, Scripted(lambda _: 6)) == (0.6, 0.0)


def test_other_defaults_of_the_bundle_stay(monkeypatch: pytest.MonkeyPatch, bundle: Path) -> None:
    update_manifest(bundle, lambda manifest: replace(manifest, decoding={"beam_size": 3}))
    tuned(monkeypatch, bundle, Scripted(lambda options: int(4 * options.length_penalty)))
    with load_translator(bundle) as translator:
        assert translator.options == DecodeOptions(beam_size=3, length_penalty=1.4, coverage_penalty=0.0)


def test_the_command_renews_manifest_and_card_and_says_what_it_tried(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [line.split("\t") for line in (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()]
    pairs = [row[2:4] for row in rows if row[:2] == ["qaa", "qab"]][:20]
    (tmp_path / "dev.tsv").write_text("".join("\t".join(pair) + "\n" for pair in pairs), encoding="utf-8")
    (tmp_path / "tiny.toml").write_text(RECIPE, encoding="utf-8")
    assert main(["tune", str(tmp_path / "tiny.toml"), str(bundle), "--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.count("length penalty") == 12 and "Calibration(" in out
    assert "Its search, chosen on dev: length penalty" in (bundle / "README.md").read_text(encoding="utf-8")
