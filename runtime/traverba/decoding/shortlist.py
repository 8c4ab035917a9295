"""A vocabulary shortlist: the target tokens that a sentence is likely to need, and no others.

The output layer is the largest product of a decoder step, and nearly all of it is about
tokens that no translation of the sentence contains. A lexical table says which ones it may
contain (Jean et al. 2015, arXiv 1412.2007, section 3.3): those that are frequent in any text, the
likeliest translations of each source token, and the source tokens themselves, for what is
copied. Departure: a list always has the same size for the same padded source length, filled
up with the next frequent tokens, so that no sentence's numbers depend on its neighbours'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traverba.decoding.batching import padded_length
from traverba.decoding.model import Ids
from traverba.decoding.options import DecodeOptions
from traverba.decoding.request import Request

WIDTH_STEP = 64
"""List sizes are multiples of this: whole vector registers, whatever the CPU."""


@dataclass(frozen=True, eq=False)
class Lexicon:
    """What is known about one target language."""

    always: Ids  # (F,) on every list: the end token, single bytes, digits, marks, frequent tokens
    likely: NDArray[np.integer]  # (V, k) for each source token the likeliest targets, best first; 0: none
    frequent: Ids  # (R,) most frequent first; what lists are filled up with


@dataclass(frozen=True, eq=False)
class Shortlist:
    """The lexicons of a model, by the id of the language token that opens a source."""

    lexicons: Mapping[int, Lexicon]
    vocab_size: int
    per_position: int
    """Places on a list for each source token, padding included, beside those that all lists share."""

    def width(self, src_length: int) -> int:
        """L: how many tokens the list of a source of this length has."""
        shared = max(len(lexicon.always) for lexicon in self.lexicons.values())
        places = shared + self.per_position * padded_length(src_length)
        return -(-places // WIDTH_STEP) * WIDTH_STEP

    def covers(self, request: Request, options: DecodeOptions) -> bool:
        """Whether this request is to be decoded with a list.

        Options that fix tokens, or that reach far down the distribution, see the whole vocabulary.
        """
        source = request.source
        plain = options.sampling is None and options.repetition_penalty == 1.0
        plain = plain and not (options.no_repeat_ngram_size or options.forced_ids)
        return (
            options.shortlist is not False
            and plain
            and not request.is_steered
            and bool(source)
            and source[0] in self.lexicons
            and self.width(len(source)) < self.vocab_size - len(options.suppressed_ids)
        )

    def lists(self, sources: Sequence[Sequence[int]], banned: Collection[int]) -> Ids:
        """(B, L) ids in ascending order, none of ``banned``, for sources of one padded length."""
        allowed = np.ones(self.vocab_size, np.bool_)
        allowed[list(banned)] = False
        width = self.width(len(sources[0]))
        return np.stack([self._list(source, width, allowed) for source in sources])

    def _list(self, source: Sequence[int], width: int, allowed: NDArray[np.bool_]) -> Ids:
        """Every source token's best translation before any one's second best."""
        lexicon = self.lexicons[source[0]]
        tokens = np.array(source, np.int64)
        likely = lexicon.likely[tokens].T.ravel()
        chosen = _all_of((lexicon.always, tokens, likely), lexicon.frequent, width, allowed)
        if chosen is not None:
            return chosen
        wanted = np.concatenate((lexicon.always, tokens, likely, lexicon.frequent))
        chosen = _distinct(wanted, allowed)
        if len(chosen) < width:  # much is banned: any token is better than none
            chosen = _distinct(np.concatenate((chosen, np.arange(self.vocab_size))), allowed)
        chosen_ids: Ids = np.sort(chosen[:width])
        return chosen_ids


def _all_of(
    wanted: Sequence[NDArray[np.integer]], spare: Ids, width: int, allowed: NDArray[np.bool_]
) -> Ids | None:
    """All that is wanted and the first of ``spare``, ascending; None where there is not room for all of it.

    Several times as fast as ranking them, and nearly every list has the room.
    """
    marks = np.zeros(len(allowed), np.bool_)
    for ids in wanted:
        marks[ids] = True
    marks &= allowed
    banned = len(allowed) - np.count_nonzero(allowed)
    spare = spare[: width + banned]  # enough, even if it begins with all that is marked or banned
    spare = spare[(allowed & ~marks)[spare]]
    missing = width - np.count_nonzero(marks)
    marks[spare[: max(missing, 0)]] = True
    chosen: Ids = np.flatnonzero(marks)
    return chosen if len(chosen) == width else None


def _distinct(ids: Ids, allowed: NDArray[np.bool_]) -> Ids:
    """The allowed ids, each where it comes first."""
    kept: Ids = ids[allowed[ids]]
    places = np.arange(len(kept))
    first = np.empty(len(allowed), np.int64)
    first[kept[::-1]] = places[::-1]  # of equal indices, the last assignment stays
    distinct: Ids = kept[first[kept] == places]
    return distinct
