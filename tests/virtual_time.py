"""An event loop whose time passes only while everybody waits: hours of waiting in a blink."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from typing_extensions import override

T = TypeVar("T")
P = ParamSpec("P")

_START = datetime(2026, 1, 1, tzinfo=UTC)


class _Hasty(selectors.SelectSelector):
    """Passes the time it would have waited, without waiting."""

    passed_seconds = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        self.passed_seconds += max(0.0, timeout)
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """For code that waits, but not for the outside world."""

    def __init__(self) -> None:
        self._hasty = _Hasty()
        super().__init__(self._hasty)

    @override
    def time(self) -> float:
        """Return the seconds that have passed so far."""
        return self._hasty.passed_seconds


class LoopClock:
    """The running loop's time as a clock."""

    def now(self) -> datetime:
        """Return a time that moves with the loop's."""
        return _START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test in virtual time; it sees time by `LoopClock` or by its loop, and its fixtures see none."""

    @wraps(test)
    def tested(*args: P.args, **kwargs: P.kwargs) -> None:
        run(test(*args, **kwargs))

    return tested
