"""Checkpoints: written beside and renamed, so that a kill leaves the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from traverba_export.model import ModelConfig
from traverba_export.recipe import RecipeError

LATEST = "latest.pt"
"""Where a run goes on."""
FINAL = "final.pt"
"""What a run has come to."""


@dataclass
class Progress:
    """Where a run stands."""

    step: int = 0
    """Updates made."""
    epoch: int = 0
    batch: int = 0
    """Next batch of the epoch."""
    seconds: float = 0.0
    """Training time of all sittings together."""
    target_tokens: int = 0
    best_bleu: float = -1.0
    evaluations_without_gain: int = 0
    snapshots: list[str] = field(default_factory=list)
    """Files whose weights are averaged at the end, oldest first."""


def save_atomically(value: Any, path: Path) -> None:
    """`torch.save` that never leaves a truncated file under the final name."""
    partial = path.with_suffix(path.suffix + ".partial")
    torch.save(value, partial)
    partial.replace(path)


def save_checkpoint(
    out_dir: Path,
    model: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    scaler_state: Any,
    config: ModelConfig,
    progress: Progress,
) -> None:
    """Everything a resumed run needs: weights, optimiser, scaler, position in the data, random state."""
    state = {
        "model": model.state_dict(),
        "config": config.to_dict(),
        "optimiser": optimiser.state_dict(),
        "scaler": scaler_state,
        "progress": asdict(progress),
        "torch_rng": torch.get_rng_state(),
        "cuda_rng": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }
    save_atomically(state, out_dir / LATEST)


def restore_checkpoint(
    out_dir: Path, model: torch.nn.Module, optimiser: torch.optim.Optimizer, scaler: torch.amp.GradScaler
) -> Progress:
    """Continue from the latest checkpoint of ``out_dir``, or from the beginning if there is none."""
    path = out_dir / LATEST
    if not path.exists():
        return Progress()
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    scaler.load_state_dict(state["scaler"])
    torch.set_rng_state(state["torch_rng"])
    if torch.cuda.is_available() and state["cuda_rng"]:
        torch.cuda.set_rng_state_all(state["cuda_rng"])
    return Progress(**state["progress"])


def average_weights(paths: list[Path]) -> dict[str, Tensor]:
    """The mean of several snapshots of the same model (Junczys-Dowmunt et al. 2016)."""
    return mean_weights(torch.load(path, map_location="cpu", weights_only=True) for path in paths)


def mean_weights(models: Iterable[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Of models that have the same parameters, one in memory at a time."""
    total: dict[str, Tensor] = {}
    count = 0
    for weights in models:
        count += 1
        for name, value in weights.items():
            total[name] = total[name] + value.double() if name in total else value.double()
    return {name: (value / count).float() for name, value in total.items()}


def weights_file(run: str | os.PathLike[str]) -> Path | None:
    """The file that holds a run's weights, its folder given, or that file; None: it is no run."""
    files = [file for name in (FINAL, LATEST) if (file := Path(run) / name).exists()]
    file = files[0] if files else Path(run)
    if file.suffix != ".pt":
        return None
    if not file.exists():
        raise RecipeError(f"{file} does not exist")
    return file
