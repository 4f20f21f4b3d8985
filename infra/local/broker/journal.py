"""What happened to every message, one JSON line each: the record an independent checker reads.

Lines are written with one system call each to a file opened for appending, so they survive a kill of the
broker.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self


class Journal(Protocol):
    """Where the broker reports enqueues and settlements."""

    def enqueued(
        self, path: str, *, message_id: Any, sequence_number: int, properties: Mapping[str, Any], at: float
    ) -> None:
        """Record that an entity took a message; `at` is Unix seconds."""
        ...

    def settled(
        self,
        path: str,
        *,
        message_id: Any,
        sequence_number: int,
        outcome: str,
        delivery_count: int,
        at: float,
    ) -> None:
        """Record how a message left an entity, or came back to it."""
        ...


class NoJournal:
    """Keeps nothing."""

    def enqueued(
        self, path: str, *, message_id: Any, sequence_number: int, properties: Mapping[str, Any], at: float
    ) -> None:
        """Forget it."""

    def settled(
        self,
        path: str,
        *,
        message_id: Any,
        sequence_number: int,
        outcome: str,
        delivery_count: int,
        at: float,
    ) -> None:
        """Forget it."""


class FileJournal:
    """Appends to a file.

    An enqueue: `{"event": "enqueued", "at", "topic", "subscription", "entity", "messageId", "sequenceNumber",
    "properties"}`. A settlement: `{"event": "settled", "outcome", "deliveryCount", …}` with outcome
    `completed`, `abandoned`, `deferred`, `released`, `lock-expired`, `dead-lettered:REASON`,
    `received-and-deleted` or `expired`. `topic` is the queue's name and `subscription` null for a queue;
    `entity` ends in `/$DeadLetterQueue` for a dead letter. `at` is Unix seconds.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def enqueued(
        self, path: str, *, message_id: Any, sequence_number: int, properties: Mapping[str, Any], at: float
    ) -> None:
        """Append one line."""
        self._write(path, message_id, sequence_number, at, event="enqueued", properties=dict(properties))

    def settled(
        self,
        path: str,
        *,
        message_id: Any,
        sequence_number: int,
        outcome: str,
        delivery_count: int,
        at: float,
    ) -> None:
        """Append one line."""
        self._write(
            path,
            message_id,
            sequence_number,
            at,
            event="settled",
            outcome=outcome,
            deliveryCount=delivery_count,
        )

    def _write(self, path: str, message_id: Any, sequence_number: int, at: float, **rest: Any) -> None:
        topic, _, below = path.partition("/Subscriptions/")
        line = {
            "event": rest.pop("event"),
            "at": round(at, 6),
            "topic": topic.partition("/")[0],
            "subscription": below.partition("/")[0] or None,
            "entity": path,
            "messageId": message_id,
            "sequenceNumber": sequence_number,
            **rest,
        }
        os.write(self._file, json.dumps(line, default=str, ensure_ascii=False).encode() + b"\n")
