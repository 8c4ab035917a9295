"""The parent's side of `worker`: a configuration in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import traverba
from traverba.benchmark.figures import Configuration, Nodes, Workload
from traverba.benchmark.subject import Material, Output, Pass, Usage
from traverba.benchmark.worker import FAILED, READY, RESULT, Ready

# Ctrl-C reaches the whole group of processes; the parent alone decides when a child ends.
BOOTSTRAP = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
began = time.perf_counter()
from traverba.benchmark.worker import main
main(began)
"""


class WorkerError(RuntimeError):
    """A configuration failed in its process; the message is what it said."""


@dataclass(frozen=True)
class Start:
    """A cold start that went well."""

    total_ms: float
    ready: Ready


class WorkerProcess:
    """A `Subject` in a fresh process; making one is a cold start."""

    def __init__(self, material: Material, configuration: Configuration) -> None:
        started = time.perf_counter()
        # What it prints matters only when it dies without an answer, and then on the user's terminal.
        self._process = subprocess.Popen(
            [sys.executable, "-c", BOOTSTRAP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": _python_path()},
        )
        request = {"material": asdict(material), "configuration": asdict(configuration)}
        try:
            ready = self._ask(request, READY)
        except BaseException:
            self.close()
            raise
        nodes = {**ready["nodes"], "cpu_operators": tuple(ready["nodes"]["cpu_operators"])}
        self.start = Start(
            1000 * (time.perf_counter() - started), Ready(**{**ready, "nodes": Nodes(**nodes)})
        )

    def run(self, workload: Workload, seconds: float) -> Pass:
        """Translate all texts again and again until this much time has gone by, at least once."""
        value = self._ask({"run": asdict(workload), "seconds": seconds}, RESULT)
        times = {name: tuple(value[name]) for name in ("encode_ms", "step_ms", "call_ms")}
        return Pass(**times, tokens=value["tokens"], sentences=value["sentences"])

    def translate(self, beam_size: int) -> list[Output]:
        """The translations themselves."""
        outputs = self._ask({"translate": beam_size}, RESULT)
        return [Output(output["text"], tuple(output["tokens"])) for output in outputs]

    def score(self, targets: Sequence[str]) -> list[list[float]]:
        """Log-probabilities of the tokens of given translations, one for each text."""
        scored: list[list[float]] = self._ask({"score": list(targets)}, RESULT)
        return scored

    def usage(self, idle_seconds: float) -> Usage:
        """Memory, and CPU use while idle right after a translation."""
        return Usage(**self._ask({"usage": idle_seconds}, RESULT))

    def close(self) -> None:
        """End the process: it stops when its input does."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):  # it is gone already
            self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, request: dict[str, Any], expected: str) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):  # it died; what is left to read says why
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"its process ended with status {self._process.wait()}")
        answer = json.loads(line)
        if FAILED in answer:
            raise WorkerError(answer[FAILED])
        return answer[expected]


def _python_path() -> str:
    """The path where this traverba lies first: the child must measure the same one."""
    here = str(Path(traverba.__file__).parents[1])
    return os.pathsep.join(path for path in (here, os.environ.get("PYTHONPATH")) if path)
