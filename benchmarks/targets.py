"""The targets that were set for speed, start and memory, and what bounds each where it is missed.

The bounds are those that profiles of both models showed; see "What bounds the figures" in the README.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.reporting import Figure

SUBJECTS = ("everyday", "gnmt-512")
"""The targets hold for the built-in model, and for a larger one so that a small model flatters nobody."""

_GREEDY = (
    "the encoder, a third of the time, reads its recurrent weights once for every source token, where a "
    "Transformer reads its weights once for all; a step's products read 60 to 85 GB/s where reading alone "
    "reaches 110; 80 small operators and the Python loop are the rest"
)
_BEAM = (
    "the same products at five rows take up to twice as long as at one when the weights are not in the "
    "cache, and a list's weights, no constants, are laid out anew at every step"
)
_BATCH = (
    "products, seven tenths of a step and of the encoder; the lists of 64 sentences together are most of the "
    "vocabulary, and their weights, no constants, are laid out anew at every step: a third of it"
)
_GROWTH = "nothing grows by design; look at the plot"

BOUNDS: Mapping[str, str] = {
    "greedy, batch 1: times faster than PyTorch eager": _GREEDY,
    "greedy, batch 1: times faster than CTranslate2 base 6+6": _GREEDY,
    "greedy, batch 1: times faster than CTranslate2 tiny 6+2": _GREEDY,
    "beam 5, batch 1: times faster than CTranslate2 base 6+6": _BEAM,
    "beam 5, batch 1: times faster than CTranslate2 tiny 6+2": _BEAM,
    "greedy, batch 64: times faster than CTranslate2 base 6+6": _BATCH,
    "greedy, batch 64: times faster than CTranslate2 tiny 6+2": _BATCH,
    "step, 1 row: times the floor": (
        "products of one row read weights at 60 to 85 GB/s where reading alone reaches 110, and 80 small "
        "operators are a quarter of the step"
    ),
    "greedy, batch 1: time outside session.run": (
        "Python and numpy, 50 to 90 µs a step and 0.4 ms a call; bound arrays save more inside `run` than "
        "outside, so the share rises with the speed"
    ),
    "import traverba over bare Python": "numpy's and onnxruntime's own imports",
    "load": "onnxruntime lays the weights of four graphs out for its kernels",
    "process start to first translation": "the imports, the loading, and one translation in beam 5",
    "peak resident memory after 1,000 sentences": "weights as the kernels want them, beside those as stored",
    "CPU use of an idle loaded translator": "no thread of ours runs or spins; look for who else does",
    "greedy: cost of steps 450–500 over steps 2–51": _GROWTH,
    "beam 5: cost of steps 450–500 over steps 2–51": _GROWTH,
}
"""Every figure that has a target, as its benchmark calls it -> what bounds it."""


def shortfall(figure: Figure) -> str:
    """How far a figure is from its target, in words."""
    assert figure.target is not None
    value, limit = figure.value.median, figure.target.limit
    if limit == 0 or value == 0:
        return f"{value:g} instead of {limit:g}"
    return f"{max(value / limit, limit / value):.2f} times {'too little' if value < limit else 'too much'}"


def missing(figures: Mapping[str, Figure]) -> list[str]:
    """The targets that nothing was measured for."""
    return [what for what in BOUNDS if what not in figures]


def explain(figure: Figure) -> str:
    """A line for a missed target."""
    bound = BOUNDS.get(figure.what, "not profiled")
    return f"- {figure.what}: {figure.value} {figure.unit}, {shortfall(figure)}. Bound by: {bound}."
