"""From what a caller asks for to calls: the target's token, the special ids, a reader, a second try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from traverba.bundle import Manifest
from traverba.call import Call
from traverba.call_options import CallOptions
from traverba.decoding import Control, DecodeOptions, SpecialIds, WordPieces
from traverba.decoding.model import DecoderStep
from traverba.errors import OptionError
from traverba.foreign import foreign_reader
from traverba.guidance import guide
from traverba.made_up_words import KnownTargets, word_pieces
from traverba.results import TranslatorInfo
from traverba.second_tries import Carrying, RareWordRepair, ReadBack, Repair
from traverba.terms import term_reader
from traverba.text import (
    KnownWords,
    Reader,
    TextOptions,
    TextTokenizer,
    WordTokens,
    begins_word,
    needs_space,
)
from traverba.timing import TimedModel

ModelInto = Callable[[str], DecoderStep]
"""Target language -> the model that translates into it."""
WordsFor = Callable[[Sequence[str], str], KnownWords]
"""Source languages, target language -> what is known of their words."""


@dataclass(frozen=True)
class Leg:
    """From which language into which a call goes; a way through a third language has two."""

    source: str | None
    """None: any that the model reads."""
    target: str
    final_target: str | None = None
    """Of the first of two legs: where the second one leads. The terms of a glossary are then only found."""
    trained: bool = True


class CallMaker:
    """What the calls of a translator have in common."""

    def __init__(
        self,
        tokenizer: TextTokenizer,
        manifest: Manifest,
        info: TranslatorInfo,
        words: WordsFor,
    ) -> None:
        self._tokenizer, self._manifest, self._info, self._words = tokenizer, manifest, info, words
        self._special = special_ids(manifest, tokenizer)

    @cached_property
    def special_and_words(self) -> SpecialIds:
        """Made when first needed: loading should not wait for it."""
        return with_words(self._special, self._tokenizer)

    @cached_property
    def word_tokens(self) -> WordTokens:
        """So is this, by the first rare word that is put right."""
        return WordTokens.of(self._tokenizer)

    @cached_property
    def word_pieces(self) -> WordPieces:
        """So is this, by the first beam that should not make words up."""
        return word_pieces(self._tokenizer)

    @cached_property
    def word_starts(self) -> frozenset[int]:
        """Tokens that begin a word behind a space."""
        pieces = enumerate(map(self._tokenizer.piece, range(self._tokenizer.vocab_size)))
        return frozenset(i for i, piece in pieces if len(piece) > 1 and piece.startswith(b" "))

    def call(
        self,
        models: ModelInto,
        leg: Leg,
        given: CallOptions,
        options: DecodeOptions,
        reading: TextOptions,
    ) -> Call:
        """``options`` and ``reading`` are complete: what the caller gave, and what follows from it."""
        sources = self._sources(leg)
        known = self._words(sources, leg.target)
        guidance = replace(
            guide(self._tokenizer, given.prefix, given.require, given.suppress),
            words=self._target_words(options, known),
        )
        if not leg.trained:  # the lists are learnt from the pairs that were trained
            options = replace(options, shortlist=False)
        control = given.control or Control()
        read_back = self._read_back(models, options, control, leg)
        if read_back:  # it chooses among all that the beam has found
            options = replace(options, num_hypotheses=options.beam_size)
        return Call(
            model=TimedModel(models(leg.target)),
            tokenizer=self._tokenizer,
            special=self.special_and_words if guidance.constrains else self._special,
            info=self._info,
            source=leg.source,
            target=leg.target,
            target_token=self._manifest.target_tokens[leg.target],
            calibration=self._manifest.calibration,
            guidance=guidance,
            reader=self._reader(leg, given, Reader(self._tokenizer, reading, sources, leg.target, known)),
            options=options,
            control=given.control,
            repair=self._repair(options, control, leg.target),
            read_back=read_back,
        )

    def _target_words(self, options: DecodeOptions, known: KnownWords) -> KnownTargets | None:
        if not (options.made_up and known.said):
            return None
        return KnownTargets(self.word_pieces, known.said(), known.spelling.words if known.spelling else ())

    def _read_back(
        self, models: ModelInto, options: DecodeOptions, control: Control, leg: Leg
    ) -> ReadBack | None:
        if not options.read_back or leg.source is None:
            return None
        if (leg.target, leg.source) not in self._info.directions:
            raise OptionError(
                f"read_back needs a model that translates from {leg.target} to {leg.source} as well; "
                f"{self._info.name} was not trained to: leave it out"
            )
        model, token = models(leg.source), self._manifest.target_tokens[leg.source]
        return ReadBack(self._tokenizer, options, self._special, model, token, leg.target, control)

    def _repair(self, options: DecodeOptions, control: Control, target: str) -> Repair:
        rare_words = RareWordRepair(
            self._tokenizer, options, self._special, lambda: self.word_tokens, target, control
        )
        carrying = Carrying(self._tokenizer, options, self._special, control)
        return Repair(self._tokenizer, options, lambda: self.special_and_words, control, carrying, rare_words)

    def _reader(self, leg: Leg, given: CallOptions, reader: Reader) -> Reader:
        options = reader.options
        if given.glossary:
            reader = term_reader(reader, given.glossary, only_found_for=leg.final_target)
        return foreign_reader(reader, leg.final_target or leg.target) if options.only_foreign else reader

    def _sources(self, leg: Leg) -> tuple[str, ...]:
        if leg.source is not None:
            return (leg.source,)
        return tuple(d.source for d in self._manifest.directions if d.target == leg.target)


def special_ids(manifest: Manifest, tokenizer: TextTokenizer) -> SpecialIds:
    """What the model may never write: other special tokens, and line breaks, since a line stays a line."""
    special = manifest.special_tokens
    pieces = map(tokenizer.piece, range(tokenizer.vocab_size))
    line_breaks = [i for i, piece in enumerate(pieces) if b"\n" in piece or b"\r" in piece]
    never = {special.pad, special.bos, *manifest.target_tokens.values(), *line_breaks}
    return SpecialIds(special.pad, special.bos, special.eos, tuple(sorted(never)))


def with_words(special: SpecialIds, tokenizer: TextTokenizer) -> SpecialIds:
    """The same for searches that must know where words begin and end."""
    pieces = [tokenizer.piece(i) for i in range(tokenizer.vocab_size)]
    return replace(
        special,
        word_begins=frozenset(i for i, piece in enumerate(pieces) if begins_word(piece)),
        word_ends=frozenset(i for i, piece in enumerate(pieces) if needs_space(piece)),
    )
