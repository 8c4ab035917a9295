"""Memory and state that stay on a device: the numbers and words of arrays that come and go.

The device here is the CPU, through the same bindings; fp32 through the same graphs gives the same bits.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from traverba.bundle import Bundle, Variant, open_bundle
from traverba.contract import DECODER_STEP, DEVICE_ENCODER, DEVICE_STEP, ENCODER
from traverba.decoding import Batching, DecodeOptions, DecoderStep, Sampling, SpecialIds, decode, score
from traverba.errors import OptionError
from traverba.graphs import CPU, OnnxModel, open_model, opening
from traverba.graphs.captured_model import CapturedModel, bucket
from traverba.graphs.device_model import DeviceModel
from traverba.graphs.policies import CUDA
from traverba.graphs.session import GraphSession
from traverba.loading import make_translator

DATA = Path(__file__).parents[2] / "data"
PAD, EOS, LANGUAGE = 0, 2, 4
SPECIAL = SpecialIds(pad=PAD, bos=1, eos=EOS, never=(0, 1, 3, 4, 5))
RNG = np.random.default_rng(11)
SOURCES = [[LANGUAGE, *RNG.integers(6, 390, length).tolist(), EOS] for length in (3, 9, 1, 5, 5, 12, 4, 2, 7)]
OPTIONS = {
    "greedy": DecodeOptions(beam_size=1, guards="off"),
    "beam": DecodeOptions(beam_size=4, num_hypotheses=3, guards="off"),
    "whole rows": DecodeOptions(beam_size=3, repetition_penalty=1.3, guards="off"),
    "sampling": DecodeOptions(sampling=Sampling(top_k=5, seed=4), num_hypotheses=2, guards="off"),
}
HALF_TOLERANCE = 0.05
"""Log-probabilities of a model this small, with products in float16."""


@pytest.fixture(scope="module")
def bundle() -> Iterator[Bundle]:
    with open_bundle(DATA / "tiny.traverba") as opened:
        yield opened


@pytest.fixture(scope="module")
def half_bundle() -> Iterator[Bundle]:
    with open_bundle(DATA / "tiny-fp16.traverba") as opened:
        yield opened


@pytest.fixture(scope="module")
def plain(bundle: Bundle) -> DecoderStep:
    return OnnxModel.load(bundle.folder, bundle.manifest.variants[0], 390, (CPU,), 1)


def on_device(bundle: Bundle, kind: type[DeviceModel]) -> DeviceModel:
    (variant,) = bundle.manifest.variants
    specs = (ENCODER, DECODER_STEP) if variant.precision == "fp32" else (DEVICE_ENCODER, DEVICE_STEP)
    paths = bundle.folder / variant.encoder, bundle.folder / variant.decoder_step
    encoder, step = (GraphSession(path, spec, (CPU,), 1) for path, spec in zip(paths, specs, strict=True))
    return kind(encoder, step, 390, "cpu")


@pytest.fixture(params=[DeviceModel, CapturedModel])
def kind(request: pytest.FixtureRequest) -> type[DeviceModel]:
    return request.param  # type: ignore[no-any-return]


def words(model: DecoderStep, options: DecodeOptions) -> list[list[tuple[int, ...]]]:
    answers = decode(model, SOURCES, options, SPECIAL, batching=Batching())
    return [[tuple(hypothesis.ids) for hypothesis in answer.hypotheses] for answer in answers]


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_searches_find_what_they_find_with_arrays_that_come_and_go(
    bundle: Bundle, plain: DecoderStep, kind: type[DeviceModel], options: DecodeOptions
) -> None:
    model = on_device(bundle, kind)
    expected = words(plain, options)
    assert words(model, options) == expected
    assert words(model, options) == expected  # through what the first pass has left


def test_numbers_have_the_same_bits_while_sentences_leave(
    bundle: Bundle, plain: DecoderStep, kind: type[DeviceModel]
) -> None:
    model = on_device(bundle, kind)
    src_ids, lengths = np.full((5, 8), PAD, np.int64), np.array([4, 2, 8, 5, 3], np.int32)
    for row, length in zip(src_ids, lengths, strict=True):
        row[:length] = RNG.integers(6, 390, length)
    beam, running = 3, [each.encode(src_ids, lengths) for each in (plain, model)]
    parents = np.repeat(np.arange(5), beam)
    for stays in ([0, 1, 2, 3, 4], [0, 2, 3, 4], [0, 2], [1], [0]):
        sentences = len(stays) if stays != [0, 1, 2, 3, 4] else 5
        prev_ids = RNG.integers(6, 390, len(parents))
        found = [
            each.step(prev_ids, parents, state, memory, 6, with_log_probs=True)
            for each, (memory, state) in zip((plain, model), running, strict=True)
        ]
        for name in ("top_log_probs", "top_ids", "attention", "log_probs"):
            np.testing.assert_array_equal(getattr(found[1], name), getattr(found[0], name), err_msg=name)
        kept = np.array(stays[:sentences])
        # Beams are shuffled within the sentences that stay.
        rows = kept[:, None] * beam + RNG.integers(0, beam, (len(kept), beam))
        parents = rows.ravel()
        running = [
            (each.select(memory, kept), output.state)
            for each, (memory, _), output in zip((plain, model), running, found, strict=True)
        ]
        assert [memory.batch_size for memory, _ in running] == [len(kept)] * 2
        assert [memory.src_length for memory, _ in running] == [8, 8]


def test_given_targets_are_scored_alike(bundle: Bundle, plain: DecoderStep, kind: type[DeviceModel]) -> None:
    model = on_device(bundle, kind)
    targets = [source[1:-1] for source in SOURCES]
    expected, found = (score(each, SOURCES, targets, DecodeOptions(), SPECIAL) for each in (plain, model))
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one.log_probs, other.log_probs)


def test_fp16_graphs_find_the_words_of_fp32(
    bundle: Bundle, half_bundle: Bundle, plain: DecoderStep, kind: type[DeviceModel]
) -> None:
    model = on_device(half_bundle, kind)
    lines = [line.split("\t") for line in (DATA / "tiny.tsv").read_text().splitlines()[:12]]
    translators = [make_translator(bundle, lambda _, m=each: m, "a", "b", 1) for each in (plain, model)]
    for source, target, text, _ in lines:
        expected, found = (t.translate(text, source=source, target=target) for t in translators)
        assert str(found) == str(expected)
        chances = ([token.log_prob for token in t.tokens] for t in (expected, found))
        np.testing.assert_allclose(*chances, atol=HALF_TOLERANCE)


def test_searches_side_by_side_do_not_disturb_each_other(
    bundle: Bundle, plain: DecoderStep, kind: type[DeviceModel]
) -> None:
    model, options = on_device(bundle, kind), OPTIONS["beam"]
    expected = words(plain, options)
    found: list[object] = [None] * 4

    def search(number: int) -> None:
        found[number] = words(model, options)

    threads = [threading.Thread(target=search, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_arrays_are_lent_again_once_a_search_is_over(bundle: Bundle) -> None:
    model = on_device(bundle, CapturedModel)
    free = []
    for _ in range(3):
        words(model, OPTIONS["greedy"])
        gc.collect()
        free.append({size: len(sets) for size, sets in model._free.items() if sets})
    assert free[0] == free[1] == free[2] != {}


def test_a_search_that_gets_no_arrays_runs_all_the_same(
    bundle: Bundle, plain: DecoderStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traverba.graphs.captured_model.MAX_ARRAY_SETS", 1)
    assert words(on_device(bundle, CapturedModel), OPTIONS["beam"]) == words(plain, OPTIONS["beam"])


def test_buckets_are_a_few_sizes() -> None:
    assert [bucket(n) for n in (1, 2, 3, 4, 5, 6, 7, 9, 13, 24, 25, 33, 48, 49)] == [
        1, 2, 3, 4, 6, 6, 8, 12, 16, 24, 32, 48, 48, 64,
    ]  # fmt: skip


def test_cuda_graphs_are_refused_elsewhere(bundle: Bundle, half_bundle: Bundle) -> None:
    for given in (bundle, half_bundle):
        with pytest.raises(OptionError, match=r"cuda_graphs is for device 'cuda' and precision 'fp16'"):
            open_model(given.folder, given.manifest.variants[0], 390, (CPU,), 1, cuda_graphs=True)


def test_on_the_cpu_arrays_come_and_go_except_in_fp16(bundle: Bundle, half_bundle: Bundle) -> None:
    kinds = [
        type(open_model(given.folder, given.manifest.variants[0], 390, (CPU,), 1))
        for given in (bundle, half_bundle)
    ]
    assert kinds == [OnnxModel, DeviceModel]


def test_a_step_keeps_its_state_to_itself(bundle: Bundle) -> None:
    """Without recording, every state is a tensor of its own and may be continued twice."""
    model = on_device(bundle, DeviceModel)
    memory, state = model.encode(np.array([SOURCES[0]]), np.array([len(SOURCES[0])], np.int32))
    row = np.array([0])
    first = model.step(np.array([1]), row, state, memory, 3)
    once = model.step(first.top_ids[:, 0], row, first.state, memory, 3)
    model.step(once.top_ids[:, 0], row, once.state, memory, 3)
    again = model.step(first.top_ids[:, 0], row, first.state, memory, 3)
    np.testing.assert_array_equal(once.top_log_probs, again.top_log_probs)


def test_options_reach_the_first_provider_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stand-in for onnxruntime-gpu notes what a session is made of."""
    made = []

    class Session:
        spec = None

        def __init__(self, path, spec, providers, threads, extra_options=None) -> None:  # type: ignore[no-untyped-def]
            made.append((path.name, spec, tuple(providers), extra_options))

    monkeypatch.setattr(opening, "GraphSession", Session)
    monkeypatch.setattr("traverba.graphs.captured_model.CapturedModel", lambda *given: given[-1])
    variant = Variant("fp16", "fp16", "encoder.fp16.onnx", "decoder_step.fp16.onnx")
    assert open_model(tmp_path, variant, 390, (CUDA, CPU), 1, cuda_graphs=True) == "cuda"
    assert made == [
        ("encoder.fp16.onnx", DEVICE_ENCODER, (CUDA, CPU), None),
        ("decoder_step.fp16.onnx", DEVICE_STEP, (CUDA, CPU), {"enable_cuda_graph": "1"}),
    ]
