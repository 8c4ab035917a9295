"""The page about providers says what the policy does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from traverba.graphs.policies import POLICIES, ProviderPolicy

PAGE = Path(__file__).parents[2] / "docs" / "bench.md"


@pytest.mark.parametrize("row", POLICIES.values(), ids=lambda row: row.device)
def test_the_page_has_the_row_of_every_provider(row: ProviderPolicy) -> None:
    encoder = row.name.removesuffix("ExecutionProvider") if row.runs_encoder else "CPU"
    cells = (f"`{row.device}`", ", ".join(row.precisions), encoder, row.why, row.install)
    assert f"| {' | '.join(cells)} | " in PAGE.read_text(encoding="utf-8")


def test_the_page_has_no_row_that_the_policy_lacks() -> None:
    devices = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert devices == [row.device for row in POLICIES.values()]
