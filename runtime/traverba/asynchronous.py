"""A translator's work beside an event loop: in a thread, stopped when its task is cancelled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TypeVar

from traverba.decoding import CancelToken, Control
from traverba.results import Translation
from traverba.streaming import TranslationStream

T = TypeVar("T")


def cancellable(control: Control | None) -> tuple[Control, CancelToken]:
    """The control with a cancel token, the caller's if there is one."""
    control = control or Control()
    cancel = control.cancel or CancelToken()
    return replace(control, cancel=cancel), cancel


async def in_thread(work: Callable[[], T], cancel: CancelToken) -> T:
    """What ``work`` returns; cancelling the task that waits for it cancels the work too."""
    import asyncio  # costs more to import than all of traverba

    try:
        return await asyncio.to_thread(work)
    except asyncio.CancelledError:
        cancel.cancel()
        raise


class AsyncTranslationStream(AsyncIterator[str]):
    """`TranslationStream` for ``async for``."""

    def __init__(self, stream: TranslationStream, cancel: CancelToken) -> None:
        self._stream, self._cancel = stream, cancel

    @property
    def translation(self) -> Translation | None:
        """The whole result, once all pieces are read."""
        return self._stream.translation

    async def __anext__(self) -> str:
        piece = await in_thread(lambda: next(self._stream, None), self._cancel)
        if piece is None:
            raise StopAsyncIteration
        return piece
