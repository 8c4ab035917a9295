"""What a caller may choose for one call: search, lengths, penalties, sampling, guards.

Everything here is checked when it is made, so that a search never meets an impossible
option. A bad value raises `OptionError` with the option's name and its range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from traverba.errors import OptionError

Guards = Literal["retry", "flag", "off"]

LEFT_TO_THE_MODEL = ("length_penalty", "coverage_penalty", "made_up_penalty", "shortlist")
"""Options whose None means: as the model's maker found best."""

LARGEST_BEAM = 1024
LONGEST_TARGET = 100_000


def check_int(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise OptionError(f"{name} must be a whole number from {low} to {high}, not {value!r}")


def _check_float(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise OptionError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")


def _check_ids(name: str, ids: object) -> None:
    if not isinstance(ids, tuple | list):
        raise OptionError(f"{name} must be a tuple of ids, not {ids!r}")
    for token in ids:
        check_int(name, token, 0, 2**31 - 1)


def _check_forced(pair: object) -> None:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise OptionError(f"forced_ids must hold pairs of a position and an id, not {pair!r}")
    check_int("forced_ids position", pair[0], 0, LONGEST_TARGET)
    _check_ids("forced_ids", pair[1:])


@dataclass(frozen=True)
class Sampling:
    """Draw tokens at random instead of searching for the best ones."""

    temperature: float = 1.0
    """Divides the log-probabilities: below 1 sharper, above 1 flatter."""

    top_k: int = 0
    """Draw among the k most probable tokens only; 0 draws among all."""

    top_p: float = 1.0
    """Draw among the fewest most probable tokens that together hold this probability."""

    seed: int = 0
    """The same seed, source and options give the same draw, alone or in any batch."""

    def __post_init__(self) -> None:
        _check_float("temperature", self.temperature, 0.01, 100.0)
        check_int("top_k", self.top_k, 0, 2**31 - 1)
        _check_float("top_p", self.top_p, 1e-6, 1.0)
        check_int("seed", self.seed, 0, 2**63 - 1)


@dataclass(frozen=True)
class DecodeOptions:
    """How one call searches. Lengths count target tokens without the end token."""

    beam_size: int = 5
    """Hypotheses kept at each step; 1 is greedy. Not used when sampling."""

    length_penalty: float | None = None
    """alpha of Wu et al. 2016, equation 14: 0 compares bare log-probabilities, more favours longer output.
    None: the model's own, 0.6 if it has none."""

    coverage_penalty: float | None = None
    """beta of the same equation: more favours hypotheses that attended to every source token. None: the
    model's own, 0 if it has none."""

    made_up_penalty: float | None = None
    """Nats that a beam takes from a hypothesis for each word that is neither on the model's list of the
    target language nor a name in the source (see `traverba.decoding.made_up`). None: the model's own, 0 if
    it has none. A greedy search and sampling know no rivals, so they take none."""

    num_hypotheses: int = 1
    """Hypotheses returned, at most `beam_size`; when sampling, the number of independent draws."""

    patience: float = 1.0
    """A sentence's search ends when patience * beam_size finished hypotheses are as good as the best that
    has not (after Kasai et al. 2022, see `traverba.decoding.search`)."""

    read_back: float = 0.0
    """Of a beam's hypotheses, prefer those from which the model reads the source again, by this weight (see
    `traverba.second_tries.read_back`); 0 is off, 0.1 suits the built-in model. For a pair that it translates
    both ways; a text of unknown language is not read back, nor are `Translator.alternatives`."""

    min_length: int = 0
    """No hypothesis ends before this many tokens."""

    min_length_ratio: float = 0.0
    """The same relative to the source: at least floor(ratio * source tokens)."""

    max_length: int = 1024
    """No hypothesis grows beyond this many tokens."""

    max_length_ratio: float = 3.0
    """The same relative to the source: at most floor(ratio * source tokens) + `max_length_offset`."""

    max_length_offset: int = 10
    """Room for very short sources, see `max_length_ratio`."""

    sampling: Sampling | None = None
    """Draw at random instead of searching."""

    repetition_penalty: float = 1.0
    """Multiplies the log-probability of tokens already produced (Keskar et al. 2019); 1 is off."""

    no_repeat_ngram_size: int = 0
    """No run of this many tokens occurs twice in a hypothesis; 0 is off."""

    suppressed_ids: tuple[int, ...] = ()
    """Tokens that are never produced."""

    forced_ids: tuple[tuple[int, int], ...] = ()
    """(position, id) pairs: the token that must stand at a position, counted from 0."""

    shortlist: bool | None = None
    """Choose among the tokens that this source is likely to need, where the model knows them, which is
    faster. Options that fix tokens, penalise or draw them look at the whole vocabulary anyway. None: as
    the bundle has it, whose maker measured what it costs."""

    guards: Guards = "retry"
    """Loops, runaway length and empty output: retry once with a penalty, only flag them, or look away."""

    def __post_init__(self) -> None:
        self._check_search()
        self._check_lengths()
        _check_float("repetition_penalty", self.repetition_penalty, 1.0, 100.0)
        check_int("no_repeat_ngram_size", self.no_repeat_ngram_size, 0, 1000)
        _check_ids("suppressed_ids", self.suppressed_ids)
        for pair in self.forced_ids:
            _check_forced(pair)
        if self.shortlist not in (True, False, None):
            raise OptionError(f"shortlist must be True, False or None, not {self.shortlist!r}")
        if self.guards not in ("retry", "flag", "off"):
            raise OptionError(f"guards must be 'retry', 'flag' or 'off', not {self.guards!r}")

    def _check_search(self) -> None:
        check_int("beam_size", self.beam_size, 1, LARGEST_BEAM)
        _check_float("length_penalty", self.alpha, 0.0, 10.0)
        _check_float("coverage_penalty", self.beta, 0.0, 10.0)
        if self.made_up_penalty is not None:
            _check_float("made_up_penalty", self.made_up_penalty, 0.0, 100.0)
        _check_float("patience", self.patience, 0.01, 100.0)
        check_int("num_hypotheses", self.num_hypotheses, 1, LARGEST_BEAM)
        _check_float("read_back", self.read_back, 0.0, 100.0)
        if self.read_back and (self.sampling or self.beam_size == 1):
            raise OptionError("read_back chooses among a beam's hypotheses: beam_size must be 2 or more")
        if self.sampling is None and self.num_hypotheses > self.beam_size:
            raise OptionError(
                f"num_hypotheses must be a whole number from 1 to beam_size ({self.beam_size}), "
                f"not {self.num_hypotheses}; raise beam_size to get more"
            )

    def _check_lengths(self) -> None:
        check_int("min_length", self.min_length, 0, LONGEST_TARGET)
        _check_float("min_length_ratio", self.min_length_ratio, 0.0, 100.0)
        check_int("max_length", self.max_length, 1, LONGEST_TARGET)
        _check_float("max_length_ratio", self.max_length_ratio, 0.0, 1000.0)
        check_int("max_length_offset", self.max_length_offset, 0, LONGEST_TARGET)
        if self.min_length > self.max_length:
            raise OptionError(
                f"min_length must be a whole number from 0 to max_length ({self.max_length}), "
                f"not {self.min_length}"
            )

    def longest(self, src_length: int) -> int:
        """The most tokens a hypothesis for this source may have, at least 1."""
        relative = math.floor(self.max_length_ratio * src_length) + self.max_length_offset
        return max(1, min(self.max_length, relative))

    def shortest(self, src_length: int) -> int:
        """The fewest tokens a hypothesis for this source may have, never more than `longest`."""
        relative = math.floor(self.min_length_ratio * src_length)
        return min(max(self.min_length, relative), self.longest(src_length))

    def check_vocabulary(self, vocab_size: int) -> None:
        """Refuse ids that the model does not have."""
        named = [("suppressed_ids", token) for token in self.suppressed_ids]
        named += [("forced_ids", token) for _, token in self.forced_ids]
        for name, token in named:
            if token >= vocab_size:
                raise OptionError(f"{name} must hold target ids from 0 to {vocab_size - 1}, not {token}")

    def completed(self, own: DecodeOptions) -> DecodeOptions:
        """These options, with what they leave to the model from the model's ``own``."""
        left = {name: getattr(own, name) for name in LEFT_TO_THE_MODEL if getattr(self, name) is None}
        return replace(self, **left) if left else self

    @property
    def alpha(self) -> float:
        """`length_penalty` in use."""
        return 0.6 if self.length_penalty is None else self.length_penalty

    @property
    def beta(self) -> float:
        """`coverage_penalty` in use."""
        return 0.0 if self.coverage_penalty is None else self.coverage_penalty

    @property
    def made_up(self) -> float:
        """`made_up_penalty` in use: none where no hypothesis has a rival."""
        return 0.0 if self.sampling or self.beam_size == 1 else self.made_up_penalty or 0.0

    @property
    def rows(self) -> int:
        """K, the decoder rows one sentence takes."""
        return self.beam_size if self.sampling is None else self.num_hypotheses
