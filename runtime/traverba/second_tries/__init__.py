"""What is asked of the search once more, when its first answer is in.

`repair` goes through the answers to a call's segments, in this order: `carrying` reads phrases in sentences,
`rare_words` puts the dictionary's words where the model guessed, `repair` itself asks for protected parts and
numbers that were dropped. `read_back` then chooses among all hypotheses by how well the source is read from
them. Each takes an answer and gives a better one or the same. The room imports `decoding`, `text`,
`glossary` and `assembly`; only a call asks it.
"""

from traverba.second_tries.carrying import Carrying
from traverba.second_tries.rare_words import RareWordRepair
from traverba.second_tries.read_back import ReadBack
from traverba.second_tries.repair import Repair

__all__ = ["Carrying", "RareWordRepair", "ReadBack", "Repair"]
