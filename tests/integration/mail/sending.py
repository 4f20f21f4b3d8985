"""A process that handles events as the function does, and dies as told.

`python -m tests.integration.mail.sending`, with JSON of what it is told. It reads one line of JSON per event,
or none for the timer's turn, and answers each with `done`, or, once it has died at it, with `died`; then
another one takes its place, by a fork, since all it needs is loaded.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from itertools import count
from typing import Any

from shared.clock import SystemClock
from shared.mail.azure_email import AzureEmailMailer
from shared.mail.composing import LetterWriter
from shared.mail.links import FrontEnd, UnsubscribeLinks
from shared.mail.postgres_letters import PostgresLetterStore
from shared.mail.posting import PostOffice, Route, Step
from shared.mail.sender import Sender
from shared.mail.smtp import Relay, Security, SmtpMailer
from shared.persistence.postgres import PostgresJobStore
from tests.azure_email import KEY
from workers.notify_email.handler import notify


async def main(told: dict[str, Any]) -> None:
    """Handle lines until there are no more."""
    chance = random.Random(told["seed"])  # noqa: S311 - a test's choice, to be made again

    def reached(_step: Step) -> None:
        if chance.random() < line["risk"]:
            os.kill(os.getpid(), signal.SIGKILL)

    line: dict[str, Any] = {"risk": 0.0}
    jobs = PostgresJobStore(told["database"], pool_size=2, timeout_seconds=10, patience_seconds=10)
    await jobs.open()
    mailer = _mailer(told)
    office = PostOffice(
        store=PostgresLetterStore(jobs.database),
        route=Route(mailer=mailer),
        composer=LetterWriter(FrontEnd(), UnsubscribeLinks([b"s" * 32], "http://localhost")),
        probe=reached,
    )
    while text := await asyncio.to_thread(sys.stdin.readline):
        line = json.loads(text)
        if "event" in line:
            await notify(json.dumps(line["event"]).encode(), office=office)
        else:
            while await office.send_due():
                pass
        print("done", flush=True)  # noqa: T201 - the answer
    await jobs.close()
    if isinstance(mailer, AzureEmailMailer):
        await mailer.close()


def _mailer(told: dict[str, Any]) -> AzureEmailMailer | SmtpMailer:
    sender = Sender(address="news@huntaze.example")
    if "azure" in told:
        return AzureEmailMailer(endpoint=told["azure"], key=KEY, sender=sender)
    return SmtpMailer(
        Relay(host="127.0.0.1", port=told["smtp"], security=Security.NONE), sender, SystemClock()
    )


def live_and_die(told: dict[str, Any]) -> None:
    """Run one process after the other, until one ends well."""
    for number in count():
        child = os.fork()
        if child == 0:
            asyncio.run(main({**told, "seed": told["seed"] + number}))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))
        print("died", flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    live_and_die(json.loads(sys.argv[1]))
