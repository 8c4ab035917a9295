"""`Translator`: texts in, translations out, from any number of threads at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import Self, Unpack, overload

from traverba.alternatives import finder
from traverba.assembly import assemble_hypothesis, restore
from traverba.asynchronous import AsyncTranslationStream, cancellable, in_thread
from traverba.bundle import Manifest
from traverba.call_making import CallMaker, ModelInto, WordsFor
from traverba.call_options import CallKeywords, CallOptions
from traverba.decoding import Batching, Control, DecodeOptions, score
from traverba.errors import LanguageError, OptionError, TranslatorClosedError
from traverba.identification import Detection, load_identifier
from traverba.pivoting import Asked, Way, WayMaker
from traverba.results import Translation, TranslationHypothesis, TranslatorInfo
from traverba.streaming import TranslationStream
from traverba.text import KnownWords, TextOptions, TextTokenizer, find_segments

AUTO = "auto"
"""As a source language: whichever the identifier finds."""
AS_LINES = TextOptions(split="lines", look_up=False)
AS_IT_STANDS = AS_LINES.for_words(begun=True, required=False, chosen=False)


class Translator:
    """A loaded model. Holds no state of its own between calls; make one and share it.

    ``source`` may be left out: the model reads any of its languages. `info` has the pairs of
    languages and how each runs: straight, or through a third language.
    """

    def __init__(
        self,
        models: ModelInto,
        tokenizer: TextTokenizer,
        manifest: Manifest,
        *,
        options: DecodeOptions,
        provider: str,
        precision: str,
        threads: int,
        words: WordsFor = lambda sources, target: KnownWords(),
    ) -> None:
        """Called by `load_translator`; ``options`` and ``words`` suit the model."""
        self._models: ModelInto | None = models
        self._tokenizer = tokenizer
        self.options = options
        """What a call uses that brings no options; `dataclasses.replace` makes variations of it."""
        self.info = TranslatorInfo(
            name=manifest.name,
            version=manifest.version,
            languages=manifest.languages,
            directions=tuple((d.source, d.target) for d in manifest.directions),
            vocab_size=manifest.vocab_size,
            provider=provider,
            precision=precision,
            threads=threads,
            routes=manifest.routes,
        )
        self._calls = CallMaker(tokenizer, manifest, self.info, words)
        self._manifest = manifest

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
        glossary, control and via.
        """
        way = self._way(target, CallOptions(**keywords))
        translations = way.translate([text] if isinstance(text, str) else text)
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
        return self._way(target, CallOptions(**keywords)).translate_iter(texts, batching)

    def stream(self, text: str, *, target: str, **keywords: Unpack[CallKeywords]) -> TranslationStream:
        """The translation of one text in pieces, each as soon as it is certain."""
        return TranslationStream(self._way(target, CallOptions(**keywords)).stream(text))

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
        via: str = "auto",
    ) -> list[Translation]:
        """Other translations of a text of one line: ``count`` that differ, the best first.

        With ``prefix``, each begins with it and then goes on in another way, the most probable
        first: what else could stand there. A prefix that ends with a space is followed by a word;
        another one, whose last word should be whole, by whatever may follow.
        """
        given = CallOptions(source, options, AS_LINES, prefix=prefix or "", control=control, via=via)
        way = self._way(target, replace(given, prefix=""), given.reading)
        return way.alternatives(text, finder(prefix, count, lambda: self._calls.word_starts))

    def score(
        self,
        source_text: str,
        target_text: str,
        *,
        target: str,
        source: str | None = None,
        options: DecodeOptions | None = None,
        via: str = "auto",
    ) -> TranslationHypothesis:
        """A given translation as if the search had found it: how probable the model finds each token.

        The pair must be one that goes straight, or be made to by ``via="none"``.
        """
        call = self._ways.straight(self._asked(target, CallOptions(source, options, AS_IT_STANDS, via=via)))
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
        self._models = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _detectable(self) -> list[str]:
        """The languages of this model that the identifier knows."""
        return [language for language in self.info.languages if load_identifier().knows(language)]

    @cached_property
    def _ways(self) -> WayMaker:
        return WayMaker(self._calls, self._manifest, self.detect, lambda: bool(self._detectable))

    def _way(self, target: str, given: CallOptions, reading: TextOptions | None = None) -> Way:
        return self._ways.way(self._asked(target, given, reading))

    def _asked(self, target: str, given: CallOptions, reading: TextOptions | None = None) -> Asked:
        """``reading`` takes the place of what follows from the options given."""
        if self._models is None:
            raise TranslatorClosedError("the translator is closed; load another with load_translator()")
        options = (given.options or self.options).completed(self.options)
        return Asked(self._models, target, given, options, reading or given.reading)
