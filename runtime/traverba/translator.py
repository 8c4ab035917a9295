"""`Translator`: texts in, translations out, from any number of threads at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from types import TracebackType
from typing import Self, Unpack, overload

from traverba.assembly import Answer, Prepared, assemble_hypothesis, restore
from traverba.asynchronous import AsyncTranslationStream, cancellable, in_thread
from traverba.bundle import Manifest
from traverba.call import Call, special_ids, target_token, with_words
from traverba.call_options import CallKeywords, CallOptions
from traverba.decoding import (
    Batching,
    Control,
    Decoded,
    DecodeOptions,
    Request,
    SpecialIds,
    alternatives,
    decode,
    decode_iter,
    diverse,
    score,
)
from traverba.decoding.model import DecoderStep
from traverba.errors import LanguageError, OptionError, TranslatorClosedError
from traverba.foreign import foreign_reader
from traverba.guidance import guide
from traverba.identification import Detection, load_identifier
from traverba.repair import Repair
from traverba.results import Translation, TranslationHypothesis, TranslatorInfo
from traverba.streaming import TranslationStream, stream_text
from traverba.terms import term_reader
from traverba.text import Reader, TextOptions, TextTokenizer, find_segments
from traverba.timing import TimedModel

AUTO = "auto"
"""As a source language: whichever the identifier finds."""
AS_LINES = TextOptions(split="lines")
AS_IT_STANDS = AS_LINES.for_words(begun=True, required=False, chosen=False)


class Translator:
    """A loaded model. Holds no state of its own between calls; make one and share it.

    ``source`` may be left out: the model reads any of its languages. When it is given,
    the direction must be one that the model was trained for.
    """

    def __init__(
        self,
        model: DecoderStep,
        tokenizer: TextTokenizer,
        manifest: Manifest,
        *,
        options: DecodeOptions,
        provider: str,
        precision: str,
        threads: int,
    ) -> None:
        """Called by `load_translator`; ``options`` are those that suit the model."""
        self._model: DecoderStep | None = model
        self._tokenizer, self._manifest = tokenizer, manifest
        self.options = options
        """What a call uses that brings no options; `dataclasses.replace` makes variations of it."""
        self._special = special_ids(manifest, tokenizer)
        self.info = TranslatorInfo(
            name=manifest.name,
            version=manifest.version,
            languages=manifest.languages,
            directions=tuple((d.source, d.target) for d in manifest.directions),
            vocab_size=manifest.vocab_size,
            provider=provider,
            precision=precision,
            threads=threads,
        )

    @overload
    def translate(self, text: str, *, target: str, **keywords: Unpack[CallKeywords]) -> Translation: ...

    @overload
    def translate(
        self, text: list[str] | tuple[str, ...], *, target: str, **keywords: Unpack[CallKeywords]
    ) -> list[Translation]: ...

    def translate(
        self, text: str | list[str] | tuple[str, ...], *, target: str, **keywords: Unpack[CallKeywords]
    ) -> Translation | list[Translation]:
        """One text or several; what is no sentence, such as line breaks, stays as it is.

        `CallOptions` has the keywords: source, options, text_options, prefix, require, suppress,
        glossary and control.
        """
        call = self._call(target, CallOptions(**keywords))
        prepared = [call.prepare(each) for each in ([text] if isinstance(text, str) else text)]
        requests = [request for each in prepared for request in each.requests]
        answers = iter(decode(call.model, requests, call.options, call.special, control=call.control))
        translations = [call.answer(each, list(islice(answers, len(each.requests)))) for each in prepared]
        return translations[0] if isinstance(text, str) else translations

    def translate_iter(
        self,
        texts: Iterable[str],
        *,
        target: str,
        batching: Batching | None = None,
        **keywords: Unpack[CallKeywords],
    ) -> Iterator[Translation]:
        """`translate` for a stream of any length, in order and in constant memory.

        ``batching.window`` says how many sentences are read ahead.
        """
        call = self._call(target, CallOptions(**keywords))
        pending: deque[Prepared] = deque()

        def requests() -> Iterator[Request]:
            for text in texts:
                pending.append(call.prepare(text))
                yield from pending[-1].requests

        answers = decode_iter(
            call.model, requests(), call.options, call.special, control=call.control, batching=batching
        )
        return _regroup(call, pending, answers)

    def stream(self, text: str, *, target: str, **keywords: Unpack[CallKeywords]) -> TranslationStream:
        """The translation of one text in pieces, each as soon as it is certain."""
        return TranslationStream(stream_text(self._call(target, CallOptions(**keywords)), text))

    @overload
    async def atranslate(
        self, text: str, *, target: str, **keywords: Unpack[CallKeywords]
    ) -> Translation: ...

    @overload
    async def atranslate(
        self, text: list[str] | tuple[str, ...], *, target: str, **keywords: Unpack[CallKeywords]
    ) -> list[Translation]: ...

    async def atranslate(
        self, text: str | list[str] | tuple[str, ...], *, target: str, **keywords: Unpack[CallKeywords]
    ) -> Translation | list[Translation]:
        """`translate` beside the event loop; cancelling the task stops the decoding."""
        keywords["control"], cancel = cancellable(keywords.get("control"))
        return await in_thread(lambda: self.translate(text, target=target, **keywords), cancel)

    def astream(self, text: str, *, target: str, **keywords: Unpack[CallKeywords]) -> AsyncTranslationStream:
        """`stream` beside the event loop, for ``async for``."""
        keywords["control"], cancel = cancellable(keywords.get("control"))
        return AsyncTranslationStream(self.stream(text, target=target, **keywords), cancel)

    def alternatives(
        self,
        text: str,
        *,
        target: str,
        source: str | None = None,
        prefix: str | None = None,
        count: int = 5,
        options: DecodeOptions | None = None,
        control: Control | None = None,
    ) -> list[Translation]:
        """Other translations of a text of one line: ``count`` that differ, the best first.

        With ``prefix``, each begins with it and then goes on in another way, the most probable
        first: what else could stand there. A prefix that ends with a space is followed by a word;
        another one, whose last word should be whole, by whatever may follow.
        """
        given = CallOptions(source, options, AS_LINES, prefix=prefix or "", control=control)
        call = self._call(target, replace(given, prefix=""), given.reading)
        prepared = call.prepare(text)
        if len(prepared.segments) != 1:
            raise OptionError(f"alternatives need a text of one line, not of {len(prepared.segments)}")
        ids = prepared.requests[0].source
        if prefix is None:
            answers = diverse(call.model, ids, count, call.options, call.special, control=control)
        else:
            typed = self._tokenizer.encode(prefix.rstrip(" ")) if prefix.strip(" ") else ()
            starts = self._word_starts if prefix.endswith(" ") else None
            answers = alternatives(
                call.model, ids, typed, count, call.options, call.special, starts=starts, control=control
            )
        found = [call.finish(prepared, [Answer(answer)]) for answer in answers]
        return list({translation.text: translation for translation in found[::-1]}.values())[::-1]

    def score(
        self,
        source_text: str,
        target_text: str,
        *,
        target: str,
        source: str | None = None,
        options: DecodeOptions | None = None,
    ) -> TranslationHypothesis:
        """A given translation as if the search had found it: how probable the model finds each token."""
        call = self._call(target, CallOptions(source, options, AS_IT_STANDS))
        prepared, wanted = call.prepare(source_text), find_segments(target_text)
        if len(prepared.segments) != len(wanted):
            raise OptionError(
                f"target_text must have as many lines as source_text: {len(prepared.segments)}, "
                f"not {len(wanted)}"
            )
        hypotheses = score(
            call.model,
            [request.source for request in prepared.requests if request.source],
            [self._tokenizer.encode(target_text[start:end]) for start, end in wanted],
            call.options,
            call.special,
        )
        pairs = zip(prepared.segments, hypotheses, strict=True)
        restored = [restore(*pair, self._tokenizer) for pair in pairs]
        return assemble_hypothesis(prepared, restored, target_text, wanted)

    def detect(self, text: str) -> Detection:
        """Which of the model's languages a text is in; `traverba.detect` knows many more."""
        if not self._detectable:
            raise LanguageError(
                f"the language identifier knows none of the languages of {self.info.name} "
                f"({', '.join(self.info.languages)}); say which language the text is in"
            )
        return load_identifier().detect(text, languages=self._detectable)

    def token_ids(self, text: str) -> tuple[int, ...]:
        """The ids that write ``text`` behind a space, for options that are about single tokens."""
        return tuple(self._tokenizer.encode(text))

    def close(self) -> None:
        """Let go of the model; calls that are running finish. Closing twice does nothing."""
        self._model = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _special_and_words(self) -> SpecialIds:
        """Made when first needed: loading should not wait for it."""
        return with_words(self._special, self._tokenizer)

    @cached_property
    def _detectable(self) -> list[str]:
        """The languages of this model that the identifier knows."""
        return [language for language in self.info.languages if load_identifier().knows(language)]

    @cached_property
    def _word_starts(self) -> frozenset[int]:
        """Tokens that begin a word behind a space."""
        pieces = enumerate(map(self._tokenizer.piece, range(self._tokenizer.vocab_size)))
        return frozenset(i for i, piece in pieces if len(piece) > 1 and piece.startswith(b" "))

    def _call(self, target: str, given: CallOptions, reading: TextOptions | None = None) -> Call:
        """``reading`` takes the place of what follows from the options given."""
        if self._model is None:
            raise TranslatorClosedError("the translator is closed; load another with load_translator()")
        detect = self.detect if given.source == AUTO else None
        given = replace(given, source=None) if detect else given
        guidance = guide(self._tokenizer, given.prefix, given.require, given.suppress)
        options, model = self._completed(given.options), self._model
        return Call(
            model=TimedModel(model),
            tokenizer=self._tokenizer,
            special=self._special_and_words if guidance.constrains else self._special,
            info=self.info,
            source=given.source,
            target=target,
            target_token=target_token(self._manifest, given.source, target),
            calibration=self._manifest.calibration,
            guidance=guidance,
            reader=self._reader(given, target, reading or given.reading),
            options=options,
            control=given.control,
            repair=Repair(
                self._tokenizer, options, lambda: self._special_and_words, given.control or Control()
            ),
            detect=detect,
        )

    def _completed(self, options: DecodeOptions | None) -> DecodeOptions:
        """With what the options leave to the model."""
        if options is None or options.shortlist is not None:
            return options or self.options
        return replace(options, shortlist=self.options.shortlist)

    def _reader(self, given: CallOptions, target: str, options: TextOptions) -> Reader:
        directions, named = self._manifest.directions, given.source
        sources = tuple(d.source for d in directions if d.target == target and named in (None, d.source))
        reader = Reader(self._tokenizer, options, sources, target)
        reader = term_reader(reader, given.glossary) if given.glossary else reader
        return foreign_reader(reader) if options.only_foreign else reader


def _regroup(call: Call, pending: deque[Prepared], answers: Iterator[Decoded]) -> Iterator[Translation]:
    """One translation for the answers to each text's requests."""
    for first in answers:
        prepared = pending.popleft()
        rest = list(islice(answers, len(prepared.requests) - 1))
        if len(rest) + 1 < len(prepared.requests):
            return  # stopped by `control` in the middle of a text
        yield call.answer(prepared, [first, *rest])
