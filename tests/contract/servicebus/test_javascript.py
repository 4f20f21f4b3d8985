"""The other official SDK, which drains its links and waits for each outcome, against our own broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.own_broker


def test_javascript_settles_in_every_way(own_connection: str, run_script: Callable[..., Any]) -> None:
    """The other official SDK, which drains its links and waits for each outcome."""
    done = run_script("lifecycle.mjs", own_connection, "javascript")
    assert done == {
        "peeked": ["0", "1", "2", "3", "4"],
        "received": ["0", "1", "2", "3", "4"],
        "deferred": "2",
        "again": [["1", 1, "changed"]],
        "dead": [["3", "why", "because", "extra"]],
        "lockLost": "MessageLockLost",
        "redelivered": [["4", 1]],
        "scheduled": ["later"],
        "unknownQueue": "MessagingEntityNotFound",
        "empty": 0,
    }


def test_javascript_changes_the_rules_of_a_subscription(
    own_connection: str, run_script: Callable[..., Any]
) -> None:
    done = run_script("rules.mjs", own_connection, "changing", "ruled")
    assert done == {
        "before": [["$Default", "1=1"]],
        "after": [["labelled", "sys.Label = 'l' AND n = 1"], ["numbered", "n > 5"]],
        "received": ["label", "number"],
        "again": "MessagingEntityAlreadyExists",
        "nonsense": "GeneralError",
        "missing": "MessagingEntityNotFound",
    }
