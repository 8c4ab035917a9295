"""Word alignment of a parallel corpus: which target tokens a source token tends to become.

`model1` learns the table; the vocabulary shortlist and the word-for-word rung read it.
This room imports numpy only and works on ids, whatever a token is.
"""

from traverba_export.alignment.model1 import LexicalTable, learn_lexical_table

__all__ = ["LexicalTable", "learn_lexical_table"]
