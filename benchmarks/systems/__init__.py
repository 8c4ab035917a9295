"""What is compared: each system turns source ids into exactly as many target ids as it is told.

`traverba_graphs` is ours, `pytorch` the same weights in eager or compiled PyTorch, `ctranslate` int8
Transformers in CTranslate2. Random models never end a sentence sensibly, so the end token is held back
until the wanted length and every system does the same number of steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Sources = Sequence[Sequence[int]]


class System(Protocol):
    """A translator of ids, ready to run on one thread."""

    name: str

    def translate(self, sources: Sources, target_length: int, beam_size: int) -> list[list[int]]:
        """The best hypothesis of each source, ``target_length`` ids without start and end token."""
        ...


@dataclass(frozen=True)
class Workload:
    """One way of using a translator."""

    name: str
    batch: int
    beam_size: int
    source_length: int = 20
    target_length: int = 20

    @property
    def rows(self) -> int:
        """N: decoder rows of a step."""
        return self.batch * self.beam_size

    def sources(self, vocab_size: int, language: int | None = None, first_id: int = 3) -> list[list[int]]:
        """Random ids, the same for everybody with such a vocabulary, behind a ``language`` token if given."""
        rng = np.random.default_rng(self.batch)
        ids = rng.integers(first_id, vocab_size, (self.batch, self.source_length))
        if language is not None:
            ids[:, 0] = language
        return ids.tolist()  # type: ignore[no-any-return]


WORKLOADS = (
    Workload("greedy, batch 1", batch=1, beam_size=1),
    Workload("beam 5, batch 1", batch=1, beam_size=5),
    Workload("greedy, batch 64", batch=64, beam_size=1),
)
