"""A finished comparison to present, made from scripts instead of measurements."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.runtime.benchmark.scripted import (
    FALLING_NODES,
    MACHINE,
    OTHER,
    PLAIN,
    TWO_THREADS,
    ScriptedSubject,
    plan_of,
)

from traverba.benchmark.figures import Configuration, Report
from traverba.benchmark.runner import Runner
from traverba.benchmark.subject import Material, Output

BROKEN = replace(OTHER, provider="CUDAExecutionProvider")


def launch(material: Material, configuration: Configuration) -> ScriptedSubject:
    """The plain one takes 4 ms; two threads 2 ms; the other provider says something else."""
    different = (Output("un", ("u", "n")), Output("<b>d'eux</b>", ("d'eux",)))
    ms = {PLAIN: 4.0, TWO_THREADS: 2.0, OTHER: 4.0}.get(configuration, 1.0)
    subject = ScriptedSubject(configuration, lambda turn: ms * (1 + turn % 2), [])
    if configuration.provider == OTHER.provider:
        subject = replace(subject, outputs=different, scores=((-0.1, -0.25), (-0.3,)), nodes=FALLING_NODES)
    return replace(subject, fails_at=1) if configuration == BROKEN else subject


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.setattr("traverba.benchmark.runner.describe_machine", lambda: MACHINE)
    plan = plan_of(PLAIN, TWO_THREADS, OTHER, BROKEN)
    return Runner(plan, launch).run("everyday <1>", lambda activity: None)
