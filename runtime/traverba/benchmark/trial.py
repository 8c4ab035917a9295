"""What is collected about one configuration while it is measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from traverba.benchmark.figures import Configuration, Workload
from traverba.benchmark.process import Start
from traverba.benchmark.subject import Output, Pass, Subject, Usage


class StartedSubject(Subject, Protocol):
    """A subject that knows how its process started."""

    @property
    def start(self) -> Start:
        """The cold start."""
        ...


@dataclass
class Trial:
    """Raw figures of one configuration; `traverba.benchmark.summary` makes sense of them."""

    configuration: Configuration
    subject: StartedSubject | None = None
    starts: list[Start] = field(default_factory=list)
    passes: dict[Workload, list[Pass]] = field(default_factory=dict)
    """One for each round."""
    outputs: list[Output] = field(default_factory=list)
    scores: list[list[float]] = field(default_factory=list)
    """Of the baseline's outputs."""
    usage: Usage | None = None
    failure: str | None = None

    @property
    def running(self) -> StartedSubject:
        """The subject of a trial that has begun."""
        assert self.subject is not None
        return self.subject

    def close(self) -> None:
        """End the process, if there is one."""
        if self.subject is not None:
            self.subject.close()
            self.subject = None
