"""What a hostile file is, and what has to become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """What becomes of a file."""

    #: `UNSUPPORTED_MEDIA`, with the reason.
    REFUSED = "refused"
    #: Analysed, and the result says what is wrong with the file.
    NOTED = "noted"
    #: Analysed.
    FINE = "fine"


REFUSED = frozenset({Outcome.REFUSED})
NOTED = frozenset({Outcome.NOTED})
FINE = frozenset({Outcome.FINE})
#: By chance: one damage hits what matters, another does not.
REFUSED_OR_NOTED = REFUSED | NOTED
ANALYSED = NOTED | FINE
ANY = REFUSED | NOTED | FINE


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a file may try to reach."""

    #: A server that nobody may call, such as `http://127.0.0.1:4711`.
    canary_url: str
    #: A video that nobody may open.
    neighbour: Path


@dataclass(frozen=True, kw_only=True)
class Case:
    """A hostile file, not yet made."""

    name: str
    what: str
    expected: frozenset[Outcome]
    make: Callable[[Surroundings], bytes]
    #: Its content depends on what surrounds it, so that it is made anew every time.
    reaches_out: bool = False


def case(name: str, what: str, expected: frozenset[Outcome], make: Callable[[], bytes]) -> Case:
    """Return a case whose content depends on nothing."""
    return Case(name=name, what=what, expected=expected, make=lambda _: make())
