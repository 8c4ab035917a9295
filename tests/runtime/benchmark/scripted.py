"""Configurations that answer from a script instead of translating."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from traverba.benchmark.figures import Configuration, Machine, Nodes, Workload
from traverba.benchmark.plan import Plan
from traverba.benchmark.process import Start, WorkerError
from traverba.benchmark.subject import Material, Output, Pass, Usage
from traverba.benchmark.worker import Ready

CPU, OPENVINO = "CPUExecutionProvider", "OpenVINOExecutionProvider"
PLAIN = Configuration(CPU, "fp32", 1)
TWO_THREADS = Configuration(CPU, "fp32", 2)
OTHER = Configuration(OPENVINO, "fp32", 1)
ONE, MANY = Workload(1, 1), Workload(8, 5)
TEXTS = ("one", "two three")
MATERIAL = Material(None, "en", "fr", TEXTS)
MACHINE = Machine("a processor", 4, 8 * 2**30, "Linux", "3.11", {"traverba": "1"}, 0.0)
NODES = Nodes(CPU, None, None, None, ())
FALLING_NODES = Nodes(CPU, None, 3, 50, ("LSTM", "TopK"))


@dataclass
class ScriptedSubject:
    """Takes ``ms(turn)`` for a sentence; the turns of all subjects are noted in ``log``."""

    configuration: Configuration
    ms: Callable[[int], float]
    log: list[tuple[Configuration, Workload]]
    outputs: Sequence[Output] = (Output("un", ("u", "n")), Output("deux", ("deux",)))
    scores: Sequence[Sequence[float]] = ((-0.1, -0.2), (-0.3,))
    fails_at: int | None = None
    nodes: Nodes = NODES
    turns: dict[Workload, int] = field(default_factory=dict)
    closed: bool = False

    @property
    def start(self) -> Start:
        return Start(100.0, Ready(import_ms=50.0, load_ms=30.0, first_ms=10.0, nodes=self.nodes))

    def run(self, workload: Workload, seconds: float) -> Pass:
        """A turn of two sentences, three steps of a tenth each; one with 0 seconds warms up."""
        if not seconds:
            return Pass((0.0,), (0.0,), (1.0,), 1, 1)
        turn = self.turns[workload] = self.turns.get(workload, 0) + 1
        if turn == self.fails_at:
            raise WorkerError("out of memory")
        self.log.append((self.configuration, workload))
        ms = self.ms(turn)
        return Pass((0.2 * ms,), (0.1 * ms, 0.1 * ms, 0.1 * ms), (ms, ms), tokens=6, sentences=2)

    def translate(self, beam_size: int) -> list[Output]:
        """What the script says."""
        return list(self.outputs)

    def score(self, targets: Sequence[str]) -> list[list[float]]:
        """What the script says."""
        return [list(each) for each in self.scores]

    def usage(self, idle_seconds: float) -> Usage:
        """Ten and twenty MiB."""
        return Usage(10 * 2**20, 20 * 2**20, 0.5)

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def plan_of(*configurations: Configuration, rounds: int = 6, starts: int = 2) -> Plan:
    return Plan(MATERIAL, ("fp32",), configurations, (ONE, MANY), rounds=rounds, starts=starts)
