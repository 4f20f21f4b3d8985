"""`DATABASE_URL=… WEBHOOK_SECRETS_KEYS=… python -m infra.webhooks < lines.jsonl`: keep creators' endpoints.

Each line is a JSON object with `creatorId`, `name` and `url`, and of `events`, `enabled` and `secret` what is
to be other than usual. For each endpoint that is new, a line of JSON with its secret is printed, for its
creator, and never again. What can't be used is named by its line's number, and the rest is kept.

`python -m infra.webhooks --new-key` prints a key for WEBHOOK_SECRETS_KEYS and does nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, TextIO

from cryptography.fernet import Fernet
from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from shared.clock import SystemClock
from shared.contracts import CreatorId, WireModel
from shared.errors import (
    ForbiddenUrlError,
    HuntazeError,
    InvalidPayloadError,
    RequestError,
    StoreUnavailableError,
)
from shared.fetching.transport import GuardedTransport
from shared.fetching.urls import AnyPublicHost
from shared.messaging.refusals import reason
from shared.messaging.sanitising import storable
from shared.persistence.postgres import PostgresJobStore
from shared.webhooks.port import ALL_EVENTS, DEFAULT_EVENTS, Endpoint
from shared.webhooks.postgres import PostgresWebhooks
from shared.webhooks.posting import GuardedPoster
from shared.webhooks.register import Register
from shared.webhooks.sealing import Seal
from shared.webhooks.signing import key_of


def _secret(value: str) -> str:
    key_of(value)
    return value


def _events(events: tuple[str, ...]) -> tuple[str, ...]:
    if not set(events) <= set(ALL_EVENTS):
        raise ValueError(f"each has to be one of {', '.join(ALL_EVENTS)}")
    return events


class EndpointLine(WireModel):
    """One line of the input; fields that are not named here are left out."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    creator_id: CreatorId
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    url: Annotated[str, Field(min_length=1, max_length=2_048)]
    events: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_events)] = DEFAULT_EVENTS
    enabled: bool = True
    secret: Annotated[str, AfterValidator(_secret)] | None = None

    def endpoint(self) -> Endpoint:
        """Return the line as webhooks know it."""
        return Endpoint(
            creator_id=self.creator_id,
            name=self.name,
            url=self.url,
            events=self.events,
            enabled=self.enabled,
        )


def main() -> None:
    """Keep what standard input tells, in the database that the environment names."""
    if sys.argv[1:] == ["--new-key"]:
        print(Fernet.generate_key().decode())  # noqa: T201 - what was asked for
        return
    missing = [name for name in ("DATABASE_URL", "WEBHOOK_SECRETS_KEYS") if not os.environ.get(name)]
    if missing:
        sys.exit(f"{' and '.join(missing)} must be set.")
    try:
        refused = asyncio.run(_import(os.environ, sys.stdin))
    except HuntazeError as error:
        sys.exit(error.message)
    if refused:
        sys.exit(f"{refused} lines could not be used.")


async def keep_lines(
    lines: Iterable[str], register: Register, *, secrets: TextIO, complaints: TextIO
) -> tuple[int, int]:
    """Keep the endpoints that lines of JSON tell of.

    Args:
        lines: one JSON object each; empty ones are passed over.
        register: where they are kept.
        secrets: is told the secrets of new endpoints.
        complaints: is told which lines can't be used and why, without quoting them.

    Returns:
        How many lines were kept, and how many could not be used.

    Raises:
        ConfigurationError: there is no key to seal secrets with.
        StoreUnavailableError: the database is away; running the command again does no harm.
    """
    kept = refused = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told = EndpointLine.model_validate(storable(json.loads(line)))
            known = await register.put(told.endpoint(), secret=told.secret)
        except (ValidationError, ValueError, RecursionError, HuntazeError) as error:
            complaints.write(f"line {number}: {_complaint(error)}\n")
            refused += 1
        else:
            kept += 1
            if known.secret:
                new = {"creatorId": told.creator_id, "name": told.name, "secret": known.secret}
                secrets.write(json.dumps(new) + "\n")
    return kept, refused


def _complaint(error: Exception) -> str:
    """Say what is wrong with a line; raises again what is not the line's fault."""
    if isinstance(error, ValidationError):
        return reason(error)
    if isinstance(error, ForbiddenUrlError | RequestError):
        return error.message
    if isinstance(error, HuntazeError) and not isinstance(error, InvalidPayloadError):
        raise error
    return "not JSON that can be stored"


async def _import(environment: Mapping[str, str], lines: Iterable[str]) -> int:
    keys = [key.strip() for key in environment["WEBHOOK_SECRETS_KEYS"].split(",") if key.strip()]
    origins = [each for each in environment.get("WEBHOOK_LOCAL_ORIGINS", "").split(",") if each.strip()]
    hosts = AnyPublicHost(local_origins=origins)
    store = PostgresJobStore(
        environment["DATABASE_URL"], pool_size=1, timeout_seconds=5.0, patience_seconds=1.0
    )
    await store.open()
    try:
        register = Register(
            endpoints=PostgresWebhooks(store.database),
            poster=GuardedPoster(hosts, GuardedTransport(), clock=SystemClock()),
            seal=Seal(keys),
        )
        kept, refused = await keep_lines(lines, register, secrets=sys.stdout, complaints=sys.stderr)
    except StoreUnavailableError as error:
        raise StoreUnavailableError("The database did not answer; run this again.") from error
    finally:
        await store.close()
    sys.stderr.write(f"{kept} endpoints are kept now as they were told.\n")
    return refused


if __name__ == "__main__":
    main()
