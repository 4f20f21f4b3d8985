"""Reads `infra/topology.json`: the topics, and what each subscription takes and forgives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATH = Path(__file__).resolve().parents[2] / "infra" / "topology.json"

JOBS_TOPIC = "huntaze-jobs"
EVENTS_TOPIC = "huntaze-events"

_DURATION = re.compile(
    r"^P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?$"
)
_UNIT_SECONDS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_ONE_JOB_TYPE = re.compile(r"^jobType = '(?P<job_type>[^']+)'$")


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One subscription of a topic."""

    topic: str
    name: str
    #: SQL over the message's application properties.
    filter: str
    max_deliveries: int
    lock_seconds: int
    time_to_live_seconds: int
    dead_letters_expired: bool

    @property
    def job_type(self) -> str | None:
        """The only job type it takes, if it takes only one."""
        only = _ONE_JOB_TYPE.match(self.filter)
        return only["job_type"] if only else None


def duration_seconds(iso: str) -> int:
    """Return the seconds of an ISO 8601 duration such as `PT2M` or `P1D`.

    Raises:
        ValueError: it is none.
    """
    parts = _DURATION.match(iso)
    if parts is None:
        raise ValueError(f"{iso} is not a duration")
    return sum(int(count) * _UNIT_SECONDS[unit] for unit, count in parts.groupdict(default="0").items())


def subscriptions(path: Path = PATH) -> tuple[Subscription, ...]:
    """Return every subscription of the topology, in its order."""
    return tuple(_subscriptions(json.loads(path.read_text(encoding="utf-8"))))


def _subscriptions(config: dict[str, Any]) -> Iterator[Subscription]:
    for namespace in config["UserConfig"]["Namespaces"]:
        for topic in namespace["Topics"]:
            for subscription in topic["Subscriptions"]:
                yield _subscription(topic["Name"], subscription)


def _subscription(topic: str, entry: dict[str, Any]) -> Subscription:
    properties = entry["Properties"]
    (rule,) = entry["Rules"]
    return Subscription(
        topic=topic,
        name=entry["Name"],
        filter=rule["Properties"]["SqlFilter"]["SqlExpression"],
        max_deliveries=properties["MaxDeliveryCount"],
        lock_seconds=duration_seconds(properties["LockDuration"]),
        time_to_live_seconds=duration_seconds(properties["DefaultMessageTimeToLive"]),
        dead_letters_expired=properties["DeadLetteringOnMessageExpiration"],
    )
