"""README, docs and models keep their word: what their blocks show is what running them prints.

    python tests/packaging/pages.py [--update] [PAGE ...]

- In a ``console`` block, ``$ `` starts a command; the lines below it are its output.
- In a ``python`` block, the comment behind a ``print``, or the comments below a statement that
  start their line, are its output.
- ``...`` stands for any text, where a figure differs from run to run.
- ``<!-- not run: reason -->`` above a block is the rare exception.

With ``--update``, outputs that are no longer true are replaced by what was printed now.
"""

from __future__ import annotations

import argparse
import ast
import doctest
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("models/*.md"))]
WIDEST = 110
"""Columns up to which an output stands behind its ``print``."""

BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?```(?P<language>console|python|sh)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
STATEMENT_BY_STATEMENT = """
import ast, contextlib, io, json, sys
names, printed = {"__name__": "__main__"}, []
for statement in ast.parse(sys.stdin.read()).body:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(ast.Module([statement], []), "page", "exec"), names)
    printed.append(out.getvalue())
print(json.dumps(printed))
"""


class PageError(Exception):
    """A block of a page cannot be run."""


@dataclass(frozen=True)
class Block:
    """What stands between two fences."""

    language: str
    body: str
    line: int
    """Of the opening fence, counted from 1."""
    span: tuple[int, int]
    """Of the body, in characters of the page."""
    reason: str | None
    """Why it is not run."""


def blocks_of(page: str) -> list[Block]:
    """All blocks of a page's text, in order."""
    return [
        Block(
            match["language"],
            match["body"],
            page.count("\n", 0, match.start("language")) + 1,
            match.span("body"),
            match["reason"],
        )
        for match in BLOCK.finditer(page)
    ]


def true_body(block: Block) -> str:
    """The block's text with what its code prints now, where that is not what it shows."""
    if block.language == "python":
        return _true_script(block.body)
    if block.language == "console":
        return _true_console(block.body)
    _run(["bash", "-ec", block.body])
    return block.body


def _true_console(body: str) -> str:
    """``$ `` lines are commands (a trailing backslash continues one), the others output."""
    first, *chunks = re.split(r"^\$ ", body, flags=re.MULTILINE)
    if first.strip():
        raise PageError(f"output without a command: {first!r}")
    true = ""
    for chunk in chunks:
        command = re.match(r"(?:.*\\\n)*.*\n", chunk)
        assert command is not None
        shown = chunk[command.end() :]
        true += f"$ {command[0]}" + _kept(shown, _run(["bash", "-ec", command[0]]))
    return true


def _true_script(body: str) -> str:
    printed = json.loads(_run([sys.executable, "-c", STATEMENT_BY_STATEMENT], stdin=body))
    lines, statements = body.splitlines(keepends=True), ast.parse(body).body
    ends = [*(statement.lineno - 1 for statement in statements[1:]), len(lines)]
    true = "".join(lines[: statements[0].lineno - 1])
    for statement, end, output in zip(statements, ends, printed, strict=True):
        assert statement.end_lineno is not None
        code = "".join(lines[statement.lineno - 1 : statement.end_lineno])
        true += _with_output(code, lines[statement.end_lineno : end], output)
    return true


def _with_output(code: str, below: list[str], output: str) -> str:
    """A statement and the lines below it, up to the next one, with what it printed."""
    behind = re.match(r"(print\(.*\)) *# (.*\n)", code)
    comments = [line for line in below if line.startswith("#")]
    shown = (behind[2] if behind else "") + "".join(re.sub("^# ?", "", line) for line in comments)
    if _same(shown, output):
        return code + "".join(below)
    code = f"{behind[1]}\n" if behind else code
    rest = "".join(line for line in below if not line.startswith("#"))
    alone = re.fullmatch(r"print\(.*\)\n", code) and output.count("\n") == 1
    if alone and len(code) + len(output) + 2 <= WIDEST:
        return f"{code.rstrip()}  # {output}{rest}"
    return code + "".join(f"# {line}".rstrip() + "\n" for line in output.splitlines()) + rest


def _kept(shown: str, printed: str) -> str:
    """What is shown if it is true."""
    if _same(shown, printed):
        return shown
    return printed if not printed or printed.endswith("\n") else f"{printed}\n"


def _same(shown: str, printed: str) -> bool:
    return doctest.OutputChecker().check_output(shown, printed, doctest.ELLIPSIS)


def _run(command: list[str], stdin: str = "") -> str:
    """Run where a reader would stand, in the top folder, except that new files land elsewhere."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        for entry in ROOT.iterdir():
            (Path(folder) / entry.name).symlink_to(entry)
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
        )
    if done.returncode != 0:
        raise PageError(f"{command[-1]}\nfailed with status {done.returncode}:\n{done.stderr}")
    return done.stdout


def update(page: Path, *, write: bool) -> int:
    """How many blocks of a page do not show what they print; ``write`` mends them."""
    text = page.read_text(encoding="utf-8")
    wrong = 0
    for block in reversed(blocks_of(text)):  # from the end, so that spans stay right
        true = block.body if block.reason else true_body(block)
        if true != block.body:
            wrong += 1
            print(f"{page.relative_to(ROOT)}:{block.line}: {'updated' if write else 'prints something else'}")
            text = text[: block.span[0]] + true + text[block.span[1] :]
    if write and wrong:
        page.write_text(text, encoding="utf-8")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", nargs="*", type=Path, default=PAGES, metavar="PAGE")
    parser.add_argument("--update", action="store_true", help="replace outputs that are no longer true")
    args = parser.parse_args()
    wrong = sum(update(page.resolve(), write=args.update) for page in args.page)
    return 1 if wrong and not args.update else 0


if __name__ == "__main__":
    sys.exit(main())
