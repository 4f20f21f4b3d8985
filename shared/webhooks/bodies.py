"""What a webhook says: `type`, `timestamp` and `data`, always below 20 kB."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.clock import iso_milliseconds
from shared.webhooks.port import PING

#: What Standard Webhooks asks for.
MAX_BODY_BYTES = 20_000


def event_body(event: Mapping[str, Any], *, functions_url: str) -> bytes:
    """Return an event of `huntaze-events` as webhooks tell it.

    Args:
        event: as it is published; a large result is left out, and said where to fetch.
        functions_url: where results are to be fetched.
    """
    told = {name: value for name, value in event.items() if name not in {"eventType", "updatedAt"}}
    body = _body(event["eventType"], event["updatedAt"], told)
    if len(body) <= MAX_BODY_BYTES:
        return body
    small = {name: value for name, value in told.items() if name in _SMALL}
    small["resultUrl"] = f"{functions_url.rstrip('/')}/api/jobs/{event['jobId']}"
    return _body(event["eventType"], event["updatedAt"], small)


def ping_body(endpoint: str, now: datetime) -> bytes:
    """Return what proves that an endpoint hears us."""
    return _body(PING, iso_milliseconds(now), {"endpoint": endpoint, "message": "Your webhook works."})


#: What of an event is short, whatever job it tells of.
_SMALL = frozenset({"jobId", "jobType", "creatorId", "status", "progress", "message", "error", "version"})


def _body(kind: str, timestamp: str, data: Mapping[str, Any]) -> bytes:
    told = {"type": kind, "timestamp": timestamp, "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
