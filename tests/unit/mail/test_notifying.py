"""Which events are told, which never are, and what each comes to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.pictures.letters import LINKS, WRITER
from shared.clock import ManualClock
from shared.contracts import JobEvent
from shared.errors import (
    InvalidPayloadError,
    MailDeferredError,
    MailError,
    MailRefusedError,
    MailUncertainError,
)
from shared.mail.budget_watch import BudgetWatch
from shared.mail.contacts import Contact
from shared.mail.letters import LetterState
from shared.mail.memory import MemoryMailer
from shared.mail.memory_letters import MemoryContacts, MemoryLetterStore
from shared.mail.port import Effect
from shared.mail.posting import PostOffice, Route
from workers.notify_email.handler import notice_of, notify
from workers.notify_email.summaries import summary_of
from workers.notify_email.unsubscribing import unsubscribe

K = Effect(mailer="memory", repeatable_seconds=3_600)


def event(**changes: Any) -> dict[str, Any]:
    return {
        "eventType": "job.completed",
        "jobId": "job_1",
        "jobType": "video.analysis",
        "creatorId": "101",
        "status": "completed",
        "progress": 100,
        "message": "The job is completed.",
        "result": {"video": {"durationSeconds": 12.0}, "summary": "A walk."},
        "updatedAt": "2026-11-24T10:00:00.000Z",
        **changes,
    }


def failed(**changes: Any) -> dict[str, Any]:
    error = {"code": "TIMEOUT", "message": "late"}
    return event(eventType="job.failed", status="failed", result=None, error=error, **changes)


class Desk:
    """A post office in this process."""

    def __init__(self, effect: Effect | None = None) -> None:
        self.clock = ManualClock()
        self.contacts = MemoryContacts(self.clock, Contact(creator_id="101", email="lea@creators.example"))
        self.letters = MemoryLetterStore(self.clock, self.contacts)
        self.mailer = MemoryMailer(effect)
        self.office = PostOffice(store=self.letters, route=Route(mailer=self.mailer), composer=WRITER)

    async def tell(self, *events: dict[str, Any]) -> None:
        for each in events:
            await notify(json.dumps(each).encode(), office=self.office)

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.office.send_due()

    @property
    def subjects(self) -> list[str]:
        return [letter.subject for letter in self.mailer.sent]

    @property
    def states(self) -> list[LetterState]:
        return [letter.state for letter in self.letters.letters()]


@pytest.mark.parametrize(
    "untold",
    [
        event(jobType="chat.suggest"),
        failed(jobType="chat.suggest"),
        failed(jobType="video.transcript"),
        failed(jobType="video.compress"),
        failed(jobType="something.else"),
        event(eventType="job.enriched"),
        event(eventType="job.processing", status="processing", progress=40),
        event(
            eventType="job.failed", status="failed", result=None, error={"code": "CANCELLED", "message": "x"}
        ),
        event(creatorId=None),
        event(jobType=None),
    ],
)
def test_what_is_not_worth_a_mail(untold: dict[str, Any]) -> None:
    assert notice_of(JobEvent.model_validate(untold)) is None


@pytest.mark.parametrize(
    ("told", "urgent"),
    [
        (event(), True),
        (event(jobType="content.analyze"), False),
        (event(jobType="content.suggest"), False),
        (failed(), True),
        (failed(jobType="content.suggest"), True),
        (event(eventType="job.timeout", status="timeout", result=None), True),
    ],
)
def test_what_is_told_and_how_soon(told: dict[str, Any], urgent: bool) -> None:  # noqa: FBT001 - a case's value
    notice = notice_of(JobEvent.model_validate(told))
    assert notice is not None
    assert notice.urgent is urgent


def test_a_replay_that_ends_alike_is_told_under_the_same_id() -> None:
    first, again = (
        notice_of(JobEvent.model_validate(each))
        for each in (failed(), failed(updatedAt="2026-12-01", version=9))
    )
    assert first is not None
    assert again is not None
    assert first.notice_id == again.notice_id == "job_1:failed"


@pytest.mark.parametrize(
    "result",
    [
        {"video": "x", "scenes": {}, "hook": [], "advice": "words", "summary": 7},
        {"advice": [7, {"text": None}], "hook": {"strength": True}, "video": {"durationSeconds": "long"}},
        {},
    ],
)
def test_a_result_of_another_shape_is_told_without_it(result: dict[str, Any]) -> None:
    assert summary_of(JobEvent.model_validate(event(result=result))) == {}


def test_each_type_of_job_has_its_summary() -> None:
    def summary(job_type: str, result: dict[str, Any]) -> dict[str, Any]:
        return summary_of(JobEvent.model_validate(event(jobType=job_type, result=result)))

    video = {
        "summary": "A walk.",
        "video": {"durationSeconds": 9.5},
        "scenes": [{}, {}],
        "hook": {"strength": 7},
        "advice": [{"topic": "hook", "text": "Begin with the dog."}],
    }
    assert summary("video.analysis", video) == {
        "summary": "A walk.",
        "durationSeconds": 9.5,
        "scenes": 2,
        "hook": 7,
        "advice": "Begin with the dog.",
    }
    analysis = {"summary": "Fine.", "score": 82, "improvements": ["Ask."], "tags": ["dog"]}
    assert summary("content.analyze", analysis) == {"summary": "Fine.", "score": 82, "advice": "Ask."}
    assert summary("content.suggest", {"ideas": [{"title": "A"}, {"title": ""}]}) == {"ideas": ["A"]}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", json.dumps(event(status="odd")).encode()])
async def test_what_is_no_event_goes_to_the_dead_letters(body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        await notify(body, office=Desk().office)


async def test_a_flood_is_one_letter_and_then_another() -> None:
    desk = Desk()
    await desk.tell(event(), *(failed(jobId=f"job_{n}") for n in range(2, 30)), event())
    assert desk.subjects == ["Your video has been analysed"]
    await desk.later(14 * 60)
    assert len(desk.subjects) == 1
    await desk.later(60)
    assert desk.subjects[1:] == ["28 updates from Huntaze"]


async def test_results_of_seconds_wait_for_company() -> None:
    desk = Desk()
    await desk.tell(event(jobType="content.suggest"), event(jobId="job_2", jobType="content.analyze"))
    assert desk.subjects == []
    await desk.tell(failed(jobId="job_3"))
    assert desk.subjects == ["3 updates from Huntaze"]


@pytest.mark.parametrize(
    ("effect", "failures", "lost", "state", "sent"),
    [
        (None, [MailRefusedError()], [], LetterState.REFUSED, 0),
        (None, [MailDeferredError()], [], LetterState.SENT, 1),
        (None, [MailDeferredError()] * 27, [], LetterState.SENT, 1),
        (None, [MailDeferredError()] * 28, [], LetterState.GIVEN_UP, 0),
        (None, [], [MailUncertainError()], LetterState.UNCERTAIN, 1),
        (K, [], [MailUncertainError()], LetterState.SENT, 1),
        (K, [], [MailUncertainError(), MailUncertainError()], LetterState.SENT, 1),
        (K, [], [MailUncertainError()] * 20, LetterState.UNCERTAIN, 1),
    ],
)
async def test_each_failure_ends_as_its_class_demands(
    effect: Effect | None, failures: list[MailError], lost: list[MailError], state: LetterState, sent: int
) -> None:
    desk = Desk(effect)
    desk.mailer.failures, desk.mailer.lost_answers = failures, lost
    await desk.tell(event())
    for _ in range(40):
        await desk.later(3_600 if len(failures) > 2 else 900)
    assert desk.states == [state]
    assert len(desk.mailer.sent) == sent


async def test_a_service_that_asks_for_a_pause_gets_it() -> None:
    desk = Desk()
    desk.mailer.failures = [MailDeferredError(retry_after_seconds=1_000)]
    await desk.tell(event())
    await desk.later(999)
    assert desk.subjects == []
    await desk.later(1)
    assert len(desk.subjects) == 1


async def test_a_letter_that_can_not_be_written_keeps_nobody_waiting() -> None:
    class Broken:
        def compose(self, *_: object) -> Any:
            raise KeyError

    desk = Desk()
    desk.office = PostOffice(store=desk.letters, route=Route(mailer=desk.mailer), composer=Broken())
    await desk.tell(event())
    assert desk.states == [LetterState.REFUSED]


async def test_without_a_way_nothing_is_kept() -> None:
    desk = Desk()
    desk.office = PostOffice(store=desk.letters, route=None, composer=WRITER)
    await desk.tell(event())
    assert await desk.office.send_due() == 0
    assert desk.states == []


class Ledger:
    """Knows one figure."""

    def __init__(self) -> None:
        self.usd = 0.0

    async def month_usd_micros(self, month: str) -> int:
        assert month == "2026-01"
        return int(self.usd * 1_000_000)


async def test_the_operator_hears_of_each_mark_once() -> None:
    desk, ledger = Desk(), Ledger()
    desk.office = PostOffice(
        store=desk.letters, route=Route(mailer=desk.mailer, operator="me@huntaze.example"), composer=WRITER
    )
    watch = BudgetWatch(ledger=ledger, month_usd_micros=200_000_000, office=desk.office, clock=ManualClock())
    for ledger.usd in (0, 139, 141, 150, 185, 185, 200, 230):
        await watch.look()
        await desk.later(900)
    assert desk.subjects == [
        "70% of the month\u2019s AI budget is spent",
        "90% of the month\u2019s AI budget is spent",
        "The month\u2019s AI budget is used up",
    ]
    assert {letter.address for letter in desk.mailer.sent} == {"me@huntaze.example"}


async def test_looking_at_the_link_changes_nothing_and_a_post_ends_all_mail() -> None:
    desk = Desk()
    parameters = {"token": LINKS.token("101"), "lang": "fr"}

    async def ask(method: str, **changes: str) -> tuple[int, str]:
        page = await unsubscribe(
            method, {**parameters, **changes}, links=LINKS, contacts=desk.contacts, writer=WRITER
        )
        return page.status, page.html

    status, html = await ask("GET")
    assert (status, "Se désabonner" in html) == (200, True)
    assert desk.contacts.known("101").unsubscribed_at is None
    assert (await ask("POST", token="v1.MTAx.x"))[0] == 400
    assert desk.contacts.known("101").unsubscribed_at is None
    status, html = await ask("POST")
    assert (status, "C\u2019est fait" in html) == (200, True)
    await desk.tell(event())
    assert desk.states == []
