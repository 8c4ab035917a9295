"""Who is measured when, and what becomes of one that fails."""

from __future__ import annotations

import itertools

import pytest
from tests.runtime.benchmark.scripted import (
    MANY,
    ONE,
    OTHER,
    PLAIN,
    TWO_THREADS,
    ScriptedSubject,
    plan_of,
)

from traverba.benchmark.figures import Configuration, Workload
from traverba.benchmark.process import WorkerError
from traverba.benchmark.runner import Runner
from traverba.benchmark.subject import Material
from traverba.errors import DeviceError

ALL = (PLAIN, TWO_THREADS, OTHER)


class Stage:
    """Launches scripted subjects and keeps them."""

    def __init__(self, **fails_at: int) -> None:
        self.log: list[tuple[Configuration, Workload]] = []
        self.launched: list[ScriptedSubject] = []
        self.fails_at = fails_at

    def launch(self, material: Material, configuration: Configuration) -> ScriptedSubject:
        fails_at = self.fails_at.get(configuration.provider_label)
        if fails_at == 0:
            raise WorkerError("no such device")
        subject = ScriptedSubject(configuration, lambda turn: 4.0, self.log, fails_at=fails_at)
        self.launched.append(subject)
        return subject


def silent(activity: str) -> None:
    """Nobody watches."""


def test_each_round_is_one_turn_for_everyone_in_an_order_that_changes() -> None:
    stage = Stage()
    Runner(plan_of(*ALL, rounds=5), stage.launch).run("m", silent)
    turns = [frozenset(stage.log[i : i + 6]) for i in range(0, len(stage.log), 6)]
    assert turns == [frozenset(itertools.product(ALL, (ONE, MANY)))] * 5
    assert len({tuple(stage.log[i : i + 6]) for i in range(0, len(stage.log), 6)}) > 1


def test_every_start_is_a_fresh_process_and_all_of_them_are_ended() -> None:
    stage = Stage()
    report = Runner(plan_of(*ALL, starts=3), stage.launch).run("m", silent)
    assert len(stage.launched) == 9
    assert all(subject.closed for subject in stage.launched)
    assert report.measured[0].cold_start.total_ms.count == 3


def test_the_progress_bar_is_full_when_all_is_done() -> None:
    told: list[str] = []
    runner = Runner(plan_of(*ALL), Stage().launch)
    runner.run("m", told.append)
    assert len(told) == runner.steps
    assert told[0].startswith("cold start: ")


@pytest.mark.parametrize(("fails_at", "reason"), [(0, "no such device"), (3, "out of memory")])
def test_one_that_fails_sits_out_and_the_others_go_on(fails_at: int, reason: str) -> None:
    stage = Stage(OpenVINO=fails_at)
    report = Runner(plan_of(*ALL), stage.launch).run("m", silent)
    assert [measured.configuration for measured in report.measured] == [PLAIN, TWO_THREADS]
    assert [(failed.configuration, failed.reason) for failed in report.failed] == [(OTHER, reason)]
    assert all(subject.closed for subject in stage.launched)


def test_when_the_plainest_fails_another_is_the_baseline() -> None:
    report = Runner(plan_of(PLAIN, OTHER), Stage(CPU=0).launch).run("m", silent)
    assert report.baseline == OTHER
    assert [pace.speedup.verdict for pace in report.measured[0].paces] == ["baseline", "baseline"]


def test_when_nothing_runs_the_error_says_why() -> None:
    runner = Runner(plan_of(PLAIN), Stage(CPU=0).launch)
    with pytest.raises(DeviceError, match="CPU fp32, 1 thread: no such device"):
        runner.run("m", silent)


def test_an_interrupted_comparison_leaves_no_process_behind() -> None:
    stage = Stage()

    def interrupt(activity: str) -> None:
        if activity.startswith("round 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Runner(plan_of(*ALL), stage.launch).run("m", interrupt)
    assert all(subject.closed for subject in stage.launched)
