"""What every part of the proof hands over, and what the page is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One figure of the list R1 to R24, as it was measured here."""

    name: str
    measured: str
    #: `None`: it was not measured here; `measured` says why.
    holds: bool | None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture of a series over time."""

    name: str
    title: str
    x: str
    y: str
    #: Lines by name: points of (x, y).
    lines: Mapping[str, Sequence[tuple[float, float]]]


@dataclass(kw_only=True)
class Part:
    """One part of the page."""

    name: str
    title: str
    #: (what, how much), in the order in which they are read.
    figures: list[tuple[str, str]] = field(default_factory=list)
    #: Further tables: the first row is the head.
    tables: list[list[Sequence[str]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    #: Whether everything that has to hold did.
    good: bool = True
    #: Everything measured, for machines.
    data: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    #: When it was run, and how busy the machine was before and after.
    ran: str = ""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How the proof is run."""

    seed: int
    quick: bool
    #: Where parts may keep what they like; everybody may pass through it.
    directory: Path
    #: Where the page and its attachments go.
    output: Path
    jobs: int
    kills: int
    #: Shows one line of progress.
    tell: Callable[[str], None]
