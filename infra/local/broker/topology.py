"""Entities and rules, read from a file in the official Service Bus emulator's Config.json format.

Durations are ISO 8601. Fractions of a second are read too, an extension that lets tests see a lock expire
without waiting for the emulator's shortest lock of five seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.broker.sqlfilter import compile_correlation, compile_sql
from infra.local.broker.sqllogic import Condition

_DURATION = re.compile(
    r"P(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_UNITS = {"days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0}
_LONGEST_SECONDS = 10_675_199 * 86_400.0
_CORRELATION_NAMES = {
    "ContentType",
    "CorrelationId",
    "Label",
    "MessageId",
    "ReplyTo",
    "ReplyToSessionId",
    "SessionId",
    "To",
}


class TopologyError(ValueError):
    """The file asks for something that does not exist, or that this broker does not do."""


def duration_seconds(text: str) -> float:
    """Read an ISO 8601 duration of days, hours, minutes and seconds.

    Raises:
        TopologyError: the text is no such duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise TopologyError(f"{text!r} is no duration")
    total = sum(float(number) * _UNITS[unit] for unit, number in match.groupdict(default="0").items())
    return min(total, _LONGEST_SECONDS)


@dataclass(frozen=True, kw_only=True)
class QueueSettings:
    """What a queue or a subscription is told to do; defaults are the service's."""

    lock_seconds: float = 60.0
    ttl_seconds: float = _LONGEST_SECONDS
    max_deliveries: int = 10
    dead_letter_on_expiry: bool = False
    forward_to: str = ""
    forward_dead_letters_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A named condition that lets messages into a subscription."""

    name: str
    expression: str
    condition: Condition


@dataclass(frozen=True, kw_only=True)
class SubscriptionSettings:
    """A subscription: a queue behind rules."""

    name: str
    queue: QueueSettings
    rules: tuple[Rule, ...]


@dataclass(frozen=True, kw_only=True)
class EntitySettings:
    """A queue or a topic; `subscriptions` is None for a queue."""

    name: str
    queue: QueueSettings
    dedup_seconds: float | None
    subscriptions: tuple[SubscriptionSettings, ...] | None


@dataclass(frozen=True, kw_only=True)
class Topology:
    """Everything the broker serves."""

    entities: tuple[EntitySettings, ...]


def load(path: Path) -> Topology:
    """Read a topology file.

    Raises:
        TopologyError: the file is not in the format, forwards in a circle, or asks for sessions or actions.
        FilterError: a rule's expression is not in the language.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    try:
        namespace = document["UserConfig"]["Namespaces"][0]
    except (KeyError, IndexError) as error:
        raise TopologyError(f"{path.name} names no namespace") from error
    queues = [_queue(entry) for entry in namespace.get("Queues") or ()]
    topics = [_topic(entry) for entry in namespace.get("Topics") or ()]
    topology = Topology(entities=(*queues, *topics))
    _check_forwarding(topology)
    return topology


def _check_forwarding(topology: Topology) -> None:
    """Make sure that every forwarded message arrives: each target exists, and none is upstream of itself."""
    targets = {entity.name.lower(): _targets(entity) for entity in topology.entities}
    reached = dict(targets)
    for _ in targets:
        reached = {
            name: found.union(*(reached.get(each, frozenset()) for each in found))
            for name, found in reached.items()
        }
    for name, found in reached.items():
        if name in found or not found <= targets.keys():
            raise TopologyError(f"{name} forwards to itself, or to an entity that does not exist")


def _targets(entity: EntitySettings) -> frozenset[str]:
    stores = [entity.queue, *(each.queue for each in entity.subscriptions or ())]
    names = [name for each in stores for name in (each.forward_to, each.forward_dead_letters_to)]
    return frozenset(name.lower() for name in names if name)


def _queue(entry: Mapping[str, Any]) -> EntitySettings:
    return EntitySettings(
        name=entry["Name"],
        queue=_queue_settings(entry),
        dedup_seconds=_dedup_seconds(entry.get("Properties") or {}),
        subscriptions=None,
    )


def _topic(entry: Mapping[str, Any]) -> EntitySettings:
    return EntitySettings(
        name=entry["Name"],
        queue=_queue_settings(entry),
        dedup_seconds=_dedup_seconds(entry.get("Properties") or {}),
        subscriptions=tuple(_subscription(each) for each in entry.get("Subscriptions") or ()),
    )


def _subscription(entry: Mapping[str, Any]) -> SubscriptionSettings:
    rules = tuple(_rule(each) for each in entry.get("Rules") or ())
    return SubscriptionSettings(
        name=entry["Name"], queue=_queue_settings(entry), rules=rules or (match_all("$Default"),)
    )


def _queue_settings(entry: Mapping[str, Any]) -> QueueSettings:
    properties = entry.get("Properties") or {}
    if properties.get("RequiresSession"):
        raise TopologyError(f"{entry['Name']} requires sessions, which this broker does not have")
    return QueueSettings(
        lock_seconds=duration_seconds(properties.get("LockDuration") or "PT1M"),
        ttl_seconds=duration_seconds(properties.get("DefaultMessageTimeToLive") or "P10675199D"),
        max_deliveries=int(properties.get("MaxDeliveryCount") or 10),
        dead_letter_on_expiry=bool(properties.get("DeadLetteringOnMessageExpiration")),
        forward_to=properties.get("ForwardTo") or "",
        forward_dead_letters_to=properties.get("ForwardDeadLetteredMessagesTo") or "",
    )


def _dedup_seconds(properties: Mapping[str, Any]) -> float | None:
    if not properties.get("RequiresDuplicateDetection"):
        return None
    return duration_seconds(properties.get("DuplicateDetectionHistoryTimeWindow") or "PT10M")


def match_all(name: str) -> Rule:
    """Return the rule a subscription has when it names none."""
    return Rule(name=name, expression="1=1", condition=lambda _: True)


def sql_rule(name: str, expression: str) -> Rule:
    """Return a rule with an SQL filter.

    Raises:
        FilterError: the expression is not in the language.
    """
    return Rule(name=name, expression=expression, condition=compile_sql(expression))


def correlation_rule(name: str, *, system: Mapping[str, Any], properties: Mapping[str, Any]) -> Rule:
    """Return a rule that compares properties for equality.

    Raises:
        FilterError: a system property's name is unknown.
    """
    parts = [f"sys.{key} = {value!r}" for key, value in system.items()]
    parts += [f"{key} = {value!r}" for key, value in properties.items()]
    condition = compile_correlation(system=system, properties=properties)
    return Rule(name=name, expression=" AND ".join(parts), condition=condition)


def _rule(entry: Mapping[str, Any]) -> Rule:
    properties = entry.get("Properties") or {}
    if (properties.get("Action") or {}).get("SqlExpression"):
        raise TopologyError(f"the rule {entry['Name']} has an action, which this broker does not have")
    if properties.get("FilterType", "Sql").lower() == "correlation":
        wanted = properties.get("CorrelationFilter") or {}
        system = {key: value for key, value in wanted.items() if key in _CORRELATION_NAMES and value}
        return correlation_rule(entry["Name"], system=system, properties=wanted.get("Properties") or {})
    return sql_rule(entry["Name"], (properties.get("SqlFilter") or {}).get("SqlExpression") or "1=1")
