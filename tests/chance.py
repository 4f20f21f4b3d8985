"""Bounds on counts that chance alone passes less than once in a million runs."""

from __future__ import annotations

import math

_ONE_IN = 1_000_000
#: So many standard deviations below its mean, a sum of many parts is found once in 3.5 million (Φ(-5)).
_DEVIATIONS = 5.0


def most_by_chance(expected: float) -> int:
    """Return the largest count of rare, independent events of which so many are expected (Poisson's law)."""
    probability = at_most = math.exp(-expected)
    count = 0
    while 1.0 - at_most > 1 / _ONE_IN:
        count += 1
        probability *= expected / count
        at_most += probability
    return count


def fewest_by_chance(share: float, of: int, *, dispersion: float = 1.0) -> float:
    """Return the smallest count when each of so many has a chance of `share`.

    Args:
        share: the expected part.
        of: how many there are.
        dispersion: how much larger the count's variance is than that of independent ones: trouble comes in
            groups.
    """
    variance = of * share * (1.0 - share) * dispersion
    return of * share - _DEVIATIONS * math.sqrt(variance)
