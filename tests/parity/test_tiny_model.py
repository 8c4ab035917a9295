"""The committed model of made-up languages follows their rule on sentences it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from traverba.bundle import Bundle, open_bundle
from traverba_export.subwords import EOS, Subwords
from traverba_export.verification import GraphPair, graph_greedy_ids

DATA = Path(__file__).parents[1] / "data"
SIZE_LIMIT_BYTES = 300_000
WANTED_SHARE = 0.95


@pytest.fixture(scope="module")
def bundle() -> Iterator[Bundle]:
    with open_bundle(DATA / "tiny.traverba", verify_hashes=True) as opened:
        yield opened


def test_held_out_sentences_are_translated_by_the_rule(bundle: Bundle) -> None:
    lines = (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()
    _, targets, texts, wanted = zip(*(line.split("\t") for line in lines), strict=True)
    subwords = Subwords(bundle.folder / "tokenizer.json")
    pieces = subwords.encode_batch(texts)
    sources = [[subwords.language_token(t), *ids, EOS] for t, ids in zip(targets, pieces, strict=True)]
    graphs = GraphPair(bundle.folder / "encoder.onnx", bundle.folder / "decoder_step.onnx")
    translations = [subwords.decode(ids) for ids in graph_greedy_ids(graphs, sources)]
    right = sum(found == text for found, text in zip(translations, wanted, strict=True))
    assert right >= WANTED_SHARE * len(wanted)


def test_it_is_small_enough_to_be_kept_with_the_tests() -> None:
    assert (DATA / "tiny.traverba").stat().st_size <= SIZE_LIMIT_BYTES
