"""The committed models of made-up languages follow their rule on sentences they were not trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from traverba.bundle import Bundle, open_bundle
from traverba_export.half_verification import DevicePair
from traverba_export.subwords import EOS, Subwords
from traverba_export.verification import GraphPair, graph_greedy_ids

DATA = Path(__file__).parents[1] / "data"
SIZE_LIMITS_BYTES = {
    "tiny.traverba": 200_000,
    "tiny-int8.traverba": 100_000,
    "tiny-fp16.traverba": 150_000,
}
WANTED_SHARE = 0.95


@pytest.fixture(scope="module", params=SIZE_LIMITS_BYTES)
def bundle(request: pytest.FixtureRequest) -> Iterator[Bundle]:
    with open_bundle(DATA / request.param, verify_hashes=True) as opened:
        yield opened


def test_held_out_sentences_are_translated_by_the_rule(bundle: Bundle) -> None:
    lines = (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()
    _, targets, texts, wanted = zip(*(line.split("\t") for line in lines), strict=True)
    subwords = Subwords(bundle.folder / "tokenizer.json")
    pieces = subwords.encode_batch(texts)
    sources = [[subwords.language_token(t), *ids, EOS] for t, ids in zip(targets, pieces, strict=True)]
    (variant,) = bundle.manifest.variants
    pair = DevicePair if variant.precision == "fp16" else GraphPair
    graphs = pair(bundle.folder / variant.encoder, bundle.folder / variant.decoder_step)
    translations = [subwords.decode(ids) for ids in graph_greedy_ids(graphs, sources)]
    right = sum(found == text for found, text in zip(translations, wanted, strict=True))
    assert right >= WANTED_SHARE * len(wanted)


@pytest.mark.parametrize("name", SIZE_LIMITS_BYTES)
def test_they_are_small_enough_to_be_kept_with_the_tests(name: str) -> None:
    assert (DATA / name).stat().st_size <= SIZE_LIMITS_BYTES[name]
