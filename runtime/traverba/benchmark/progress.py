"""How far a comparison is: a bar where rich is installed and someone watches, else a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TextIO

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def show_progress(steps: int, stream: TextIO) -> Iterator[Callable[[str], None]]:
    """A function to call before each of the steps, with what it is."""
    if stream.isatty() and find_spec("rich") is not None:
        with _bar(steps, stream) as advance:
            yield advance
    else:
        yield _lines(steps, stream)


def _lines(steps: int, stream: TextIO) -> Callable[[str], None]:
    done, last = 0, float("-inf")

    def advance(activity: str) -> None:
        nonlocal done, last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            stream.write(f"{100 * done // steps:3d} %  {activity}\n")
            stream.flush()
            last = time.monotonic()
        done += 1

    return advance


@contextmanager
def _bar(steps: int, stream: TextIO) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.percentage:3.0f} %"), TimeRemainingColumn())
    with Progress(
        *columns, TextColumn("{task.description}"), console=Console(file=stream), transient=True
    ) as bar:
        task = bar.add_task("", total=steps)
        started = False

        def advance(activity: str) -> None:
            nonlocal started
            bar.update(task, advance=int(started), description=activity)
            started = True

        yield advance
