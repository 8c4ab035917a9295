"""Bound steps: the numbers of steps that are not bound, and no state mistaken for another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from traverba.bundle import open_bundle
from traverba.decoding.model import Memory, StepOutput
from traverba.graphs import CPU, OnnxModel
from traverba.loading import load_models

DATA = Path(__file__).parents[2] / "data"
SRC_IDS = np.array([[5, 9, 17, 4, 2], [6, 30, 8, 2, 0]])
SRC_LENGTHS = np.array([5, 4], np.int32)
ROWS, TOP = 4, 3


@pytest.fixture(params=["tiny.traverba", "tiny-int8.traverba"])
def model(request: pytest.FixtureRequest) -> Iterator[OnnxModel]:
    with open_bundle(DATA / request.param) as bundle:
        yield load_models(bundle, (CPU,), None, 1)[0].one


def assert_equal(found: StepOutput, expected: StepOutput) -> None:
    for name in ("top_log_probs", "top_ids", "state", "attention"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


def walk(model: OnnxModel, steps: int, *, fresh: bool) -> list[StepOutput]:
    """Steps of two sentences with two rows each; ``fresh``: every state is handed over as a copy."""
    memory, state = model.encode(SRC_IDS, SRC_LENGTHS)
    rng, parents, outputs = np.random.default_rng(1), np.array([0, 0, 1, 1]), []
    for _ in range(steps):
        output = model.step(rng.integers(3, 100, ROWS), parents, state, memory, TOP)
        kept = np.copy(output.state)  # the step after the next one overwrites it
        outputs.append(StepOutput(output.top_log_probs, output.top_ids, kept, output.attention))
        state = np.copy(output.state) if fresh else output.state
        parents = rng.permutation(ROWS)
    return outputs


def test_steps_that_are_bound_give_the_bits_of_steps_that_are_not(model: OnnxModel) -> None:
    for found, expected in zip(walk(model, 6, fresh=False), walk(model, 6, fresh=True), strict=True):
        assert_equal(found, expected)


def three_steps(model: OnnxModel) -> tuple[Memory, list[StepOutput]]:
    memory, state = model.encode(SRC_IDS, SRC_LENGTHS)
    outputs = [model.step(np.full(2, 1), np.arange(2), state, memory, TOP)]
    for token in (7, 8):
        outputs.append(model.step(np.full(2, token), np.arange(2), outputs[-1].state, memory, TOP))
    return memory, outputs


def test_a_step_may_be_taken_again_from_the_state_it_read(model: OnnxModel) -> None:
    memory, outputs = three_steps(model)
    again = model.step(np.full(2, 8), np.arange(2), outputs[1].state, memory, TOP)
    assert_equal(again, outputs[2])
    model.step(np.full(2, 9), np.arange(2), outputs[1].state, memory, TOP)
    assert_equal(model.step(np.full(2, 8), np.arange(2), outputs[1].state, memory, TOP), outputs[2])


def test_a_state_that_was_overwritten_is_refused(model: OnnxModel) -> None:
    memory, outputs = three_steps(model)
    model.step(np.full(2, 9), np.arange(2), outputs[2].state, memory, TOP)
    with pytest.raises(AssertionError, match="two steps old"):
        model.step(np.full(2, 9), np.arange(2), outputs[1].state, memory, TOP)


def test_what_a_step_gave_is_not_overwritten_by_the_next(model: OnnxModel) -> None:
    memory, outputs = three_steps(model)
    kept = [np.copy(values) for values in (outputs[1].top_log_probs, outputs[1].attention)]
    for token in (11, 12, 13):
        outputs.append(model.step(np.full(2, token), np.arange(2), outputs[-1].state, memory, TOP))
    np.testing.assert_array_equal(outputs[1].top_log_probs, kept[0])
    np.testing.assert_array_equal(outputs[1].attention, kept[1])


def test_another_number_of_candidates_or_rows_is_a_step_of_its_own(model: OnnxModel) -> None:
    memory, outputs = three_steps(model)
    wider = model.step(np.full(2, 9), np.arange(2), outputs[2].state, memory, TOP + 2)
    assert wider.top_ids.shape == (2, TOP + 2)
    doubled = model.step(np.full(4, 9), np.array([0, 0, 1, 1]), outputs[2].state, memory, TOP)
    np.testing.assert_array_equal(doubled.top_ids[::2], wider.top_ids[:, :TOP])
