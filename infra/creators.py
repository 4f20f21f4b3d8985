"""`DATABASE_URL=… python -m infra.creators < creators.jsonl`: tell the workers about creators.

Each line is a JSON object with `creatorId`, and of `name`, `personaStyle`, `limits`, `language`, `platforms`,
`preferences`, `email` and `emailPreferences` whatever is known; it replaces what was known of that creator.
Who has no `email` gets no mail; who has unsubscribed stays so, unless `emailPreferences.subscribedAt` is
later. What can't be used is named by its line's number, and the rest is kept. `docs/operations.md` has the
query that makes such lines from the front end's table of users.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Annotated, Any, TextIO

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationError

from shared.contracts import CreatorId, WireModel
from shared.errors import HuntazeError, InvalidPayloadError, StoreUnavailableError
from shared.mail.contacts import Contact, Contacts
from shared.mail.headers import is_address
from shared.mail.postgres_letters import PostgresContacts
from shared.messaging.sanitising import storable
from shared.persistence.creators import CreatorProfile, CreatorTable
from shared.persistence.postgres import PostgresJobStore
from shared.persistence.postgres_creators import PostgresCreatorTable

#: Some megabytes at most on their way.
_BATCH = 500


def _nothing_for_null(value: Any) -> Any:
    return () if value is None else value


def _address(text: str | None) -> str | None:
    if text and not is_address(text):
        raise ValueError("must be a plain e-mail address")
    return text or None


_PROFILE = tuple(field.name for field in fields(CreatorProfile))

_Words = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
    BeforeValidator(_nothing_for_null),
    Field(max_length=50),
]


class EmailPreferences(WireModel):
    """What a creator wants to hear of by mail."""

    model_config = ConfigDict(extra="ignore")

    completed: bool = True
    failed: bool = True
    #: One letter a day instead of one a quarter of an hour.
    daily: bool = False
    #: When the creator last asked for mail.
    subscribed_at: AwareDatetime | None = None


class CreatorLine(WireModel):
    """One line of the input; fields that are not named here are left out."""

    model_config = ConfigDict(extra="ignore")

    creator_id: CreatorId
    name: Annotated[str, Field(max_length=200)] | None = None
    persona_style: Annotated[str, Field(max_length=4_000)] | None = None
    limits: _Words = ()
    language: Annotated[str, Field(max_length=35)] | None = None
    platforms: _Words = ()
    preferences: dict[str, Any] | None = None
    email: Annotated[str | None, AfterValidator(_address)] = None
    email_preferences: EmailPreferences | None = None

    def creator(self) -> tuple[CreatorProfile, Contact]:
        """Return the line as the workers know it."""
        told = {**dict(self), "preferences": self.preferences or {}}
        profile = CreatorProfile(**{name: told[name] for name in _PROFILE})
        contact = Contact(
            creator_id=self.creator_id,
            email=self.email,
            language=self.language,
            **dict(self.email_preferences or EmailPreferences()),
        )
        return profile, contact


def main() -> None:
    """Keep what standard input tells, in the database that the environment names."""
    if not (url := os.environ.get("DATABASE_URL")):
        sys.exit("DATABASE_URL is not set.")
    try:
        kept, refused = asyncio.run(_import(url, sys.stdin))
    except HuntazeError as error:
        sys.exit(error.message)
    print(f"{kept} creators are known now as they were told.")  # noqa: T201 - the command's answer to its operator
    if refused:
        sys.exit(f"{refused} lines could not be used.")


async def keep_lines(
    lines: Iterable[str], table: CreatorTable, contacts: Contacts, complaints: TextIO
) -> tuple[int, int]:
    """Keep the creators that lines of JSON tell of.

    Args:
        lines: one JSON object each; empty ones are passed over.
        table: where they are kept.
        contacts: where it is kept how they are reached.
        complaints: is told which lines can't be used and why, without quoting them.

    Returns:
        How many lines were kept, and how many could not be used.

    Raises:
        StoreUnavailableError: the database is away; running the command again does no harm.
    """
    kept, refused, waiting = 0, 0, list[CreatorLine]()
    for line in _read(lines):
        if isinstance(line, CreatorLine):
            waiting.append(line)
        else:
            refused += 1
            complaints.write(f"{line}\n")
        if len(waiting) == _BATCH:
            await _keep(waiting, table, contacts)
            kept, waiting = kept + _BATCH, []
    await _keep(waiting, table, contacts)
    return kept + len(waiting), refused


async def _keep(lines: Sequence[CreatorLine], table: CreatorTable, contacts: Contacts) -> None:
    creators = [line.creator() for line in lines]
    await table.keep([profile for profile, _ in creators])
    await contacts.keep([contact for _, contact in creators])


def _read(lines: Iterable[str]) -> Iterator[CreatorLine | str]:
    """Yield what is told by each line, or what is wrong with it."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield CreatorLine.model_validate(storable(json.loads(line)))
        except ValidationError as error:
            places = {".".join(map(str, each["loc"])) or "the line": each["msg"] for each in error.errors()}
            yield f"line {number}: " + "; ".join(f"{place}: {why}" for place, why in places.items())
        except (ValueError, RecursionError, InvalidPayloadError):
            yield f"line {number}: not JSON that can be stored"


async def _import(database_url: str, lines: Iterable[str]) -> tuple[int, int]:
    store = PostgresJobStore(database_url, pool_size=1, timeout_seconds=5.0, patience_seconds=1.0)
    await store.open()
    try:
        table, contacts = PostgresCreatorTable(store.database), PostgresContacts(store.database)
        return await keep_lines(lines, table, contacts, sys.stderr)
    except StoreUnavailableError as error:
        raise StoreUnavailableError("The database did not answer; run this again.") from error
    finally:
        await store.close()


if __name__ == "__main__":
    main()
