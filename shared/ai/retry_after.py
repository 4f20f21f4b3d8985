"""How long a throttled service asks us to wait, in whichever of the ways it says so."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_IN_MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")
_IN_WORDS = re.compile(r"retry after (\d{1,6}) second", re.IGNORECASE)


def retry_after_seconds(headers: Mapping[str, str], text: str, now: datetime) -> float | None:
    """Return the wait that a refusal asks for, or `None` when it asks for none.

    Azure sends `Retry-After` in seconds or as a date, sometimes in milliseconds under another name, sometimes
    only in the message; zero and negative values occur and mean nothing.

    Args:
        headers: the response's, looked up case-insensitively by the caller's mapping.
        text: the response's body.
        now: the current time, for waits given as a date.
    """
    for name in _IN_MILLISECONDS:
        if (wait := _number(headers.get(name))) is not None:
            return wait / 1000
    value = headers.get("retry-after")
    if (wait := _number(value)) is not None:
        return wait
    if value and (wait := _until(value, now)) is not None:
        return wait
    said = _IN_WORDS.search(text)
    return _number(said.group(1)) if said else None


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0 else None


def _until(value: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    wait = (moment - now).total_seconds()
    return wait if wait > 0 else None
