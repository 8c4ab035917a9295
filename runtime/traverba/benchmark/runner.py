"""Running a plan: every configuration in its own process, all of them in turns.

What is measured in one round is measured within moments, in a new random order each round. A busy
machine then slows all configurations of a round alike, and their ratios stay what they are.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from itertools import product

from traverba.benchmark.figures import Configuration, Report, Workload
from traverba.benchmark.machine import describe_machine
from traverba.benchmark.plan import Plan, baseline_of
from traverba.benchmark.process import WorkerError
from traverba.benchmark.subject import Material
from traverba.benchmark.summary import summarise
from traverba.benchmark.trial import StartedSubject, Trial
from traverba.errors import DeviceError

SEED = 1

Launch = Callable[[Material, Configuration], StartedSubject]
Progress = Callable[[str], None]
"""Told what begins; called `Runner.steps` times, or fewer when a configuration fails."""


class Runner:
    """One comparison. A configuration that fails sits out the rest, and the others go on."""

    def __init__(self, plan: Plan, launch: Launch) -> None:
        self._plan, self._launch = plan, launch
        self._progress: Progress = lambda activity: None
        self._trials = [Trial(configuration) for configuration in plan.configurations]
        self._shuffle = random.Random(SEED).shuffle
        each = plan.starts + 2 + plan.rounds * len(plan.workloads)
        self.steps = len(self._trials) * each

    def run(self, model: str, progress: Progress) -> Report:
        """Measure all of it; ``model`` is the name that the report gives."""
        self._progress = progress
        machine = describe_machine()
        try:
            for _ in range(self._plan.starts):
                self._each("cold start", self._begin)
            self._each("warming up", self._warm_up)
            for number in range(1, self._plan.rounds + 1):
                self._round(number)
            baseline = self._baseline()
            self._each("comparing outputs", lambda trial: self._settle(trial, baseline))
            return summarise(self._plan, model, self._trials, baseline, machine)
        finally:
            for trial in self._trials:
                trial.close()

    def _begin(self, trial: Trial) -> None:
        trial.close()
        trial.subject = self._launch(self._plan.material, trial.configuration)
        trial.starts.append(trial.subject.start)

    def _warm_up(self, trial: Trial) -> None:
        trial.outputs = trial.running.translate(self._plan.workloads[0].beam_size)
        for workload in self._plan.workloads:
            trial.running.run(workload, 0.0)

    def _round(self, number: int) -> None:
        turns = list(product(self._survivors(), self._plan.workloads))
        self._shuffle(turns)
        for trial, workload in turns:
            self._attempt(f"round {number}", trial, partial(self._measure, workload))

    def _measure(self, workload: Workload, trial: Trial) -> None:
        trial.passes.setdefault(workload, []).append(trial.running.run(workload, self._plan.turn_seconds))

    def _settle(self, trial: Trial, baseline: Trial) -> None:
        trial.scores = trial.running.score([output.text for output in baseline.outputs])
        trial.usage = trial.running.usage(self._plan.idle_seconds)

    def _baseline(self) -> Trial:
        survivors = {trial.configuration: trial for trial in self._survivors()}
        if not survivors:
            reasons = "; ".join(f"{trial.configuration}: {trial.failure}" for trial in self._trials)
            raise DeviceError(f"no configuration could be run; {reasons}")
        return survivors[baseline_of(list(survivors))]

    def _survivors(self) -> list[Trial]:
        return [trial for trial in self._trials if trial.failure is None]

    def _each(self, activity: str, action: Callable[[Trial], None]) -> None:
        """Every survivor once, in random order."""
        order = self._survivors()
        self._shuffle(order)
        for trial in order:
            self._attempt(activity, trial, action)

    def _attempt(self, activity: str, trial: Trial, action: Callable[[Trial], None]) -> None:
        if trial.failure is not None:
            return
        self._progress(f"{activity}: {trial.configuration}")
        try:
            action(trial)
        except WorkerError as error:
            trial.failure = str(error)
            trial.close()
