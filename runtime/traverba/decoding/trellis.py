"""The histories of all hypotheses of a batch, as back-pointers.

A step appends one column and copies nothing, so it costs the same at step 1 and at
step 500; a history is walked back only when a hypothesis has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from traverba.decoding.model import Floats, Ids


@dataclass(frozen=True)
class Node:
    """A hypothesis of ``length`` tokens: its row among the rows alive at that length."""

    length: int
    row: int


class Trellis:
    """Column t holds token t of every row, the row before it, and the attention it was chosen with."""

    def __init__(self) -> None:
        self._ids: list[Ids] = []  # (N after step t,) each
        self._parents: list[Ids] = []  # rows before step t
        self._log_probs: list[Floats] = []
        self._attention: list[Floats] = []  # (N before step t, S)

    def attend(self, attention: Floats) -> None:
        """Keep the attention of the step that is now being decided."""
        self._attention.append(attention)

    def append(self, ids: Ids, parents: Ids, log_probs: Floats) -> None:
        """Add the token that each surviving row took."""
        self._ids.append(ids)
        self._parents.append(parents)
        self._log_probs.append(log_probs)

    def tail(self, node: Node, count: int) -> list[int]:
        """The last ``count`` ids of a hypothesis, or all if it has fewer."""
        start = max(node.length - count, 0)
        return [self._ids[t].item(row) for t, row, _ in self._back(node, start)][::-1]

    def ids(self, node: Node) -> tuple[int, ...]:
        return tuple(self.tail(node, node.length))

    def log_probs(self, node: Node) -> list[float]:
        """One for each id."""
        return [self._log_probs[t].item(row) for t, row, _ in self._back(node, 0)][::-1]

    def attention(self, node: Node, *, with_end: bool) -> list[Floats]:
        """(S,) for each id and, if asked for, for the step after the last one."""
        rows = [self._attention[t][parent] for t, _, parent in self._back(node, 0)][::-1]
        return [*rows, self._attention[node.length][node.row]] if with_end else rows

    def common_node(self, nodes: list[Node]) -> Node:
        """The longest hypothesis that all of some hypotheses of one length continue."""
        length, rows = nodes[0].length, {node.row for node in nodes}
        while len(rows) > 1:
            length -= 1
            rows = set(self._parents[length][list(rows)].tolist())
        return Node(length, rows.pop())

    def _back(self, node: Node, start: int) -> Iterator[tuple[int, int, int]]:
        """(column, row, the row before it) of each token of a hypothesis, last first, down to ``start``."""
        row = node.row
        for t in range(node.length - 1, start - 1, -1):
            parent = self._parents[t].item(row)
            yield t, row, parent
            row = parent
