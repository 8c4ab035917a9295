"""The Multi30k benchmark: three ways to count, val before test, and the published beside."""

from __future__ import annotations

import json
import lzma
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import traverba
import traverba_export
from traverba import DecodeOptions
from traverba_export.cli import main
from traverba_export.corpora.reading import CorpusError
from traverba_export.quality.multi30k import TEST, VAL, Result, read_split, scores_table
from traverba_export.quality.tokenised import LOWER, PLAIN, TOKENISED, BleuScore, bleu_scores
from traverba_export.recipe_file import load_recipe

TINY = Path(__file__).parents[2] / "data" / "tiny.traverba"
RECIPES = Path(traverba_export.__file__).parent / "recipes" / "multi30k"
CAPTION = "A man runs in the park.\tEin Mann läuft im Park.\tUn homme court.\tMuž běží.\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "multi30k").mkdir()
    for split in (VAL, TEST):
        path = tmp_path / "multi30k" / f"{split}.en-de-fr-cs.tsv.xz"
        path.write_bytes(lzma.compress((CAPTION * 3).encode("utf-8")))
    return tmp_path


class Scripted:
    """Says of every caption that a man runs, in German but for a capital; notes how it was asked."""

    def __init__(self) -> None:
        self.info = SimpleNamespace(
            name="scripted", precision="int8", directions=(("en", "de"), ("en", "ru"))
        )
        self.options, self.beams = DecodeOptions(), list[int]()

    def translate(self, texts: list[str], *, options: DecodeOptions, **_: Any) -> list[SimpleNamespace]:
        self.beams.append(options.beam_size)
        return [SimpleNamespace(text="ein Mann läuft im Park.") for _ in texts]


def values(language: str, hypothesis: str, reference: str) -> list[float]:
    return [score.value for score in bleu_scores(language, [hypothesis], [reference])]


def test_case_counts_unless_it_is_said_not_to() -> None:
    """Of six tokens one differs in case: (5/6 · 4/5 · 3/4 · 2/3) to the power of a quarter."""
    found = values("de", "ein Mann läuft im Park.", "Ein Mann läuft im Park.")
    assert found == pytest.approx([75.98, 75.98, 100.0], abs=0.01)


def test_moses_takes_french_elisions_apart_and_sacrebleu_does_not() -> None:
    """One wrong token of eight (the elided article alone) against one of seven (article and noun)."""
    found = values("fr", "l'homme au chapeau traverse la rue.", "L'homme au chapeau traverse la rue.")
    assert found == pytest.approx([100 * (3 / 7) ** 0.25, 100 * (4 / 8) ** 0.25, 100.0], abs=0.01)


def test_a_signature_says_which_tokens_and_which_case() -> None:
    plain, tokenised, lower = bleu_scores("de", ["Ja."], ["Ja."])
    assert "tok:13a" in plain.signature and "moses" not in plain.signature
    assert "case:mixed" in tokenised.signature and "tok:none" in tokenised.signature
    assert "case:lc" in lower.signature and "|moses:de|sacremoses:" in lower.signature


def test_a_split_gives_the_columns_of_its_languages(data: Path) -> None:
    pairs = read_split(data, VAL, "fr-de")
    assert (pairs.sources[0], pairs.references[0]) == ("Un homme court.", "Ein Mann läuft im Park.")


def test_the_published_figures_stand_under_their_metric_and_beside_the_test_set_only() -> None:
    scores = [BleuScore(metric, 39.5, "signature") for metric in (PLAIN, TOKENISED)]
    results = [Result("ours", "en-de", "beam 5, fp32", scores)]
    table = scores_table(results, TEST)
    assert "| en-de | ours | beam 5, fp32 | 39.50 | 39.50 |" in table
    assert "| en-de | Transformer-Tiny (Wu et al. 2021) | as published | – | 41.02 |" in table
    assert "en-fr" not in table and "Transformer-Tiny" not in scores_table(results, VAL)


def test_the_command_scores_val_with_a_beam_of_5_unless_told_otherwise(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator = Scripted()
    monkeypatch.setattr(traverba, "load_translator", lambda *_, **__: nullcontext(translator))
    assert main(["multi30k", str(TINY), "--data", str(data), "--report", str(data / "r")]) == 0
    figures = json.loads((data / "r.json").read_text(encoding="utf-8"))
    command = "traverba-export multi30k tiny.traverba --data DATA --split val --report r"
    assert (figures["split"], figures["command"], translator.beams) == (VAL, command, [5])
    [result] = figures["results"]
    assert [s["metric"] for s in result["scores"]] == [PLAIN, TOKENISED, LOWER]
    assert result["scores"][2]["value"] == 100.0
    assert str(data) not in (data / "r.md").read_text(encoding="utf-8")


def test_a_report_on_two_bundles_names_both(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again = data / "again.traverba"
    again.write_bytes(TINY.read_bytes())
    monkeypatch.setattr(traverba, "load_translator", lambda *_, **__: nullcontext(Scripted()))
    assert main(["multi30k", str(TINY), str(again), "--data", str(data), "--report", str(data / "r")]) == 0
    head = (data / "r.md").read_text(encoding="utf-8").splitlines()
    assert head[0] == "# tiny 1, tiny 1" and head[4].startswith("Bundles of 2")
    figures = json.loads((data / "r.json").read_text(encoding="utf-8"))
    assert (figures["bundle"], [other["bundle"] for other in figures["others"]]) == ("tiny", ["tiny"])
    assert len(figures["results"]) == 2


def test_a_bundle_of_other_languages_is_bad_input(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["multi30k", str(TINY), "--data", str(data)]) == 2
    assert (
        "tiny translates between no two of en, de, fr, cs; give a bundle that does" in capsys.readouterr().err
    )


def test_a_folder_without_the_corpus_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="does not exist; is the data folder the right one"):
        read_split(tmp_path, VAL, "en-de")


@pytest.mark.parametrize("target", ["de", "fr"])
def test_a_recipe_learns_from_train_watches_val_and_never_reads_the_test_set_as_text(target: str) -> None:
    recipe = load_recipe(RECIPES / f"en-{target}.toml")
    assert recipe.directions == (("en", target),) and recipe.name == f"multi30k-en-{target}"
    assert [spec.paths[0].split(".")[0] for spec in (*recipe.corpora, *recipe.dev, *recipe.test)] == [
        "multi30k/train",
        f"multi30k/{VAL}",
        f"multi30k/{TEST}",
    ]
    assert {spec.columns for spec in (*recipe.corpora, *recipe.dev, *recipe.test)} == {
        (0, {"de": 1, "fr": 2}[target])
    }
