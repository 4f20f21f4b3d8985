"""`events`: show what the workers announce, as it comes."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from infra.local.environment import Environment
from infra.local.events import watching
from infra.local.view import state_text

#: A namespace of the caller's own has no subscription for watching; this one keeps events longest.
_ANY_NAMESPACE = "metrics"


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the events there are, then follow them until Ctrl-C."""
    environment = Environment(os.environ)
    subscription = environment.get("EVENTS_SUBSCRIPTION") or _ANY_NAMESPACE
    with watching(environment["SERVICEBUS_CONNECTION"], subscription) as events:
        for event in events.so_far() if arguments.no_follow else events.follow():
            line = Text(json.dumps(event, ensure_ascii=False)) if arguments.json else event_line(event)
            console.print(line, soft_wrap=True)
    return 0


def event_line(event: Mapping[str, Any]) -> Text:
    """Draw an event in a line."""
    error = event.get("error") or {}
    return Text.assemble(
        (str(event.get("updatedAt", "")).partition("T")[2] + "  ", "dim"),
        state_text(str(event.get("status", ""))),
        f"  {event.get('jobType')}  creator {event.get('creatorId')}  ",
        (str(event.get("jobId")), "dim"),
        (f"  {error['code']}" if error else "", "red"),
    )
