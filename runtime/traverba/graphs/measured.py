"""What `traverba bench --remember` found to be the fastest on this machine, for ``auto`` to use."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

CHOICES_FILE = "measured.json"


@dataclass(frozen=True)
class Choice:
    """The fastest way to run one model, as long as model and onnxruntime stay the same."""

    model: str
    """Name and version of the bundle."""
    onnxruntime: str
    """Version it was measured with."""
    provider: str
    precision: str
    threads: int
    sentence_ms: float


def read_choice(folder: Path, model: str, onnxruntime: str) -> Choice | None:
    """What was measured for this model with this onnxruntime; None if nothing was, or nothing readable."""
    for choice in _read(folder / CHOICES_FILE):
        if (choice.model, choice.onnxruntime) == (model, onnxruntime):
            return choice
    return None


def write_choice(folder: Path, choice: Choice) -> Path:
    """Keep it, beside those for other models. The file is replaced whole, never left half written."""
    path = folder / CHOICES_FILE
    kept = [other for other in _read(path) if other.model != choice.model]
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(
        json.dumps([asdict(each) for each in (*kept, choice)], indent=2) + "\n", encoding="utf-8"
    )
    partial.replace(path)
    return path


def _read(path: Path) -> list[Choice]:
    try:
        return [Choice(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        logger.warning("%s cannot be read (%s); run traverba bench --remember again", path, error)
        return []
