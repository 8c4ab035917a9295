"""What was measured is kept for the model and the onnxruntime it was measured with, and only for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from traverba.graphs import Choice, read_choice, write_choice

CHOICE = Choice("everyday 1", "1.32.0", "CPUExecutionProvider", "int8", 2, 12.5)


def test_a_choice_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    write_choice(tmp_path / "new folder", CHOICE)
    assert read_choice(tmp_path / "new folder", "everyday 1", "1.32.0") == CHOICE


def test_a_choice_holds_only_for_its_model_and_its_onnxruntime(tmp_path: Path) -> None:
    write_choice(tmp_path, CHOICE)
    assert read_choice(tmp_path, "everyday 2", "1.32.0") is None
    assert read_choice(tmp_path, "everyday 1", "1.33.0") is None


def test_a_new_choice_replaces_the_model_s_old_one_and_no_other(tmp_path: Path) -> None:
    other = Choice("other 1", "1.32.0", "CPUExecutionProvider", "fp32", 1, 3.0)
    newer = Choice("everyday 1", "1.33.0", "CPUExecutionProvider", "fp32", 1, 9.0)
    for choice in (CHOICE, other, newer):
        path = write_choice(tmp_path, choice)
    assert read_choice(tmp_path, "everyday 1", "1.32.0") is None
    assert read_choice(tmp_path, "everyday 1", "1.33.0") == newer
    assert read_choice(tmp_path, "other 1", "1.32.0") == other
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"model": "everyday 1"}]', "null"])
def test_a_file_that_cannot_be_read_counts_as_nothing_measured_and_is_said_aloud(
    text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "measured.json").write_text(text)
    assert read_choice(tmp_path, "everyday 1", "1.32.0") is None
    assert "run traverba bench --remember again" in caplog.text


def test_nothing_measured_is_nothing_to_say(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_choice(tmp_path, "everyday 1", "1.32.0") is None
    assert caplog.text == ""
