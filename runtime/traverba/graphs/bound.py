"""The decoder steps of one batch, whose arrays are bound once.

Handing a dozen arrays to ``session.run`` and taking new ones from it costs a small model a tenth of its
step. From its second step on a batch therefore reads and writes arrays that stay where they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.model import Floats, Ids
from traverba.graphs.session import GraphSession, on_cpu

Feeds = Mapping[str, NDArray[Any]]
"""Name of a tensor -> its value."""


class BatchSteps:
    """Runs one graph for one batch. Like the search it serves, for one thread at a time.

    A state lasts for two steps: what a step has read is still there after it, and overwritten by the next.
    """

    def __init__(self, session: GraphSession, fetches: Sequence[str], constant: Feeds) -> None:
        """``constant``: the inputs that stay the same from step to step."""
        self._session, self._fetches, self._constant = session, fetches, constant
        self._last: Feeds = {}
        self._bound: _Bound | None = None

    def run(self, prev_ids: Ids, parents: Ids, state: Floats, top_k: int) -> Feeds:
        """All fetches, by name. ``prev_ids`` (N,), ``parents`` (N,) rows of ``state``."""
        if self._bound is None and state is self._last.get("next_state") and not self._session.uses_device:
            self._bound = _Bound(self._session, self._constant, self._last, top_k)
        bound = self._bound
        if bound is not None and bound.takes(prev_ids, state, top_k):
            return bound.run(prev_ids, parents)
        assert bound is None or not bound.has_overwritten(state), "this state is two steps old"
        changing: Feeds = {
            "prev_ids": prev_ids,
            "parents": parents,
            "state": state,
            "top_k": np.array([top_k]),
        }
        outputs = self._session.run(self._fetches, {**self._constant, **changing})
        self._last = dict(zip(self._fetches, outputs, strict=True))
        return self._last


class _Bound:
    """Two arrays hold the state of N rows: each step reads one and writes the other."""

    def __init__(self, session: GraphSession, constant: Feeds, last: Feeds, top_k: int) -> None:
        """``last``: what the step before this one gave; outputs keep their shapes."""
        self._before = self._newest = last["next_state"]
        self._states = (self._newest.copy(), np.empty_like(self._newest))
        self._turn = 0
        self._top_k = top_k
        self._prev_ids, self._parents = (np.empty(len(self._newest), np.int64) for _ in range(2))
        self._chosen = {name: np.empty_like(array) for name, array in last.items() if name != "next_state"}
        fed: dict[str, NDArray[Any]] = {**constant, "prev_ids": self._prev_ids, "parents": self._parents}
        fed["top_k"] = np.array([top_k])
        self._session = session
        # Values keep their arrays alive, a binding does not keep its values.
        self._inputs, self._outputs = on_cpu(fed), on_cpu(self._chosen)
        self._rows = tuple(on_cpu({"state": rows})["state"] for rows in self._states)
        self._bindings = tuple(
            session.bind({**self._inputs, "state": read}, {**self._outputs, "next_state": written})
            for read, written in (self._rows, self._rows[::-1])
        )

    def takes(self, prev_ids: Ids, state: Floats, top_k: int) -> bool:
        """Whether the next step can run here."""
        return state is self._newest and top_k == self._top_k and prev_ids.shape == self._prev_ids.shape

    def run(self, prev_ids: Ids, parents: Ids) -> Feeds:
        """All outputs; but for the state, they are the caller's to keep."""
        self._prev_ids[:] = prev_ids
        self._parents[:] = parents
        self._session.run_in_place(self._bindings[self._turn])
        self._turn = 1 - self._turn
        # A view for each step tells a state from the one that stood in the same place.
        self._before, self._newest = self._newest, self._states[self._turn].view()
        outputs = {name: array.copy() for name, array in self._chosen.items()}
        outputs["next_state"] = self._newest
        return outputs

    def has_overwritten(self, state: Floats) -> bool:
        """Whether ``state`` came from here and is no more what it was."""
        ours = any(state.base is array for array in self._states)
        return ours and state is not self._newest and state is not self._before
