"""How far a long job is, for someone who watches: a bar where rich is installed, else a figure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TextIO

from traverba.decoding.control import Progress


@contextmanager
def show_progress(stream: TextIO) -> Iterator[Progress | None]:
    """A function to call with what is done and the total; None where nobody watches."""
    if not stream.isatty():
        yield None
    elif find_spec("rich") is not None:
        with _bar(stream) as advance:
            yield advance
    else:
        yield lambda done, total: _figure(stream, done, total)
        stream.write("\r\x1b[K")


def _figure(stream: TextIO, done: int, total: int | None) -> None:
    stream.write(f"\r{done} of {total} texts")
    stream.flush()


@contextmanager
def _bar(stream: TextIO) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("texts"), TimeRemainingColumn())
    with Bar(*columns, console=Console(file=stream), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
