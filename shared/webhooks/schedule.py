"""When a delivery is tried, what an answer means, and when an endpoint is left alone.

The schedule is the example of Standard Webhooks 1.0 (three days, three hours and 35 minutes in all), its
jitter that of Svix, and the meaning of answers the specification's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0

#: How long after the one before it each attempt is made.
DELAYS_SECONDS = (
    *(0.0, 5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR),
    *(10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
MAX_ATTEMPTS = len(DELAYS_SECONDS)
#: So that receivers which were all away at once are not all asked again at once.
JITTER = 0.2

#: How long one attempt may take in all.
ATTEMPT_SECONDS = 15.0
#: Longer than an attempt with all around it: who takes longer has died, and the delivery is due again.
LEASE_SECONDS = 60.0

#: How long a ping is left to the one who asked for it.
PING_SECONDS = 60.0

#: How many deliveries an endpoint is sent at once.
AT_ONCE = 4
#: After so many failures in a row an endpoint is sent one delivery at a time, after a pause.
BREAKS_AFTER = 5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 30.0, 15 * MINUTE

#: An endpoint that has done nothing but fail for so long is disabled.
DISABLED_AFTER_SECONDS = 5 * DAY
#: The longest that `Retry-After` is believed.
MAX_RETRY_AFTER_SECONDS = DAY

#: What is over is forgotten after that; until then it can be sent again.
KEPT_SECONDS = 30 * DAY


class Outcome(StrEnum):
    """What an attempt came to."""

    #: Its worker died, or nobody knows yet: the receiver may have it.
    UNCERTAIN = "uncertain"
    #: 2xx.
    DELIVERED = "delivered"
    #: Any other status.
    REFUSED = "refused"
    #: 3xx, which nobody follows.
    REDIRECTED = "redirected"
    #: 410: the receiver wants no more.
    GONE = "gone"
    #: 429, 502 or 504: the receiver wants less.
    THROTTLED = "throttled"
    TIMED_OUT = "timed_out"
    #: No connection, no valid certificate, or no answer that is one.
    UNREACHABLE = "unreachable"
    #: The URL, or an address of its host, is not one that we may call.
    FORBIDDEN = "forbidden"


_THROTTLING = frozenset({429, 502, 504})


def outcome_of(status: int) -> Outcome:
    """Return what an answer's status means."""
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP's class of successes
        return Outcome.DELIVERED
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's class of redirects
        return Outcome.REDIRECTED
    if status == 410:  # noqa: PLR2004 - HTTP's Gone
        return Outcome.GONE
    return Outcome.THROTTLED if status in _THROTTLING else Outcome.REFUSED


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an attempt brought: never a body."""

    outcome: Outcome
    took_ms: int
    status: int | None = None
    #: What the receiver asked for.
    retry_after_seconds: float | None = None


def next_delay_seconds(attempt: int, answer: Answer, *, chance: float) -> float | None:
    """Return how long to wait for the next attempt; `None` when there is none.

    Args:
        attempt: which one has failed, from 1.
        answer: what it brought.
        chance: a random number from 0 to 1.
    """
    if answer.outcome is Outcome.GONE or attempt >= MAX_ATTEMPTS:
        return None
    delay = DELAYS_SECONDS[attempt] * (1 + JITTER * (2 * chance - 1))
    return max(delay, _asked(answer))


def hold_seconds(failures: int, answer: Answer) -> float:
    """Return how long nothing at all is sent to an endpoint after a failure.

    Args:
        failures: how many there were in a row, this one included.
        answer: what it brought.
    """
    broken = failures >= BREAKS_AFTER
    if not (broken or answer.outcome is Outcome.THROTTLED):
        return _asked(answer)
    doublings = min(failures - BREAKS_AFTER if broken else 0, 10)
    return max(min(_FIRST_PAUSE_SECONDS * 2.0**doublings, _LONGEST_PAUSE_SECONDS), _asked(answer))


def _asked(answer: Answer) -> float:
    return min(answer.retry_after_seconds or 0.0, MAX_RETRY_AFTER_SECONDS)
