"""The contract is checked once, and everything that breaks it is named together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from traverba.contract import DECODER_STEP, ENCODER, METADATA_CONFIG_KEY, GraphSpec
from traverba.errors import GraphContractError
from traverba.graphs.signature import DTYPES, Signature, Tensor, check_signatures

SIZES = {"M": 64, "A": 32, "W": 128, "V": 300}


def signature(spec: GraphSpec) -> Signature:
    """As a faithful exporter writes it: model sizes fixed, the others named."""

    def tensors(specs: tuple[object, ...]) -> tuple[Tensor, ...]:
        return tuple(
            Tensor(s.name, DTYPES[s.dtype], tuple(SIZES.get(str(d), d) for d in s.dims))  # type: ignore[attr-defined]
            for s in specs
        )

    return Signature(tensors(spec.inputs), tensors(spec.outputs), {METADATA_CONFIG_KEY: "a"})


def check(encoder: Signature, step: Signature) -> None:
    check_signatures([(ENCODER, encoder), (DECODER_STEP, step)], vocab_size=300)


def changed(spec: GraphSpec, name: str, /, **changes: object) -> Signature:
    """The faithful signature with one tensor changed."""
    faithful = signature(spec)
    return replace(
        faithful,
        inputs=tuple(replace(t, **changes) if t.name == name else t for t in faithful.inputs),  # type: ignore[arg-type]
        outputs=tuple(replace(t, **changes) if t.name == name else t for t in faithful.outputs),  # type: ignore[arg-type]
    )


def test_graphs_that_keep_the_contract_pass() -> None:
    check(signature(ENCODER), signature(DECODER_STEP))


def test_sizes_that_are_not_declared_pass() -> None:
    check(changed(ENCODER, "memory", shape=(None, None, None)), signature(DECODER_STEP))


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("state", {"name": "hidden"}, r"input hidden is not in the contract; .*input state is missing"),
        (
            "prev_ids",
            {"dtype": "tensor(int32)"},
            r"prev_ids is a tensor\(int32\) instead of a tensor\(int64\)",
        ),
        ("attention", {"shape": ("N",)}, "attention has 1 dimensions instead of 2"),
        ("parents", {"shape": (5,)}, "parents has N frozen at 5"),
        ("top_k", {"shape": (2,)}, "top_k has a dimension = 2 instead of 1"),
        ("log_probs", {"shape": ("N", 301)}, "log_probs has V = 301 instead of 300"),
        ("state", {"shape": ("P", 129)}, "state has W = 129 instead of 128"),
    ],
)
def test_each_difference_is_named(name: str, changes: dict[str, object], message: str) -> None:
    with pytest.raises(GraphContractError, match=message):
        check(signature(ENCODER), changed(DECODER_STEP, name, **changes))


def test_differences_of_both_graphs_are_named_at_once() -> None:
    with pytest.raises(GraphContractError, match=r"encoder input src_lengths .*decoder_step output top_ids"):
        check(
            changed(ENCODER, "src_lengths", dtype="tensor(int64)"),
            changed(DECODER_STEP, "top_ids", dtype="tensor(float)"),
        )


def test_graphs_of_two_models_do_not_mix() -> None:
    other = replace(signature(DECODER_STEP), metadata={METADATA_CONFIG_KEY: "b"})
    with pytest.raises(GraphContractError, match="exported from different models"):
        check(signature(ENCODER), other)
