"""Ways from one language into another: straight, or through a third language.

`routes` says which way a text takes, `ways` are the ways it can take: `Straight` is one call, a
`Pivot` (`pivot`) two, one behind the other, and `Detected` (`detected`) finds out text by text
which it is; `making` makes them. `between` is what happens to a sentence between the two calls,
and `composition` makes one result of two.

Of a text that went through a third language, spans, segments and alignment lead from its source
to its translation; `tokens` have the log-probabilities of the last leg; `score` and `log_prob` are
sums over both; `confidence` is the product of both, since both must be good; flags are those of
either. Imports the runtime's calls and results, never a graph.
"""

from traverba.pivoting.making import Asked, WayMaker
from traverba.pivoting.ways import Find, Way

__all__ = ["Asked", "Find", "Way", "WayMaker"]
