"""The in-memory twins of the table of letters and of the contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import md5
from uuid import UUID

from shared.clock import Clock
from shared.mail.contacts import Contact
from shared.mail.letters import ClaimedLetter, Ending, KeptLetter, LetterState, Told
from shared.mail.notices import DAILY_SECONDS, OPERATOR, QUIET_SECONDS, Notice, NoticeKind
from shared.mail.port import Effect

_OPEN = frozenset({LetterState.CLAIMED, LetterState.UNCERTAIN})


class MemoryContacts:
    """Contacts in this process: a `Contacts`."""

    def __init__(self, clock: Clock, *contacts: Contact) -> None:
        self._clock = clock
        self._contacts = {contact.creator_id: contact for contact in contacts}

    async def find(self, creator_ids: Sequence[str]) -> Mapping[str, Contact]:
        """See `Contacts.find`."""
        return {name: self._contacts[name] for name in creator_ids if name in self._contacts}

    async def keep(self, contacts: Sequence[Contact]) -> None:
        """See `Contacts.keep`."""
        for contact in contacts:
            known = self._contacts.get(contact.creator_id)
            since, again = known and known.unsubscribed_at, contact.subscribed_at
            stays = since if since and not (again and again > since) else None
            self._contacts[contact.creator_id] = replace(contact, unsubscribed_at=stays, subscribed_at=None)

    async def unsubscribe(self, creator_id: str) -> None:
        """See `Contacts.unsubscribe`."""
        known = self.known(creator_id)
        since = known.unsubscribed_at or self._clock.now()
        self._contacts[creator_id] = replace(known, unsubscribed_at=since)

    def known(self, creator_id: str) -> Contact:
        """Return a contact, or one that says nothing."""
        return self._contacts.get(creator_id) or Contact(creator_id=creator_id)


@dataclass
class _Kept:
    notice: Notice
    due_at: datetime
    letter_id: UUID | None = None


@dataclass
class _Letter:
    letter_id: UUID
    recipient: str
    due_at: datetime | None
    updated_at: datetime
    state: LetterState = LetterState.WAITING
    fence: int = 0
    attempt: int = 0
    mailer: str | None = None
    repeatable_until: datetime | None = None
    address: str | None = None
    subject: str | None = None
    error: str | None = None


class MemoryLetterStore:
    """Letters in this process: a `LetterStore`.

    Args:
        clock: tells what is due.
        contacts: whom letters reach.
        quiet: at most one letter per recipient in that time.
    """

    def __init__(
        self, clock: Clock, contacts: MemoryContacts, *, quiet: timedelta = timedelta(seconds=QUIET_SECONDS)
    ) -> None:
        self._clock = clock
        self._contacts = contacts
        self._quiet = quiet
        self._notices: dict[str, _Kept] = {}
        self._next_at: dict[str, datetime] = {}
        self._letters: dict[UUID, _Letter] = {}

    async def note(self, notice: Notice, *, gather_seconds: float) -> bool:
        """See `LetterStore.note`."""
        contact = self._contacts.known(notice.recipient)
        if notice.notice_id in self._notices or not _wanted(notice, contact):
            return False
        wait = DAILY_SECONDS if contact.daily else gather_seconds
        due_at = self._now + timedelta(seconds=wait)
        due_at = max(due_at, self._next_at.get(notice.recipient, due_at))
        self._notices[notice.notice_id] = _Kept(notice, due_at)
        return due_at <= self._now

    async def gather(self, *, limit: int, recipient: str | None = None) -> int:
        """See `LetterStore.gather`."""
        due = {
            kept.notice.recipient
            for kept in self._waiting(recipient)
            if kept.due_at <= self._now and self._next_at.get(kept.notice.recipient, self._now) <= self._now
        }
        for name in sorted(due)[:limit]:
            self._write(name)
        return len(sorted(due)[:limit])

    async def claim(
        self, *, limit: int, effect: Effect, lease_seconds: float, operator: str | None, recipient: str | None
    ) -> Sequence[ClaimedLetter]:
        """See `LetterStore.claim`."""
        claimed = []
        for letter in self._due(recipient)[:limit]:
            letter.updated_at = self._now
            if letter.mailer and not self._recognised(letter, effect):
                letter.state, letter.due_at = LetterState.UNCERTAIN, None
                letter.error = letter.error or "Whoever sent it ended before the answer came."
                continue
            letter.state, letter.due_at = LetterState.CLAIMED, self._now + timedelta(seconds=lease_seconds)
            letter.fence, letter.attempt = letter.fence + 1, letter.attempt + 1
            claimed.append(self._claimed(letter, operator))
        return claimed

    async def intend(self, letter: ClaimedLetter, *, effect: Effect, subject: str) -> bool:
        """See `LetterStore.intend`."""
        kept = self._letters[letter.letter_id]
        if kept.fence != letter.fence or kept.state is not LetterState.CLAIMED:
            return False
        window = timedelta(seconds=effect.repeatable_seconds)
        kept.mailer, kept.repeatable_until = effect.mailer, kept.repeatable_until or self._now + window
        kept.address, kept.subject = letter.address, subject
        return True

    async def record(self, letter: ClaimedLetter, ending: Ending) -> bool:
        """See `LetterStore.record`."""
        kept = self._letters[letter.letter_id]
        if kept.fence != letter.fence or kept.state not in _OPEN:
            return False
        kept.state, kept.error, kept.updated_at = ending.state, ending.error, self._now
        waits = ending.state is LetterState.WAITING
        kept.due_at = self._now + timedelta(seconds=ending.due_in_seconds) if waits else None
        if ending.unsent:
            kept.mailer = kept.repeatable_until = kept.address = None
        return True

    async def uncertain(self, *, limit: int) -> Sequence[KeptLetter]:
        """See `LetterStore.uncertain`."""
        found = [self._kept(letter) for letter in self._letters.values()]
        found = [letter for letter in found if letter.state is LetterState.UNCERTAIN]
        return sorted(found, key=lambda letter: letter.updated_at, reverse=True)[:limit]

    async def forget(self, *, after_days: int, limit: int) -> int:
        """See `LetterStore.forget`."""
        until = self._now - timedelta(days=after_days)
        old = [
            each.letter_id for each in self._letters.values() if not each.due_at and each.updated_at < until
        ]
        told = [name for name, kept in self._notices.items() if kept.letter_id in set(old)]
        for letter_id in old[:limit]:
            del self._letters[letter_id]
        for name in told[:limit]:
            del self._notices[name]
        return len(old[:limit]) + len(told[:limit])

    def letters(self) -> Iterator[KeptLetter]:
        """Yield every letter as it stands."""
        return map(self._kept, self._letters.values())

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    def _waiting(self, recipient: str | None) -> list[_Kept]:
        wanted: Callable[[str], bool] = lambda name: recipient in {None, name}  # noqa: E731 - one line, used once
        return [
            kept
            for kept in self._notices.values()
            if kept.letter_id is None and wanted(kept.notice.recipient)
        ]

    def _write(self, recipient: str) -> None:
        waiting = self._waiting(recipient)
        first = min(kept.notice.notice_id for kept in waiting)
        letter_id = UUID(md5(f"letter:{first}".encode(), usedforsecurity=False).hexdigest())
        for kept in waiting:
            kept.letter_id = letter_id
        daily = self._contacts.known(recipient).daily
        self._next_at[recipient] = self._now + (timedelta(seconds=DAILY_SECONDS) if daily else self._quiet)
        self._letters[letter_id] = _Letter(letter_id, recipient, self._now, self._now)

    def _due(self, recipient: str | None) -> list[_Letter]:
        due = [
            letter
            for letter in self._letters.values()
            if letter.due_at and letter.due_at <= self._now and recipient in {None, letter.recipient}
        ]
        return sorted(due, key=lambda letter: letter.due_at or self._now)

    def _recognised(self, letter: _Letter, effect: Effect) -> bool:
        until = letter.repeatable_until
        return letter.mailer == effect.mailer and until is not None and until > self._now

    def _claimed(self, letter: _Letter, operator: str | None) -> ClaimedLetter:
        contact = self._contacts.known(letter.recipient)
        reached = operator if letter.recipient == OPERATOR else contact.email
        told = [kept.notice for kept in self._notices.values() if kept.letter_id == letter.letter_id]
        told.sort(key=lambda notice: (notice.happened_at, notice.notice_id))
        return ClaimedLetter(
            letter_id=letter.letter_id,
            fence=letter.fence,
            attempt=letter.attempt,
            recipient=letter.recipient,
            again=letter.mailer is not None,
            address=letter.address or (None if contact.unsubscribed_at else reached),
            language=contact.language,
            notices=tuple(
                Told(kind=each.kind.value, body=each.body, happened_at=each.happened_at) for each in told
            ),
        )

    def _kept(self, letter: _Letter) -> KeptLetter:
        return KeptLetter(
            letter_id=letter.letter_id,
            recipient=letter.recipient,
            state=letter.state,
            attempt=letter.attempt,
            address=letter.address,
            subject=letter.subject,
            error=letter.error,
            updated_at=letter.updated_at,
        )


def _wanted(notice: Notice, contact: Contact) -> bool:
    if notice.recipient == OPERATOR:
        return True
    kinds = {NoticeKind.COMPLETED: contact.completed, NoticeKind.FAILED: contact.failed}
    return bool(contact.email) and contact.unsubscribed_at is None and kinds.get(notice.kind, True)
