"""What is measured: every figure of a comparison, in the same fields in Python and in JSON.

Times are wall-clock milliseconds. None means "not measured on this platform".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["baseline", "faster", "slower", "no difference seen", "too few rounds"]


@dataclass(frozen=True)
class Configuration:
    """One way to run the model."""

    provider: str
    precision: str
    threads: int

    @property
    def provider_label(self) -> str:
        return self.provider.removesuffix("ExecutionProvider")

    def __str__(self) -> str:
        plural = "" if self.threads == 1 else "s"
        return f"{self.provider_label} {self.precision}, {self.threads} thread{plural}"


@dataclass(frozen=True)
class Workload:
    """How the model is used."""

    batch_size: int
    """Sentences handed over in one call."""
    beam_size: int
    """1 is greedy."""

    def __str__(self) -> str:
        sentences = "1 sentence" if self.batch_size == 1 else f"{self.batch_size} sentences"
        return f"{sentences} a call, {'greedy' if self.beam_size == 1 else f'beam {self.beam_size}'}"


@dataclass(frozen=True)
class Spread:
    """The median of repeated measurements, and an interval that holds the true median."""

    median: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Percentiles:
    """Of single calls, all rounds together."""

    p50: float
    p95: float
    p99: float
    count: int


@dataclass(frozen=True)
class Ratio:
    """How many times faster than the baseline; each round gives one ratio, taken minutes apart at most."""

    spread: Spread
    verdict: Verdict


@dataclass(frozen=True)
class ColdStart:
    """A fresh process, from its start to its first translation."""

    total_ms: Spread
    """As the process that started it sees it; what the parts below leave is Python's own start."""
    import_ms: Spread
    load_ms: Spread
    first_ms: Spread


@dataclass(frozen=True)
class Pace:
    """One configuration at one workload."""

    workload: Workload
    encode_ms: Percentiles
    """One run of the encoder."""
    step_ms: Percentiles
    """One decoder step."""
    call_ms: Percentiles
    """One call of `translate`, text to text."""
    sentence_ms: Spread
    """Time of a whole round divided by its sentences."""
    tokens_per_second: Spread
    """Target tokens of the best hypotheses."""
    outside_percent: float
    """Share of the calls spent outside the two graphs: subwords, search, putting the answer together."""
    speedup: Ratio


@dataclass(frozen=True)
class Difference:
    """The first sentence that came out differently."""

    source_text: str
    baseline: str
    found: str


@dataclass(frozen=True)
class Agreement:
    """Outputs compared with those of the baseline."""

    sentences: int
    identical: int
    """Sentences with exactly the same tokens."""
    largest_log_prob_difference: float
    """Of any token, when both score the baseline's translations."""
    first_difference: Difference | None


@dataclass(frozen=True)
class Footprint:
    """What the process takes."""

    resident_bytes: int | None
    """At the end of the run."""
    peak_bytes: int | None
    idle_cpu_percent: float
    """Of one core, over a second that begins right after a translation."""


@dataclass(frozen=True)
class Nodes:
    """Where the nodes of the two graphs run."""

    encoder_provider: str
    encoder_cpu: int | None
    """Nodes that fell to the CPU; None where that cannot happen or is not told."""
    step_cpu: int | None
    step_total: int | None
    cpu_operators: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """All about one configuration that ran."""

    configuration: Configuration
    preferred: bool
    """Whether the provider's policy would choose this precision."""
    nodes: Nodes
    cold_start: ColdStart
    footprint: Footprint
    agreement: Agreement
    paces: tuple[Pace, ...]


@dataclass(frozen=True)
class Failed:
    """A configuration that did not run, and why."""

    configuration: Configuration
    reason: str


@dataclass(frozen=True)
class Machine:
    """What it was measured on."""

    processor: str
    cpus: int
    """That this process may use."""
    memory_bytes: int | None
    system: str
    python: str
    versions: dict[str, str]
    """Of traverba, numpy, tokenizers and each installed distribution of onnxruntime."""
    load_average: float | None
    """Of the minute before: above 0, something else was running too."""


@dataclass(frozen=True)
class Report:
    """One comparison."""

    created: str
    """UTC, ISO 8601."""
    model: str
    source: str
    target: str
    sentences: int
    rounds: int
    coverage: float
    """Probability with which an interval holds the true median; set by the number of rounds."""
    machine: Machine
    baseline: Configuration
    measured: tuple[Measured, ...]
    failed: tuple[Failed, ...]

    def to_json(self) -> dict[str, Any]:
        """All fields as plain values for `json.dumps`."""
        return asdict(self)
