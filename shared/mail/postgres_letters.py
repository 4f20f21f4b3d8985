"""Notices, letters and contacts in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Json

from shared.mail import letter_statements as statements
from shared.mail.contacts import Contact
from shared.mail.letters import ClaimedLetter, Ending, KeptLetter, LetterState, Told
from shared.mail.notices import DAILY_SECONDS, OPERATOR, QUIET_SECONDS, Notice
from shared.mail.port import Effect
from shared.messaging.sanitising import storable, storable_text
from shared.persistence.database import Database

_DAILY, _QUIET = timedelta(seconds=DAILY_SECONDS), timedelta(seconds=QUIET_SECONDS)


class PostgresLetterStore:
    """Letters in the schema `huntaze_workers`: a `LetterStore`.

    Args:
        database: shared with the store of jobs.
        quiet: at most one letter per recipient in that time.
    """

    def __init__(self, database: Database, *, quiet: timedelta = _QUIET) -> None:
        self._database = database
        self._quiet = quiet

    async def note(self, notice: Notice, *, gather_seconds: float) -> bool:
        """See `LetterStore.note`."""
        rows = await self._fetch(
            statements.NOTE,
            notice_id=storable_text(notice.notice_id),
            recipient=storable_text(notice.recipient),
            kind=notice.kind.value,
            body=Json(storable(dict(notice.body))),
            happened_at=notice.happened_at,
            gather=timedelta(seconds=gather_seconds),
            daily=_DAILY,
            operator=OPERATOR,
        )
        return bool(rows and rows[0]["due"])

    async def gather(self, *, limit: int, recipient: str | None = None) -> int:
        """See `LetterStore.gather`."""
        return len(
            await self._fetch(
                statements.GATHER, limit=limit, recipient=recipient, quiet=self._quiet, daily=_DAILY
            )
        )

    async def claim(
        self, *, limit: int, effect: Effect, lease_seconds: float, operator: str | None, recipient: str | None
    ) -> Sequence[ClaimedLetter]:
        """See `LetterStore.claim`."""
        rows = await self._fetch(
            statements.CLAIM,
            limit=limit,
            mailer=effect.mailer,
            lease=timedelta(seconds=lease_seconds),
            operator=OPERATOR,
            operator_address=operator,
            recipient=recipient,
        )
        return [ClaimedLetter(**{**row, "notices": _told(row["notices"])}) for row in rows]

    async def intend(self, letter: ClaimedLetter, *, effect: Effect, subject: str) -> bool:
        """See `LetterStore.intend`."""
        return bool(
            await self._fetch(
                statements.INTEND,
                letter_id=letter.letter_id,
                fence=letter.fence,
                mailer=effect.mailer,
                repeatable=timedelta(seconds=effect.repeatable_seconds),
                address=letter.address,
                subject=storable_text(subject),
            )
        )

    async def record(self, letter: ClaimedLetter, ending: Ending) -> bool:
        """See `LetterStore.record`."""
        return bool(
            await self._fetch(
                statements.RECORD,
                letter_id=letter.letter_id,
                fence=letter.fence,
                state=ending.state.value,
                due_in=timedelta(seconds=ending.due_in_seconds),
                unsent=ending.unsent,
                reference=ending.reference,
                error=ending.error,
            )
        )

    async def uncertain(self, *, limit: int) -> Sequence[KeptLetter]:
        """See `LetterStore.uncertain`."""
        rows = await self._fetch(statements.UNCERTAIN, limit=limit)
        return [KeptLetter(**{**row, "state": LetterState(row["state"])}) for row in rows]

    async def forget(self, *, after_days: int, limit: int) -> int:
        """See `LetterStore.forget`."""
        rows = await self._fetch(statements.FORGET, age=timedelta(days=after_days), limit=limit)
        return int(rows[0]["forgotten"])

    async def _fetch(self, statement: str, **parameters: Any) -> list[DictRow]:
        return await self._database.fetch(statement, parameters)


class PostgresContacts:
    """Contacts in the schema `huntaze_workers`: a `Contacts`.

    Args:
        database: shared with the store of jobs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, creator_ids: Sequence[str]) -> Mapping[str, Contact]:
        """See `Contacts.find`."""
        rows = await self._database.fetch(statements.FIND_CONTACTS, {"creator_ids": list(creator_ids)})
        return {row["creator_id"]: Contact(**row) for row in rows}

    async def keep(self, contacts: Sequence[Contact]) -> None:
        """See `Contacts.keep`."""
        each_once = {contact.creator_id: _row(contact) for contact in contacts}
        await self._database.fetch(statements.KEEP_CONTACTS, {"contacts": Json(list(each_once.values()))})

    async def unsubscribe(self, creator_id: str) -> None:
        """See `Contacts.unsubscribe`."""
        await self._database.fetch(statements.UNSUBSCRIBE, {"creator_id": storable_text(creator_id)})


def _row(contact: Contact) -> dict[str, Any]:
    at = contact.subscribed_at
    return {**asdict(contact), "subscribed_at": at and at.isoformat(), "unsubscribed_at": None}


def _told(notices: Sequence[Mapping[str, Any]] | None) -> tuple[Told, ...]:
    return tuple(
        Told(
            kind=notice["kind"],
            body=notice["body"],
            happened_at=datetime.fromisoformat(notice["happened_at"]),
        )
        for notice in notices or ()
    )
