"""The training loop: resumable at any moment, watched on dev, averaged at the end."""

from __future__ import annotations

import logging
import math
import time
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from traverba_export.corpora.batching import Plan, plan_epoch
from traverba_export.corpora.mixing import mixture
from traverba_export.model import build_network, count_parameters
from traverba_export.recipe import Recipe, RecipeError
from traverba_export.training.checkpoints import (
    FINAL,
    Progress,
    average_weights,
    restore_checkpoint,
    save_atomically,
    save_checkpoint,
)
from traverba_export.training.evaluation import Scores, evaluate
from traverba_export.training.feeding import Place, ahead, places
from traverba_export.training.journal import Journal, plot_curves
from traverba_export.training.objective import batch_loss
from traverba_export.training.preparation import Prepared
from traverba_export.training.progress import ProgressLine
from traverba_export.training.refining.contests import plan_contests
from traverba_export.training.schedule import Stage, stage_at, stages
from traverba_export.training.transfer import Origin, start_from

log = logging.getLogger(__name__)

LOG_INTERVAL = 50


class Trainer:
    """Owns model, optimiser and position; `run` trains to the end of the recipe from wherever it stands."""

    def __init__(
        self,
        recipe: Recipe,
        prepared: Prepared,
        out_dir: Path,
        device: str,
        origin: Origin | None = None,
    ) -> None:
        """A run that has no checkpoint yet takes what it can use of the model ``origin``."""
        self.deadline = math.inf
        self.recipe, self.options, self.prepared, self.out_dir = recipe, recipe.training, prepared, out_dir
        self.device = torch.device(device)
        torch.manual_seed(recipe.seed)
        with self.device:  # a large model's first values are drawn there as well
            self.model = build_network(recipe.model)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(),
            betas=(0.9, 0.98),
            eps=1e-8,
            weight_decay=self.options.weight_decay,
            fused=True,  # a quarter of the time of one operation after another
        )
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.options.precision == "fp16")
        self.progress = restore_checkpoint(out_dir, self.model, self.optimiser, self.scaler)
        if origin is not None and not self.progress.step:
            start_from(origin, self.model, prepared.subwords.path)
        self.stages = stages(recipe)
        for stage in self.stages:
            mixture(prepared.pools, stage.weights, stage.into)  # misspellings come up now, not in hours
        self.journal = Journal(out_dir, [d.direction for d in prepared.dev], self.progress.step)
        log.info("parameters: %s; resuming at step %d", count_parameters(self.model), self.progress.step)

    def run(self, minutes: float = math.inf) -> Path | None:
        """Train until the recipe's last step, until patience runs out, or for ``minutes``.

        Returns the final weights' file; None: the time was up, and the same run goes on later.
        """
        self.model.train()
        self.deadline = time.monotonic() + 60 * minutes
        with ProgressLine(self.options.max_steps) as line:
            while not self._finished():
                self._run_stage(self._enter_stage(), line)
                if self._time_is_up():  # asked behind the first update: every call gets further
                    break
        return self._finish() if self._finished() else None

    def _finished(self) -> bool:
        tired = 0 < self.options.patience <= self.progress.evaluations_without_gain
        return self.progress.step >= self.options.max_steps or tired

    def _time_is_up(self) -> bool:
        return time.monotonic() >= self.deadline

    def _enter_stage(self) -> Stage:
        """The stage that is due; a stage begins with an epoch of its own mixture."""
        stage = stage_at(self.stages, self.progress.step)
        if self.progress.step == stage.start and self.progress.batch:
            self.progress.epoch += 1
            self.progress.batch = 0
        learn_only(self.model, stage.only)
        return stage

    def _plan(self, stage: Stage, epoch: int) -> Plan:
        if self.prepared.rivals:
            budget, seed = self.options.token_budget, self.recipe.seed
            return plan_contests(self.prepared.rivals, budget, seed, epoch)
        return plan_epoch(
            mixture(self.prepared.pools, stage.weights, stage.into),
            self.options.token_budget,
            self.recipe.seed,
            epoch,
            self.prepared.noise,
            targets_apart=bool(self.recipe.model.own_decoders),
        )

    def _run_stage(self, stage: Stage, line: ProgressLine) -> None:
        """Update after update, to the end of the stage or of the run."""
        upcoming = places(partial(self._plan, stage), self.progress.epoch, self.progress.batch, self.device)
        losses, tokens, started = torch.zeros((), device=self.device), 0, time.monotonic()
        with closing(ahead(upcoming)) as feed:
            for place in feed:
                losses += self._update(place) * place.target_tokens
                tokens += place.target_tokens
                self.progress.epoch, self.progress.batch = place.epoch, place.number + 1
                self.progress.step += 1
                ends = self.progress.step >= stage.end or self._time_is_up()
                if self.progress.step % LOG_INTERVAL == 0 or self._due() or ends:
                    loss = float(losses) / tokens  # the only place where the device is waited for
                    elapsed = time.monotonic() - started
                    self.progress.seconds += elapsed
                    self.progress.target_tokens += tokens
                    line.update(self.progress.step, loss, tokens / elapsed)
                    self._record(loss, tokens / elapsed, save=ends)
                    losses, tokens, started = torch.zeros_like(losses), 0, time.monotonic()
                if ends or self._finished():
                    break

    def _due(self) -> bool:
        step = self.progress.step
        return (
            step % self.options.eval_interval == 0
            or step % self.options.save_interval == 0
            or step == self.options.max_steps
        )

    def _update(self, place: Place) -> Tensor:
        """One optimiser step; returns the loss in nats a target token."""
        rate = self._rate(self.progress.step)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss = batch_loss(self.model, place, self.recipe, self.device)
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimiser)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.options.clip_norm)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return loss.detach()

    def _rate(self, step: int) -> float:
        return stage_at(self.stages, step).learning_rate(step)

    def _record(self, train_loss: float, tokens_per_second: float, *, save: bool) -> None:
        """Journal, evaluation and checkpoint, each when it is due; ``save``: the checkpoint is."""
        step = self.progress.step
        scores: list[Scores] = []
        if step % self.options.eval_interval == 0 or step == self.options.max_steps:
            scores = self._evaluate()
        self.journal.append(
            {
                "step": step,
                "epoch": self.progress.epoch,
                "hours": round(self.progress.seconds / 3600, 4),
                "target_tokens": self.progress.target_tokens,
                "tokens_per_second": round(tokens_per_second),
                "learning_rate": f"{self._rate(step):.2e}",
                "train_loss": round(train_loss, 4),
                **{f"bleu {s.direction}": round(s.bleu, 2) for s in scores},
                **{f"chrf {s.direction}": round(s.chrf, 2) for s in scores},
            }
        )
        if save or self._due():
            scaler, config = self.scaler.state_dict(), self.recipe.model
            save_checkpoint(self.out_dir, self.model, self.optimiser, scaler, config, self.progress)

    def _evaluate(self) -> list[Scores]:
        """Dev scores, a snapshot for averaging, and the picture of the curves."""
        scores = evaluate(self.model, self.prepared.subwords, self.prepared.dev, self.options.precision)
        for s in scores:
            log.info("step %d %s: BLEU %.2f chrF %.2f (%s)", self.progress.step, s.direction, s.bleu, s.chrf,
                     s.bleu_signature)  # fmt: skip
        mean = sum(s.bleu for s in scores) / max(1, len(scores))
        better = mean > self.progress.best_bleu
        self.progress.evaluations_without_gain = 0 if better else self.progress.evaluations_without_gain + 1
        self.progress.best_bleu = max(mean, self.progress.best_bleu)
        self._snapshot()
        plot_curves(self.journal.path, self.out_dir / "curves.png")
        return scores

    def _snapshot(self) -> None:
        """Keep these weights for averaging and forget the oldest beyond `average_last`."""
        name = f"step-{self.progress.step}.pt"
        save_atomically(self.model.state_dict(), self.out_dir / name)
        kept = [n for n in self.progress.snapshots if n != name] + [name]
        for old in kept[: -self.options.average_last]:
            (self.out_dir / old).unlink(missing_ok=True)
        self.progress.snapshots = kept[-self.options.average_last :]

    def _finish(self) -> Path:
        """Average the latest snapshots, score the average, write it."""
        latest = self.progress.snapshots[-self.options.average_last :]
        weights = average_weights([self.out_dir / name for name in latest])
        self.model.load_state_dict(weights)
        scores = evaluate(self.model, self.prepared.subwords, self.prepared.dev, self.options.precision)
        for s in scores:
            log.info("averaged %s: BLEU %.2f chrF %.2f (%s)", s.direction, s.bleu, s.chrf, s.bleu_signature)
        state = {"model": weights, "config": self.recipe.model.to_dict(), "dev": [asdict(s) for s in scores]}
        save_atomically(state, self.out_dir / FINAL)
        plot_curves(self.journal.path, self.out_dir / "curves.png")
        return self.out_dir / FINAL


def learn_only(model: nn.Module, beginnings: tuple[str, ...]) -> None:
    """Hold still all parameters but those whose names begin so; ``beginnings`` () lets all learn.

    What several decoders have in common has the name that it has in the first.
    """
    names = [name for name, _ in model.named_parameters()]
    if unused := [b for b in beginnings if not any(name.startswith(b) for name in names)]:
        raise RecipeError(f"no parameter begins with {', '.join(unused)}; write the beginning of a name")
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not beginnings or name.startswith(beginnings))


__all__ = ["FINAL", "Progress", "Trainer", "learn_only"]
