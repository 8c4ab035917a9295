"""A translator of three languages that was trained from German to English and from English to French."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from traverba import DecodeOptions, Translator
from traverba.bundle import Calibration, Direction, Manifest
from traverba.text import BpeTokenizer

TO_ENGLISH, TO_FRENCH = 3, 4
Rules = Mapping[int, Callable[[str], str]]
GREEDY = DecodeOptions(beam_size=1, guards="off")


class RuleModel:
    """Says what the rule for the language asked for makes of a source; its attention is a copying model's."""

    def __init__(self, copying: Any, tokenizer: BpeTokenizer, rules: Rules) -> None:
        self._copying, self._tokenizer, self._rules = copying, tokenizer, rules
        self.vocab_size, self.shortlist = copying.vocab_size, None
        self.asked: list[int] = []
        """The language tokens of all that was read."""

    def encode(self, src_ids: NDArray[np.int64], src_lengths: NDArray[np.int32]) -> Any:
        rows = [self._said(row[:length]) for row, length in zip(src_ids, src_lengths, strict=True)]
        width = max(src_ids.shape[1], *(len(row) for row in rows))
        padded = np.array([[*row, *[2] * (width - len(row))] for row in rows], np.int64)
        return self._copying.encode(padded, src_lengths)

    def _said(self, row: NDArray[np.int64]) -> list[int]:
        self.asked.append(int(row[0]))
        text = self._tokenizer.decode([int(i) for i in row[1:-1]])
        return [int(row[0]), *self._tokenizer.encode(self._rules[int(row[0])](text)), int(row[-1])]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._copying, name)


@pytest.fixture
def manifest_of_three(manifest: Manifest) -> Manifest:
    return replace(
        manifest,
        languages=("de", "en", "fr"),
        directions=(Direction("de", "en"), Direction("en", "fr")),
        calibration=Calibration("made up", 1.0, 1.0, 1.0, 0.0, 100, 0.0, 0.0, 0.0),
    )


Make = Callable[..., Translator]


@pytest.fixture
def make(model: Any, tokenizer: BpeTokenizer, manifest_of_three: Manifest) -> Make:
    """A translator whose model has a rule for each target language; without rules it copies."""

    def made(to_english: Any = None, to_french: Any = None, **changes: Any) -> Translator:
        rules = {TO_ENGLISH: to_english or str, TO_FRENCH: to_french or str}
        ruled = RuleModel(model, tokenizer, rules)
        return Translator(
            lambda _: ruled,
            tokenizer,
            replace(manifest_of_three, **changes),
            options=DecodeOptions(beam_size=3, guards="off"),
            provider="scripted",
            precision="fp32",
            threads=1,
        )

    return made


@pytest.fixture
def bundle_of_three(tmp_path: Path, bundle_folder: Path, manifest_of_three: Manifest) -> Path:
    """On disk, with graphs that are only bytes."""
    path = bundle_folder / "manifest.json"
    old = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest_of_three.to_json() | {"files": old["files"]}), encoding="utf-8")
    return bundle_folder
