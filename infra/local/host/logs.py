"""Log lines for people: time, level, message, then the record's own data as `name=value`."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from shared.observability.failures import whereabouts

#: What every record has; the rest is a record's own data.
_ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes records to standard error, one line each, without texts of exceptions: they may quote input."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.format = line  # type: ignore[method-assign]  # a formatter object would add nothing


def line(record: logging.LogRecord) -> str:
    """Return a record's line."""
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:23]
    parts = [f"{moment}Z {record.levelname} {record.name}: {record.getMessage()}"]
    parts += [f"{name}={value}" for name, value in vars(record).items() if name not in _ORDINARY]
    if record.exc_info and record.exc_info[1]:
        parts.append(f"error={whereabouts(record.exc_info[1])}")
    return " ".join(parts).replace("\n", "\\n")
