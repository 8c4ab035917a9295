"""A bundle with a decoder for each target language: its graphs, files and translations beside PyTorch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.parity.test_shortlisted_bundle import LINES, TEXTS, make_shortlist, recipe_of

from traverba import DecodeOptions, load_translator
from traverba.bundle import Bundle, open_bundle, pack_bundle
from traverba.bundle.manifest import MANIFEST_FILE, parse_manifest
from traverba.call_making import special_ids
from traverba.decoding import decode
from traverba.errors import BundleFormatError
from traverba.graphs import CPU
from traverba.loading import load_models
from traverba_export.bundling import export_bundle
from traverba_export.model import ManyDecoders
from traverba_export.reimport import load_model
from traverba_export.subwords import EOS, Subwords
from traverba_export.training.generation import greedy_ids
from traverba_export.training.transfer import start_from

TINY = Path(__file__).parents[1] / "data" / "tiny.traverba"
TARGETS = ("qab", "qaa", "qac")
GREEDY = DecodeOptions(beam_size=1, shortlist=False, guards="off")
NOISE = 0.6
"""Of a weight's own spread: enough that two languages' decoders are not the same, and still translate."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained tiny model with its decoder for qab, and blurred ones for the two others."""
    scratch = tmp_path_factory.mktemp("many-decoders")
    with open_bundle(TINY) as bundle:
        recipe = recipe_of(bundle.manifest)
        shutil.copy(bundle.folder / "tokenizer.json", scratch / "tokenizer.json")
    model = ManyDecoders(replace(recipe.model, own_decoders=TARGETS))
    start_from(TINY, model, scratch / "tokenizer.json")
    torch.manual_seed(4)
    with torch.no_grad():
        for target in TARGETS[1:]:
            weight = model.into(target).decoder.bottom.input.weight
            weight.add_(torch.randn_like(weight) * weight.std() * NOISE)
    state = {"config": model.config.to_dict(), "model": model.state_dict(), "dev": []}
    torch.save(state, scratch / "final.pt")
    export_bundle(
        scratch / "final.pt",
        scratch / "tokenizer.json",
        replace(recipe, model=model.config),
        scratch / "bundle",
        sentences=[(to, source) for _, to, source, _ in LINES[::9]],
        calibration=[(to, source) for _, to, source, _ in LINES[::6]],
        shortlist=make_shortlist(Subwords(scratch / "tokenizer.json")),
        precisions=("int8", "fp32", "fp16"),
        storage="int8",
    )
    return scratch / "bundle"


@pytest.mark.parametrize("target", TARGETS)
def test_each_language_gets_the_words_of_its_own_decoder(folder: Path, target: str) -> None:
    with open_bundle(folder) as bundle:
        models, _ = load_models(bundle, (CPU,), "fp32", threads=1)
        subwords, special = Subwords(bundle.folder / "tokenizer.json"), special_ids_of(bundle)
        whole = load_model(bundle)
    token = subwords.language_token(target)
    sources = [[token, *ids, EOS] for ids in subwords.encode_batch(TEXTS[:40])]
    expected = greedy_ids(whole.into(target), sources, special.never)
    found = decode(models(target), sources, GREEDY, special)
    words = [list(answer.hypotheses[0].ids) for answer in found]
    # A blurred decoder may go on to its limit, which is nearer in PyTorch's loop.
    assert [ids[: len(right)] for ids, right in zip(words, expected, strict=True)] == expected
    others = [greedy_ids(whole.into(other), sources, special.never) for other in TARGETS if other != target]
    assert all(other != expected for other in others)


def special_ids_of(bundle: Bundle) -> Any:
    return special_ids(bundle.manifest, Subwords(bundle.folder / "tokenizer.json").tokenizer)


@pytest.mark.parametrize("precision", ["int8", "fp32", "fp16"])
@pytest.mark.parametrize("listed", [True, False])
def test_the_trained_language_follows_its_rule_in_every_precision(
    folder: Path, precision: str, listed: bool
) -> None:
    wanted = [target for of, to, _, target in LINES if (of, to) == ("qaa", "qab")]
    options = DecodeOptions(beam_size=2, shortlist=listed)
    with load_translator(folder, device="cpu", precision=precision, threads=1) as translator:
        found = [t.text for t in translator.translate(TEXTS, target="qab", options=options)]
    assert sum(a == b for a, b in zip(found, wanted, strict=True)) >= 0.9 * len(wanted)


def test_all_languages_share_one_encoder(folder: Path) -> None:
    with open_bundle(folder) as bundle:
        models, _ = load_models(bundle, (CPU,), "int8", threads=1)
        (int8, fp32, _) = bundle.manifest.variants
    assert len({id(models(target).encoder) for target in TARGETS}) == 1
    assert len({id(models(target)) for target in TARGETS}) == 3
    assert int8.steps["qac"].decoder_step == "decoder_step.qac.int8.onnx"
    assert fp32.into("qaa").narrow_step == "narrow_step.qaa.onnx" and int8.decoder_step in int8.graphs


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v["steps"].pop("qac"), "for qaa, qab alone"),
        (lambda v: v["steps"]["qac"].update(narrow_step=None), "without the other"),
        (
            lambda v: v["steps"]["qac"].update(decoder_step="elsewhere.onnx"),
            "'elsewhere.onnx' is not in files",
        ),
    ],
)
def test_a_manifest_with_a_decoder_missing_is_refused(folder: Path, change: Change, message: str) -> None:
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    change(manifest["variants"][0])
    with pytest.raises(BundleFormatError, match=message):
        parse_manifest(json.dumps(manifest))


def test_a_bundle_in_one_file_translates_into_every_language_after_the_file_is_gone(
    folder: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "many.traverba"
    pack_bundle(folder, archive)
    with load_translator(archive, device="cpu", threads=1) as translator:
        archive.unlink()
        found = [translator.translate(TEXTS[0], target=target).text for target in TARGETS]
    with load_translator(folder, device="cpu", threads=1) as translator:
        assert found == [translator.translate(TEXTS[0], target=target).text for target in TARGETS]
