"""Messages and a broker on a clock that moves when told to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.broker.codec import Symbol, Timestamp, compose_list, encode, encode_map, section, uint
from infra.local.broker.message import ANNOTATIONS, APPLICATION_PROPERTIES, DATA, HEADER, PROPERTIES
from infra.local.broker.namespace import Broker
from infra.local.broker.topology import load
from shared.clock import ManualClock

EncodeMessage = Callable[..., bytes]


def _encode_message(
    body: bytes = b"body",
    *,
    message_id: Any = None,
    ttl_ms: int | None = None,
    properties: dict[str, Any] | None = None,
    scheduled_ms: int | None = None,
    label: str | None = None,
) -> bytes:
    null = encode(None)
    parts = []
    if ttl_ms is not None:
        parts.append(section(HEADER, compose_list([encode(True), b"\x50\x04", uint(ttl_ms)])))
    if scheduled_ms is not None:
        entry = {Symbol("x-opt-scheduled-enqueue-time"): Timestamp(scheduled_ms)}
        parts.append(section(ANNOTATIONS, encode_map(entry)))
    parts.append(section(PROPERTIES, compose_list([encode(message_id), null, null, encode(label)])))
    if properties is not None:
        parts.append(section(APPLICATION_PROPERTIES, encode_map(dict(properties))))
    return b"".join([*parts, section(DATA, encode(body))])


@pytest.fixture
def encode_message() -> EncodeMessage:
    """Write a message as an SDK would."""
    return _encode_message


@pytest.fixture
def clock() -> ManualClock:
    """The broker's clock."""
    return ManualClock()


@pytest.fixture
def build(tmp_path: Path, clock: ManualClock) -> Callable[[dict[str, Any]], Broker]:
    """Build a broker of one namespace from the inside of a topology file."""

    def build_broker(namespace: dict[str, Any]) -> Broker:
        path = tmp_path / "topology.json"
        path.write_text(json.dumps({"UserConfig": {"Namespaces": [{"Name": "test", **namespace}]}}))
        return Broker(load(path), clock)

    return build_broker
