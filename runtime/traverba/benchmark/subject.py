"""What is measured: a translator whose two graphs are watched call by call."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from traverba.benchmark.figures import Configuration, Nodes, Workload
from traverba.benchmark.machine import idle_cpu_percent, memory_bytes
from traverba.bundle import find_bundle, open_bundle
from traverba.graphs import GraphModel, available_providers, choose_providers, installed_distributions
from traverba.loading import load_models, make_translator
from traverba.results import Translation
from traverba.timing import Part, WatchedModel
from traverba.translator import Translator


@dataclass(frozen=True)
class Material:
    """What every configuration is given to translate."""

    model: str | None
    """Name or path of the bundle; None is the built-in one."""
    source: str
    target: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Pass:
    """One turn: all texts translated, as often as fills its time."""

    encode_ms: tuple[float, ...]
    step_ms: tuple[float, ...]
    call_ms: tuple[float, ...]
    tokens: int
    sentences: int


@dataclass(frozen=True)
class Output:
    """One translation, as far as it is compared."""

    text: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Usage:
    """Memory and idling of a process."""

    resident_bytes: int | None
    peak_bytes: int | None
    idle_cpu_percent: float


class Subject(Protocol):
    """A loaded configuration, in this process or in another."""

    def run(self, workload: Workload, seconds: float) -> Pass:
        """Translate all texts again and again until this much time has gone by, at least once."""
        ...

    def translate(self, beam_size: int) -> list[Output]:
        """The translations themselves."""
        ...

    def score(self, targets: Sequence[str]) -> list[list[float]]:
        """Log-probabilities of the tokens of given translations, one for each text."""
        ...

    def usage(self, idle_seconds: float) -> Usage:
        """Memory, and CPU use while idle right after a translation."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class TranslatorSubject:
    """A configuration loaded in this process."""

    def __init__(self, material: Material, configuration: Configuration) -> None:
        self._material = material
        with open_bundle(find_bundle(material.model)) as bundle:
            models, precision = load_models(
                bundle, _providers(configuration.provider), configuration.precision, configuration.threads
            )
            model = models(material.target)
            self.nodes = _nodes(model)
            self._ms: dict[Part, list[float]] = {"encode": [], "step": []}
            watched = WatchedModel(model, self._note)
            self._translator: Translator = make_translator(
                bundle, lambda _: watched, model.provider, precision, configuration.threads
            )

    def first(self) -> None:
        """Translate one text, as whoever starts a program to translate something does."""
        self._translate(self._material.texts[:1], self._translator.options.beam_size)

    def run(self, workload: Workload, seconds: float) -> Pass:
        """Translate all texts again and again until this much time has gone by, at least once."""
        self._ms = {"encode": [], "step": []}
        call_ms: list[float] = []
        tokens = passes = 0
        end = time.perf_counter() + seconds
        while not passes or time.perf_counter() < end:
            tokens += self._translate_all(workload, call_ms)
            passes += 1
        return Pass(
            encode_ms=tuple(self._ms["encode"]),
            step_ms=tuple(self._ms["step"]),
            call_ms=tuple(call_ms),
            tokens=tokens,
            sentences=passes * len(self._material.texts),
        )

    def translate(self, beam_size: int) -> list[Output]:
        """The translations themselves, each alone in its call.

        They are compared with other providers', which have no shortlist: so all choose among all tokens.
        """
        translations = [
            self._translate([text], beam_size, shortlist=False)[0] for text in self._material.texts
        ]
        return [Output(t.text, tuple(token.text for token in t.tokens)) for t in translations]

    def score(self, targets: Sequence[str]) -> list[list[float]]:
        """Log-probabilities of the tokens of given translations, one for each text."""
        material, scored = self._material, []
        for text, target_text in zip(material.texts, targets, strict=True):
            hypothesis = self._translator.score(
                text, target_text, source=material.source, target=material.target
            )
            scored.append([token.log_prob for token in hypothesis.tokens])
        return scored

    def usage(self, idle_seconds: float) -> Usage:
        """Memory, and CPU use while idle right after a translation."""
        self._translate(self._material.texts[:1], 1)
        idle = idle_cpu_percent(idle_seconds)
        return Usage(*memory_bytes(), idle_cpu_percent=idle)

    def close(self) -> None:
        """Let go of the model."""
        self._translator.close()

    def _note(self, part: Part, start: float, end: float) -> None:
        self._ms[part].append(1000 * (end - start))

    def _translate_all(self, workload: Workload, call_ms: list[float]) -> int:
        """Adds the time of each call, and counts the target tokens."""
        texts, tokens = self._material.texts, 0
        for first in range(0, len(texts), workload.batch_size):
            start = time.perf_counter()
            translations = self._translate(texts[first : first + workload.batch_size], workload.beam_size)
            call_ms.append(1000 * (time.perf_counter() - start))
            tokens += sum(len(translation.tokens) for translation in translations)
        return tokens

    def _translate(
        self, texts: Sequence[str], beam_size: int, *, shortlist: bool = True
    ) -> list[Translation]:
        own = self._translator.options
        options = replace(
            own,
            beam_size=beam_size,
            num_hypotheses=1,
            sampling=None,
            shortlist=own.shortlist if shortlist else False,
        )
        return self._translator.translate(
            list(texts), source=self._material.source, target=self._material.target, options=options
        )


def _providers(provider: str) -> tuple[str, ...]:
    """As `load_translator` would choose them; plugins are looked for only where they are needed."""
    available = available_providers()
    if provider not in available:
        available = available_providers(plugins=True)
    return choose_providers("auto", [provider], available, distributions=installed_distributions())


def _nodes(model: GraphModel) -> Nodes:
    encoder, step = model.placements
    return Nodes(
        encoder_provider=model.encoder_provider,
        encoder_cpu=encoder.cpu_nodes if encoder else None,
        step_cpu=step.cpu_nodes if step else None,
        step_total=step.nodes if step else None,
        cpu_operators=tuple(sorted({name for p in (encoder, step) if p for name in p.cpu_operators})),
    )
