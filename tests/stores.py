"""A store of jobs under test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.persistence.port import JobStore


@dataclass(frozen=True)
class Kept:
    """A store and a way to let its time pass."""

    store: JobStore
    wait: Callable[[float], Awaitable[None]]
