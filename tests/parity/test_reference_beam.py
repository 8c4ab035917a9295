"""The engine on a bundle's graphs finds what the slow reference finds with the same weights in PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.parity.reference import Ended, Settings, reference_beam

from traverba.bundle import Bundle, find_bundle, open_bundle
from traverba.bundle.installed import BUILT_IN
from traverba.call_making import special_ids
from traverba.decoding import DecodeOptions, Hypothesis, SpecialIds, decode
from traverba.graphs import CPU, GraphModels
from traverba.loading import load_models
from traverba_export.model import EncoderDecoder, ManyDecoders
from traverba_export.reimport import load_model
from traverba_export.subwords import EOS, Subwords

DATA = Path(__file__).parents[1] / "data"
SENTENCES = 60
SCORE_TOLERANCE = 1e-3
"""float32 sums in another order: about 1e-5 a step, added up over a sentence."""

TIE = 1e-4
"""Scores nearer than this are equal as far as float32 can tell, and may come in either order."""

AT_THE_EDGE = 0.01
"""Of sentences may differ, and only such in whose search a tie decided what lived on: which way it goes, and
all that comes of it, depends on how many threads PyTorch adds up with."""


@dataclass(frozen=True, eq=False)
class Pair:
    """One bundle, computed by both."""

    graphs: GraphModels
    model: EncoderDecoder | ManyDecoders
    special: SpecialIds
    sources: dict[str, list[list[int]]]
    """Target language -> what asks for it."""


def texts_of(bundle: Bundle) -> list[tuple[str, str]]:
    """(target language, text): sentences that the tiny model follows its rule on, or everyday ones."""
    if bundle.manifest.name == "tiny":
        lines = (DATA / "tiny.tsv").read_text(encoding="utf-8").splitlines()
        return [(line.split("\t")[1], line.split("\t")[2]) for line in lines]
    texts = []
    for source, target in (("fr", "en"), ("ru", "en"), ("en", "fr")):
        lines = (DATA / f"everyday.{source}.txt").read_text(encoding="utf-8").splitlines()
        texts += [(target, line) for line in lines]
    return texts


@pytest.fixture(scope="module", params=["tiny", "built-in"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    if request.param == "built-in" and not BUILT_IN.exists():
        pytest.skip("the built-in model is not in this checkout")
    with open_bundle(DATA / "tiny.traverba" if request.param == "tiny" else find_bundle()) as bundle:
        subwords = Subwords(bundle.folder / "tokenizer.json")
        every = texts_of(bundle)
        texts = every[:: max(1, len(every) // SENTENCES)][:SENTENCES]  # all languages
        sources: dict[str, list[list[int]]] = {}
        for target, text in texts:
            ids = [subwords.language_token(target), *subwords.tokenizer.encode(text), EOS]
            sources.setdefault(target, []).append(ids)
        graphs, _ = load_models(bundle, (CPU,), "fp32", threads=1)
        yield Pair(graphs, load_model(bundle), special_ids(bundle.manifest, subwords.tokenizer), sources)


@pytest.mark.long
@pytest.mark.parametrize(("beam_size", "coverage_penalty"), [(1, 0.0), (4, 0.0), (5, 0.2), (12, 0.0)])
def test_the_engine_finds_what_the_reference_finds(
    pair: Pair, beam_size: int, coverage_penalty: float
) -> None:
    options = DecodeOptions(
        beam_size=beam_size,
        num_hypotheses=beam_size,
        coverage_penalty=coverage_penalty,
        shortlist=False,
        guards="off",
    )
    settings = Settings(beam_size, options.alpha, coverage_penalty, pair.special.never)
    answers = [
        (pair.model.into(target), source, answer)
        for target, sources in pair.sources.items()
        for source, answer in zip(
            sources, decode(pair.graphs(target), sources, options, pair.special), strict=True
        )
    ]
    different = 0
    for model, source, answer in answers:
        expected = reference_beam(model, source, options.longest(len(source)), settings)
        if not agree(answer.hypotheses, expected.ended[:beam_size]):
            assert expected.closest <= TIE, source
            different += 1
    assert different <= max(1, AT_THE_EDGE * len(answers))


def agree(found: Sequence[Hypothesis], expected: Sequence[Ended]) -> bool:
    """Whether both searches found the same; equal scores may stand in either order."""
    assert len(found) == len(expected)
    return all(
        abs(mine.score - theirs.score) <= SCORE_TOLERANCE
        and any(mine.ids == other.ids and abs(other.score - theirs.score) <= TIE for other in expected)
        for mine, theirs in zip(found, expected, strict=True)
    )
