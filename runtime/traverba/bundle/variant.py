"""The graphs of a bundle in one arithmetic: which files they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

ENCODER_FILE = "encoder.onnx"
DECODER_STEP_FILE = "decoder_step.onnx"


@dataclass(frozen=True)
class Step:
    """The decoder of one target language, where languages have decoders of their own."""

    decoder_step: str
    narrow_step: str | None = None


@dataclass(frozen=True)
class Variant:
    """The two graphs in one arithmetic. The first variant of a manifest is the default."""

    precision: str = "fp32"
    """What the graphs compute in."""
    storage: str = "fp32"
    """What their weights are stored in; read back to ``precision`` when the session is made."""
    encoder: str = ENCODER_FILE
    decoder_step: str = DECODER_STEP_FILE
    shortlist: str | None = None
    """The graph that gathers a part of the output layer; with ``narrow_step``, or neither."""
    narrow_step: str | None = None
    """The decoder step with such a part."""
    steps: dict[str, Step] = field(default_factory=dict)
    """Target language -> its own decoder, for all or for none; the two files above are then one of these."""

    @property
    def graphs(self) -> tuple[str, ...]:
        """All its files that are graphs."""
        named = [self.encoder, self.decoder_step, self.shortlist, self.narrow_step]
        named += [path for step in self.steps.values() for path in (step.decoder_step, step.narrow_step)]
        return tuple(dict.fromkeys(path for path in named if path is not None))

    def into(self, target: str) -> Variant:
        """The variant with the decoder of one target language as its only one."""
        step = self.steps.get(target)
        if step is None:
            return self
        return replace(self, decoder_step=step.decoder_step, narrow_step=step.narrow_step, steps={})


def variant_problems(variant: Variant, targets: Collection[str]) -> Iterator[str]:
    """What types alone cannot rule out, for a bundle that translates into ``targets``."""
    steps = variant.steps
    if steps and set(steps) != set(targets):
        yield f"the {variant.precision} variant has decoders of its own for {', '.join(sorted(steps))} alone"
    narrow_steps = (variant.narrow_step, *(step.narrow_step for step in steps.values()))
    if any((variant.shortlist is None) != (path is None) for path in narrow_steps):
        yield "a variant has one of the graphs for shortlists without the other"
