"""How right a detector is: its cuts against what is known of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra.local.clips import Truth

#: A cut is found if it is told within this many frames.
TOLERANCE_FRAMES = 2.5


@dataclass(frozen=True, kw_only=True)
class Score:
    """Counts of hard cuts."""

    found: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Score) -> Score:
        """Return both together."""
        return Score(
            found=self.found + other.found,
            false=self.false + other.false,
            missed=self.missed + other.missed,
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there is nothing to find and nothing was."""
        all_of_it = 2 * self.found + self.false + self.missed
        return 2 * self.found / all_of_it if all_of_it else 1.0


def score(cuts: Sequence[float], truth: Truth, frame_seconds: float) -> Score:
    """Count a detector's cuts; what it says within a gradual transition counts neither way."""
    tolerance = TOLERANCE_FRAMES * frame_seconds
    missed = list(truth.cuts)
    found = false = 0
    for cut in cuts:
        near = [known for known in missed if abs(known - cut) <= tolerance]
        if near:
            missed.remove(min(near, key=lambda known: abs(known - cut)))
            found += 1
        elif not any(start - tolerance <= cut <= end + tolerance for start, end in truth.gradual):
            false += 1
    return Score(found=found, false=false, missed=len(missed))


def gradual_found(spans: Sequence[Sequence[float]], truth: Truth) -> int:
    """Return how many of the gradual transitions were found, by touching them."""
    return sum(any(s < end and e > start for s, e in spans) for start, end in truth.gradual)
