"""Checking once, at the door, that a graph's tensors are those of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from traverba.contract import METADATA_CONFIG_KEY, GraphSpec, TensorSpec
from traverba.errors import GraphContractError

DTYPES = {
    "float32": "tensor(float)",
    "float16": "tensor(float16)",
    "int64": "tensor(int64)",
    "int32": "tensor(int32)",
    "int8": "tensor(int8)",
}
DYNAMIC = frozenset("BKNPSCLU")
"""Dimensions that must accept any size; the others are fixed by the model and must agree."""


@dataclass(frozen=True)
class Tensor:
    """One input or output as onnxruntime describes it; None or a name for a size that is not fixed."""

    name: str
    dtype: str
    shape: tuple[int | str | None, ...]


@dataclass(frozen=True)
class Signature:
    """What a graph takes and gives."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    metadata: Mapping[str, str]


def check_signatures(graphs: Sequence[tuple[GraphSpec, Signature]], vocab_size: int) -> None:
    """Raise GraphContractError with all that differs, in all graphs."""
    sizes: dict[str, int] = {"V": vocab_size}
    problems: list[str] = []
    for spec, signature in graphs:
        for kind, declared, found in (
            ("input", spec.inputs, signature.inputs),
            ("output", spec.outputs, signature.outputs),
        ):
            problems += [f"{spec.name} {kind} {p}" for p in _differences(declared, found, sizes)]
    if len({signature.metadata.get(METADATA_CONFIG_KEY) for _, signature in graphs}) > 1:
        problems.append("the graphs were exported from different models")
    if problems:
        raise GraphContractError(
            f"the graphs do not keep the contract: {'; '.join(problems)}; export the model again"
        )


def _differences(
    declared: Sequence[TensorSpec], found: Sequence[Tensor], sizes: dict[str, int]
) -> Iterable[str]:
    by_name = {tensor.name: tensor for tensor in found}
    for name in sorted(by_name.keys() - {spec.name for spec in declared}):
        yield f"{name} is not in the contract"
    for spec in declared:
        tensor = by_name.get(spec.name)
        if tensor is None:
            yield f"{spec.name} is missing"
        elif tensor.dtype != DTYPES[spec.dtype]:
            yield f"{spec.name} is a {tensor.dtype} instead of a {DTYPES[spec.dtype]}"
        elif len(tensor.shape) != len(spec.dims):
            yield f"{spec.name} has {len(tensor.shape)} dimensions instead of {len(spec.dims)}"
        else:
            yield from _size_differences(spec, tensor, sizes)


def _size_differences(spec: TensorSpec, tensor: Tensor, sizes: dict[str, int]) -> Iterable[str]:
    """``sizes`` collects what each fixed letter stands for, across tensors and graphs."""
    for dim, size in zip(spec.dims, tensor.shape, strict=True):
        if not isinstance(size, int):
            continue
        if dim in DYNAMIC:
            yield f"{spec.name} has {dim} frozen at {size}"
            continue
        expected = dim if isinstance(dim, int) else sizes.setdefault(dim, size)
        if size != expected:
            label = "a dimension" if isinstance(dim, int) else dim
            yield f"{spec.name} has {label} = {size} instead of {expected}"
