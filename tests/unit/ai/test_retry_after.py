"""A wait is read in every way that Azure states it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.ai.retry_after import retry_after_seconds

NOW = datetime(2026, 11, 25, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "text", "wait"),
    [
        ({}, "", None),
        ({"retry-after": "3"}, "", 3.0),
        ({"retry-after": "0.5"}, "", 0.5),
        ({"retry-after": "0"}, "", None),
        ({"retry-after": "-1"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "inf"}, "", None),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after-ms": "500", "retry-after": "1"}, "", 0.5),
        ({"x-ms-retry-after-ms": "1500"}, "", 1.5),
        ({"retry-after": "Wed, 25 Nov 2026 10:00:30 GMT"}, "", 30.0),
        ({"retry-after": "Wed, 25 Nov 2026 09:59:00 GMT"}, "", None),
        ({}, "Rate limit is exceeded. Please retry after 17 seconds.", 17.0),
        ({"retry-after": "-1"}, "Please retry after 2 seconds.", 2.0),
    ],
)
def test_waits(headers: dict[str, str], text: str, wait: float | None) -> None:
    """Zero, negative and unreadable waits are none."""
    assert retry_after_seconds(headers, text, NOW) == wait
