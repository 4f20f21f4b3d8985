"""An SMTP inbox: takes every mail and keeps it as a file, `python -m infra.local.inbox --directory DIR`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from infra.local import foreground
from infra.local.process import LOCALHOST, free_port, python_module, spawn


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """Where to send mail, and where to find it."""

    host: str
    port: int
    #: One `.eml` file a mail, in the order of their names.
    mails: Path


@contextmanager
def running(directory: Path) -> Iterator[Inbox]:
    """Run the inbox with its mails in `directory/mails`.

    Raises:
        ServiceError: it did not start.
    """
    mails = directory.absolute() / "mails"
    command = python_module("infra.local.inbox", "--port", "0", "--directory", str(mails))
    with spawn(command, directory=directory, name="inbox") as service:
        yield Inbox(host=service.ready["SMTP_HOST"], port=service.ready["SMTP_PORT"], mails=mails)


class _Keeper:
    """Keeps each mail with the envelope it came in."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = count(1)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        name = f"{time.strftime('%Y%m%dT%H%M%S')}-{next(self._numbers):06d}"
        head = f"X-Mail-From: {envelope.mail_from}\r\nX-Rcpt-To: {', '.join(envelope.rcpt_tos)}\r\n"
        draft = self._directory / f"{name}.part"
        draft.write_bytes(head.encode() + envelope.original_content)
        draft.rename(draft.with_suffix(".eml"))
        return "250 OK"


@contextmanager
def serving(port: int, directory: Path) -> Iterator[Mapping[str, Any]]:
    """Serve in a thread of this process."""
    directory.mkdir(parents=True, exist_ok=True)
    port = port or free_port()  # aiosmtpd tries the very number it was given
    controller = Controller(_Keeper(directory), hostname=LOCALHOST, port=port)
    controller.start()
    try:
        yield {"SMTP_HOST": LOCALHOST, "SMTP_PORT": port}
    finally:
        controller.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--directory", type=Path, required=True)
    arguments = parser.parse_args()
    foreground.serve(serving(arguments.port, arguments.directory))
