"""Latencies in fixed buckets, so that any two histograms can be added.

Four buckets an octave, from one millisecond on: a percentile read from them is off by 10 % at the most, and a
minute of jobs takes a few dozen rows, not thousands of samples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

PER_OCTAVE = 4
#: Ends beyond a month.
LAST = 127


def bucket_of(latency_ms: float) -> int:
    """Return the bucket of a latency: the first whose bound is not below it."""
    if latency_ms <= 1:
        return 0
    return min(LAST, math.ceil(PER_OCTAVE * math.log2(latency_ms)))


def bound_ms(bucket: int) -> float:
    """Return the longest latency that a bucket holds."""
    return float(2 ** (bucket / PER_OCTAVE))


def percentile_ms(buckets: Mapping[int, int], percent: float) -> float | None:
    """Return the latency that so many per cent are not above; `None` if there are none.

    It is the geometric middle of the bucket in which it lies, which is as likely too long as too short.
    """
    wanted = sum(buckets.values()) * percent / 100
    seen = 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= wanted and seen:
            return bound_ms(bucket) if bucket == 0 else math.sqrt(bound_ms(bucket - 1) * bound_ms(bucket))
    return None
