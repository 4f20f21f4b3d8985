"""Which hostile videos are looked into: all by `HOSTILE_FILES=all`, else a sample that stays the same."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from infra.local.clips.hostile.building import hostile_cases
from infra.local.clips.hostile.cases import Case

ALL = os.environ.get("HOSTILE_FILES") == "all"
#: Of files that are much alike, with the same outcomes, the sample has one of so many...
_SAMPLED = 4
#: ...and of those that differ in where they are cut, fewer still.
_CUTS_SAMPLED = 8
#: These take seconds: nothing is wrong with them but their size.
_LONG = frozenset({"edit-many", "4k-slow-motion"})


def _sampled(cases: Sequence[Case]) -> Iterator[str]:
    """Yield the names of a sample: each family, each kind of outcome, and all that reach out."""
    seen: Counter[object] = Counter()
    for case in cases:
        cut = case.name.startswith("cut-at-box")
        alike = ("cut-at-box" if cut else case.name.partition("-")[0], case.expected)
        turn = seen[alike] % (_CUTS_SAMPLED if cut else _SAMPLED)
        seen[alike] += 1
        if case.reaches_out or (turn == 0 and case.name not in _LONG):
            yield case.name


CASES = hostile_cases()
NAMES = [case.name for case in CASES] if ALL else list(_sampled(CASES))
_ALL_COPIED = (
    "cut-faststart-50",
    "cut-matroska-50",
    "cut-in-fragment",
    "flips-mdat-1e-04",
    "flips-mdat-1e-02",
    "flips-moov-3",
    "flips-av1-3e-03",
    "flips-hevc-3e-03",
    "hole",
    "stts-zero",
    "ctts-extreme",
    "edit-far",
    "timescale-max",
    "tall",
    "odd-size",
    "grey",
    "high-444",
    "resized-8k",
    "sound-longer",
    "one-frame",
    "15-minutes",
    "4k-slow-motion",
    "4k-16-references",
    "encrypted",
    "parameters-garbled",
    "stsc-frames",
    "flips-matroska-3e-03",
    "edit-empty-forever",
    "resized-smaller",
)

#: Of them, the sample has those in which the copy is what is at stake.
COPIED = (
    _ALL_COPIED
    if ALL
    else (
        "cut-in-fragment",
        "flips-mdat-1e-02",
        "stts-zero",
        "one-frame",
        "encrypted",
        "stsc-frames",
        "edit-empty-forever",
        "resized-smaller",
    )
)
