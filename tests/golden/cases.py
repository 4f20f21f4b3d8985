"""Golden cases: inputs whose answers are looked at for what they mean, one JSON object a line and worker.

`id`, `creatorId`, `language` and `payload` are the job; `never` are patterns that would cross the creator's
limits, `names` are the names that belong into this answer, and `offers` says which promises (`price`,
`discount`, `free`, `meeting`) the input itself makes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent
LANGUAGES = ("en", "fr", "es")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One input, and what its answer must respect."""

    id: str
    creator_id: str
    #: `en`, `fr` or `es`: what the answer must be written in.
    language: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    #: Regular expressions of what the creator never says.
    never: Sequence[str] = ()
    #: Names that may be said.
    names: Sequence[str] = ()
    #: Promises that the creator made.
    offers: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a worker answered, as far as its meaning goes."""

    #: Each text of the result that somebody reads.
    texts: Sequence[str]
    #: Those of them that are alternatives: they must differ.
    alternatives: Sequence[str] = ()
    #: Those that are sent to fans or published: they must keep within their lengths, and promise nothing.
    published: Sequence[str] = ()
    #: The most characters that one of those may have.
    longest: int = 280
    #: The language that the result claims to be in.
    language: str = ""


@cache
def cases(worker: str) -> tuple[Case, ...]:
    """Return a worker's golden set, by the name of its file."""
    lines = (DIRECTORY / f"{worker}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_case(json.loads(line)) for line in lines)


@cache
def canaries() -> frozenset[str]:
    """Return the unmistakable names of all creators in all sets."""
    known = (case for path in DIRECTORY.glob("*.jsonl") for case in cases(path.stem))
    return frozenset(name.split()[-1] for case in known for name in case.names if " " in name)


def _case(line: Mapping[str, Any]) -> Case:
    return Case(
        id=line["id"],
        creator_id=line["creatorId"],
        language=line["language"],
        payload=line["payload"],
        never=tuple(line.get("never", ())),
        names=tuple(line.get("names", ())),
        offers=frozenset(line.get("offers", ())),
    )
