"""What every table of letters and of contacts must do; PostgreSQL and the twins run the same tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg import sql

from shared.clock import ManualClock
from shared.mail.contacts import Contact, Contacts
from shared.mail.letters import ClaimedLetter, Ending, LetterState, LetterStore
from shared.mail.memory_letters import MemoryContacts, MemoryLetterStore
from shared.mail.notices import DAILY_SECONDS, OPERATOR, QUIET_SECONDS, Notice, NoticeKind
from shared.mail.port import Effect
from shared.mail.postgres_letters import PostgresContacts, PostgresLetterStore
from shared.persistence.postgres import PostgresJobStore
from tests.mail_time import pass_time

U = Effect(mailer="smtp")
K = Effect(mailer="azure", repeatable_seconds=3_600)
LEA = Contact(creator_id="101", email="lea@creators.example", language="fr")
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)

_EMPTY = """
TRUNCATE huntaze_workers.mail_notices, huntaze_workers.mail_boxes, huntaze_workers.letters,
    huntaze_workers.contacts
"""


@dataclass(frozen=True, kw_only=True)
class Office:
    letters: LetterStore
    contacts: Contacts
    #: Lets so many seconds pass.
    later: Callable[[float], Awaitable[None]]

    async def claim(self, effect: Effect = U, **changes: Any) -> list[ClaimedLetter]:
        asked = {"limit": 10, "lease_seconds": 60.0, "operator": None, "recipient": None, **changes}
        return list(await self.letters.claim(effect=effect, **asked))

    async def gathered(self, effect: Effect = U, **changes: Any) -> list[ClaimedLetter]:
        await self.letters.gather(limit=10)
        return await self.claim(effect, **changes)


@pytest.fixture(scope="module")
def one_database(postgres_url: str, migrated_template: str) -> str:
    """A database for all: to make one takes longer than any of these tests."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE letters TEMPLATE {}").format(sql.Identifier(migrated_template))
        )
    return f"{postgres_url.rpartition('/')[0]}/letters"


@pytest.fixture(params=["memory", "postgres"])
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    """Each of the two in turn, with one creator who has an address."""
    if request.param == "memory":
        clock = ManualClock(NOW)
        contacts = MemoryContacts(clock, LEA)

        async def advance(seconds: float) -> None:
            clock.advance(seconds)

        yield Office(letters=MemoryLetterStore(clock, contacts), contacts=contacts, later=advance)
        return
    url = request.getfixturevalue("one_database")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(_EMPTY)
    jobs = PostgresJobStore(url, pool_size=4, timeout_seconds=5, patience_seconds=5)
    await jobs.open()
    kept = PostgresContacts(jobs.database)
    await kept.keep([LEA])

    yield Office(letters=PostgresLetterStore(jobs.database), contacts=kept, later=partial(pass_time, url))
    await jobs.close()


def notice(name: str, **changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "notice_id": name,
        "recipient": "101",
        "kind": NoticeKind.COMPLETED,
        "body": {"jobId": name, "text": "çà\u2028 {}"},
        "happened_at": NOW,
    }
    return Notice(**{**fields, **changes})


async def test_an_urgent_notice_is_a_letter_at_once(office: Office) -> None:
    assert await office.letters.note(notice("a"), gather_seconds=0)
    (letter,) = await office.gathered()
    assert (letter.recipient, letter.address, letter.language) == ("101", "lea@creators.example", "fr")
    assert (letter.attempt, letter.again, letter.name) == (1, False, None)
    assert [(told.kind, told.body, told.happened_at) for told in letter.notices] == [
        ("job.completed", {"jobId": "a", "text": "çà\u2028 {}"}, NOW)
    ]
    assert await office.gathered() == []


async def test_a_notice_is_kept_once(office: Office) -> None:
    """Before it is told, while it is, and long after."""
    assert await office.letters.note(notice("a"), gather_seconds=0)
    assert not await office.letters.note(notice("a", body={"jobId": "other"}), gather_seconds=0)
    (letter,) = await office.gathered()
    await office.letters.record(letter, Ending(state=LetterState.SENT))
    await office.later(QUIET_SECONDS * 100)
    assert not await office.letters.note(notice("a"), gather_seconds=0)
    assert await office.gathered() == []


async def test_whatever_follows_a_letter_is_gathered_for_a_quarter_of_an_hour(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    (first,) = await office.gathered()
    await office.letters.record(first, Ending(state=LetterState.SENT))
    assert not await office.letters.note(notice("b"), gather_seconds=0)
    await office.later(QUIET_SECONDS / 2)
    assert not await office.letters.note(notice("c"), gather_seconds=0)
    assert await office.gathered(recipient="101") == []
    await office.later(QUIET_SECONDS / 2)
    (second,) = await office.gathered()
    assert second.letter_id != first.letter_id
    assert [told.body["jobId"] for told in second.notices] == ["b", "c"]


async def test_what_can_wait_waits_and_goes_with_what_can_not(office: Office) -> None:
    assert not await office.letters.note(notice("a"), gather_seconds=QUIET_SECONDS)
    assert await office.gathered() == []
    assert await office.letters.note(notice("b"), gather_seconds=0)
    (letter,) = await office.gathered()
    assert len(letter.notices) == 2


async def test_what_can_wait_waits_no_longer_than_that(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=QUIET_SECONDS)
    await office.later(QUIET_SECONDS)
    assert len(await office.gathered()) == 1


async def test_nobody_gets_what_nobody_wants(office: Office) -> None:
    await office.contacts.keep(
        [
            Contact(creator_id="102"),
            Contact(creator_id="103", email="c@d.example", completed=False),
            Contact(creator_id="104", email="c@d.example", failed=False),
            Contact(creator_id="105", email="c@d.example"),
        ]
    )
    await office.contacts.unsubscribe("105")
    for name in ("102", "103", "104", "105", "unknown"):
        for kind in (NoticeKind.COMPLETED, NoticeKind.FAILED, NoticeKind.ENDPOINT_DISABLED):
            told = notice(f"{name}:{kind}", recipient=name, kind=kind)
            await office.letters.note(told, gather_seconds=0)
    letters = {letter.recipient: {told.kind for told in letter.notices} for letter in await office.gathered()}
    assert letters == {
        "103": {"job.failed", "endpoint.disabled"},
        "104": {"job.completed", "endpoint.disabled"},
    }


async def test_who_unsubscribes_meanwhile_has_no_address_any_more(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    await office.letters.gather(limit=1)
    await office.contacts.unsubscribe("101")
    (letter,) = await office.claim()
    assert letter.address is None
    assert await office.letters.record(letter, Ending(state=LetterState.DROPPED))
    await office.later(QUIET_SECONDS)
    assert await office.gathered() == []


async def test_the_operator_needs_no_contact(office: Office) -> None:
    told = notice("budget", recipient=OPERATOR, kind=NoticeKind.BUDGET)
    assert await office.letters.note(told, gather_seconds=0)
    (letter,) = await office.gathered(operator="me@huntaze.example")
    assert (letter.recipient, letter.address) == (OPERATOR, "me@huntaze.example")


async def test_one_letter_a_day_for_who_wants_that(office: Office) -> None:
    await office.contacts.keep([Contact(creator_id="101", email="lea@creators.example", daily=True)])
    assert not await office.letters.note(notice("a"), gather_seconds=0)
    await office.later(QUIET_SECONDS * 4)
    assert not await office.letters.note(notice("b"), gather_seconds=0)
    assert await office.gathered() == []
    await office.later(DAILY_SECONDS)
    (letter,) = await office.gathered()
    assert len(letter.notices) == 2
    await office.letters.record(letter, Ending(state=LetterState.SENT))
    await office.later(QUIET_SECONDS * 4)
    await office.letters.note(notice("c"), gather_seconds=0)
    assert await office.gathered() == []


async def test_who_dies_before_beginning_leaves_a_letter_to_others(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    (dead,) = await office.gathered()
    assert await office.claim() == []
    await office.later(60)
    (letter,) = await office.claim()
    assert (letter.attempt, letter.again) == (2, False)
    assert not await office.letters.intend(dead, effect=U, subject="late")
    assert not await office.letters.record(dead, Ending(state=LetterState.SENT))
    assert await office.letters.intend(letter, effect=U, subject="mine")


async def test_who_dies_on_a_way_that_recognises_nothing_leaves_it_uncertain(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    (dead,) = await office.gathered()
    assert await office.letters.intend(dead, effect=U, subject="Hello")
    await office.later(60)
    assert await office.claim() == []
    (found,) = await office.letters.uncertain(limit=10)
    assert (found.letter_id, found.address, found.subject) == (
        dead.letter_id,
        "lea@creators.example",
        "Hello",
    )
    assert found.error
    for effect in (U, K):
        await office.later(QUIET_SECONDS * 100)
        assert await office.claim(effect) == []


async def test_whoever_was_slow_may_still_tell_what_became_of_it(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    (slow,) = await office.gathered()
    await office.letters.intend(slow, effect=U, subject="Hello")
    await office.later(60)
    await office.claim()
    assert await office.letters.record(slow, Ending(state=LetterState.SENT, reference="1"))
    assert await office.letters.uncertain(limit=10) == []


async def test_who_dies_on_a_way_that_recognises_it_is_followed(office: Office) -> None:
    """On that way, within its window, to the same address."""
    await office.letters.note(notice("a"), gather_seconds=0)
    (dead,) = await office.gathered(K)
    await office.letters.intend(dead, effect=K, subject="Hello")
    await office.contacts.keep([Contact(creator_id="101", email="elsewhere@creators.example")])
    await office.later(60)
    (letter,) = await office.claim(K)
    assert (letter.attempt, letter.again, letter.address) == (2, True, "lea@creators.example")
    await office.later(60)
    assert await office.claim(U) == []  # who else could know?
    assert len(await office.letters.uncertain(limit=10)) == 1


async def test_after_the_window_it_is_uncertain(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    (dead,) = await office.gathered(K)
    await office.letters.intend(dead, effect=K, subject="Hello")
    await office.later(3_000)
    (again,) = await office.claim(K)
    await office.letters.intend(again, effect=K, subject="Hello")
    await office.later(3_000)
    assert await office.claim(K) == []
    assert len(await office.letters.uncertain(limit=10)) == 1


async def test_a_letter_that_was_certainly_not_sent_goes_on_any_way(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    (first,) = await office.gathered(K)
    await office.letters.intend(first, effect=K, subject="Hello")
    waiting = Ending(state=LetterState.WAITING, due_in_seconds=30, unsent=True, error="later")
    assert await office.letters.record(first, waiting)
    assert await office.claim(U) == []
    await office.later(30)
    (second,) = await office.claim(U)
    assert (second.attempt, second.again) == (2, False)


async def test_a_letter_whose_answer_was_lost_waits_for_its_own_way(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    (first,) = await office.gathered(K)
    await office.letters.intend(first, effect=K, subject="Hello")
    await office.letters.record(first, Ending(state=LetterState.WAITING, due_in_seconds=30))
    await office.later(30)
    (second,) = await office.claim(K)
    assert second.again


async def test_old_letters_are_forgotten_and_waiting_ones_are_not(office: Office) -> None:
    await office.letters.note(notice("a"), gather_seconds=0)
    (letter,) = await office.gathered()
    await office.letters.record(letter, Ending(state=LetterState.SENT))
    await office.letters.note(notice("b"), gather_seconds=0)
    await office.later(91 * 86_400)
    assert await office.letters.forget(after_days=90, limit=10) == 2
    (waiting,) = await office.gathered()
    assert [told.body["jobId"] for told in waiting.notices] == ["b"]


async def test_a_contact_is_found_as_it_was_kept(office: Office) -> None:
    other = Contact(creator_id="102", email="b@c.example", language="en", failed=False, daily=True)
    await office.contacts.keep([other, other])
    assert await office.contacts.find(["101", "102", "103"]) == {"101": LEA, "102": other}


async def test_who_unsubscribed_stays_so_until_subscribing_again(office: Office) -> None:
    await office.contacts.unsubscribe("101")
    since = (await office.contacts.find(["101"]))["101"].unsubscribed_at
    assert since is not None
    await office.contacts.unsubscribe("101")
    for earlier in (None, since - timedelta(days=1)):
        await office.contacts.keep([Contact(creator_id="101", email="new@c.example", subscribed_at=earlier)])
        found = (await office.contacts.find(["101"]))["101"]
        assert (found.email, found.unsubscribed_at) == ("new@c.example", since)
    await office.contacts.keep(
        [Contact(creator_id="101", email="new@c.example", subscribed_at=since + timedelta(seconds=1))]
    )
    assert (await office.contacts.find(["101"]))["101"].unsubscribed_at is None


async def test_whoever_was_never_heard_of_may_unsubscribe(office: Office) -> None:
    await office.contacts.unsubscribe("999")
    assert (await office.contacts.find(["999"]))["999"].unsubscribed_at is not None
