"""README and docs keep their word: what they show is run as written, and must print what they show.

- In a ``console`` block, ``$ `` starts a command; the lines below it are its output.
- In a ``python`` block, the comment behind or below a ``print`` is its output.
- ``...`` stands for any text, where a figure differs from run to run.
- ``<!-- not run: reason -->`` above a block is the rare exception.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?```(?P<language>console|python|sh)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Example:
    """One command or one script, and what the page says that it prints."""

    command: tuple[str, ...]
    expected: str


def blocks() -> list[object]:
    """Every block of every page as a test parameter; one that is not run is a skip with its reason."""
    parameters: list[object] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start("language")) + 1
            marks = [pytest.mark.skip(reason=match["reason"])] if match["reason"] else []
            name = f"{page.relative_to(ROOT)}:{line}"
            parameters.append(pytest.param(match["language"], match["body"], id=name, marks=marks))
    return parameters


def console_examples(body: str) -> list[Example]:
    """``$ `` lines are commands (a trailing backslash continues one), the others output."""
    chunks = re.split(r"^\$ ", body, flags=re.MULTILINE)
    assert not chunks[0].strip(), f"output without a command: {chunks[0]!r}"
    examples = []
    for chunk in chunks[1:]:
        command = re.match(r"(?:.*\\\n)*.*\n", chunk)
        assert command is not None
        examples.append(Example(("bash", "-ec", command[0]), chunk[command.end() :]))
    return examples


def script_example(body: str) -> Example:
    printed = re.findall(r"^(?:print\(.*\) *)?# (.*\n)", body, flags=re.MULTILINE)
    return Example((sys.executable, "-c", body), "".join(printed))


def examples_of(language: str, body: str) -> list[Example]:
    if language == "console":
        return console_examples(body)
    return [script_example(body) if language == "python" else Example(("bash", "-ec", body), "")]


@pytest.mark.parametrize(("language", "body"), blocks())
def test_a_page_prints_what_it_shows(language: str, body: str, tmp_path: Path) -> None:
    """Run where a reader would stand, in the top folder, except that new files land elsewhere."""
    for entry in ROOT.iterdir():
        (tmp_path / entry.name).symlink_to(entry)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for example in examples_of(language, body):
        done = subprocess.run(
            example.command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        if language != "sh":
            same = doctest.OutputChecker().check_output(example.expected, done.stdout, doctest.ELLIPSIS)
            assert same, f"shown:\n{example.expected}\nprinted:\n{done.stdout}"


def test_the_readers_of_blocks_see_commands_and_output() -> None:
    body = "$ printf a \\\n    b\nab\n$ true\n"
    assert [(e.command[2], e.expected) for e in console_examples(body)] == [
        ("printf a \\\n    b\n", "ab\n"),
        ("true\n", ""),
    ]
    assert script_example("x = 1  # why\nprint(x)  # 1\n# 2\n").expected == "1\n2\n"
