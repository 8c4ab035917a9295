"""The child process: loads one configuration, then answers requests until its input ends.

Requests and answers are JSON objects, one a line. Whatever a native library prints goes to standard
error, so that it cannot be taken for an answer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from traverba.benchmark.figures import Configuration, Nodes, Workload
from traverba.benchmark.subject import Material, Subject, TranslatorSubject
from traverba.graphs import import_onnxruntime

READY, FAILED, RESULT = "ready", "failed", "result"


@dataclass(frozen=True)
class Ready:
    """What the child tells when it has translated for the first time."""

    import_ms: float
    load_ms: float
    first_ms: float
    nodes: Nodes


def main(began: float) -> None:
    """``began`` is `time.perf_counter` before anything of traverba was imported."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def answer(kind: str, value: Any) -> None:
        answers.write(json.dumps({kind: value}) + "\n")
        answers.flush()

    try:
        subject = _start(json.loads(sys.stdin.readline()), began, answer)
        for line in sys.stdin:
            answer(RESULT, _serve(subject, json.loads(line)))
    except BrokenPipeError:
        # The parent has gone. Python would complain once more when it flushes on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())
    except Exception as error:  # the parent says which configuration it was
        answer(FAILED, f"{type(error).__name__}: {error}")


def _start(request: dict[str, Any], began: float, answer: Callable[[str, Any], None]) -> Subject:
    import_onnxruntime()
    imported = time.perf_counter()
    texts = tuple(request["material"].pop("texts"))
    subject = TranslatorSubject(
        Material(texts=texts, **request["material"]), Configuration(**request["configuration"])
    )
    loaded = time.perf_counter()
    subject.first()
    ready = Ready(
        import_ms=1000 * (imported - began),
        load_ms=1000 * (loaded - imported),
        first_ms=1000 * (time.perf_counter() - loaded),
        nodes=subject.nodes,
    )
    answer(READY, asdict(ready))
    return subject


def _serve(subject: Subject, request: dict[str, Any]) -> Any:
    """One request, and what goes into its answer."""
    match request:
        case {"run": workload, "seconds": seconds}:
            return asdict(subject.run(Workload(**workload), seconds))
        case {"translate": beam_size}:
            return [asdict(output) for output in subject.translate(beam_size)]
        case {"score": targets}:
            return subject.score(targets)
        case {"usage": idle_seconds}:
            return asdict(subject.usage(idle_seconds))
    raise ValueError(f"not a request: {request}")
