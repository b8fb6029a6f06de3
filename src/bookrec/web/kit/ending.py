"""Early word of a worker's end: the server waits for open answers before it closes the site.

A stream is an answer that does not end by itself, so whoever keeps streams must hear of the signal. The
event loop has handlers of its own for it; those go on as before.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextlib.contextmanager
def told_of_end(call: Callable[[], None]) -> Iterator[None]:
    """Call a function on the event loop when the process is asked to end.

    Where nobody handles the signals yet, or off the main thread, it changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, before = asyncio.get_running_loop(), {}
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        if callable(handler):
            before[number] = handler
            signal.signal(number, _chained(loop, call, handler))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _chained(
    loop: asyncio.AbstractEventLoop,
    call: Callable[[], None],
    before: Callable[[int, FrameType | None], object],
) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)
        before(number, frame)

    return handle
