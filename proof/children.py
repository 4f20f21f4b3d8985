"""Child processes that die with the one that started them, however it ends."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from signal import SIGKILL
from typing import Any

from tests.chaos.scenario import FORKS

_PR_SET_PDEATHSIG = 1


def child(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """Return a process that is not started yet."""
    return FORKS.Process(target=_doomed, args=(target, *arguments), daemon=True)


def end(process: ForkServerProcess) -> None:
    """Kill a process where it stands, and wait for its end."""
    process.kill()
    process.join()


def died_otherwise(process: ForkServerProcess) -> bool:
    """Say whether a process that is over ended otherwise than by SIGKILL."""
    return process.exitcode != -SIGKILL


def _doomed(target: Callable[..., None], *arguments: Any) -> None:
    """The server of forks ends with us; its children are told to end with it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, SIGKILL)
    target(*arguments)
