"""Word alignment of a parallel corpus: which target tokens a source token tends to become.

`model1` learns the table over ids, whatever a token is; `lexicon` makes a dictionary of words
of it, `linking` tells which token of a sentence stands for which. This room imports numpy only.
"""

from traverba_export.alignment.lexicon import learn_lexicon
from traverba_export.alignment.model1 import LexicalTable, learn_lexical_table

__all__ = ["LexicalTable", "learn_lexical_table", "learn_lexicon"]
