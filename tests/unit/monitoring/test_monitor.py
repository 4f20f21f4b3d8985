"""One look: everything that is wrong is logged each time, and told when it changes."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence

import pytest

from infra.local.pictures.letters import WRITER
from shared.clock import ManualClock
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.port import Cleared
from shared.errors import BrokerUnavailableError, StoreUnavailableError
from shared.mail.memory import MemoryMailer
from shared.mail.memory_letters import MemoryContacts, MemoryLetterStore
from shared.mail.posting import PostOffice, Route
from shared.monitoring.memory import MemoryAlerts, MemoryGauges
from shared.monitoring.monitor import Monitor
from shared.monitoring.readings import Figures, Waiting

STUCK = Figures(stuck={"chat.suggest": Waiting(count=3, oldest_seconds=5_000)})


class Heaps:
    """Dead letters, so many of them by subscription: a `Letters`."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.away = False

    async def peek(self, source: Source, *, from_sequence: int, limit: int) -> Sequence[DeadLetter]:
        if self.away:
            raise BrokerUnavailableError
        numbers = range(max(1, from_sequence), self.counts.get(source.subscription, 0) + 1)
        return [
            DeadLetter(sequence_number=number, message_id=str(number), body=b"", properties={})
            for number in numbers[:limit]
        ]

    async def clear(
        self, source: Source, wanted: Mapping[int, str | None], *, within_seconds: float
    ) -> Cleared:
        raise AssertionError((source, wanted, within_seconds))


class World:
    """A monitor, and what it looks at."""

    def __init__(self) -> None:
        self.clock, self.gauges, self.heaps = ManualClock(), MemoryGauges(), Heaps()
        self.alerts = MemoryAlerts(self.clock)
        self.mailer = MemoryMailer()
        self.office = PostOffice(
            store=MemoryLetterStore(self.clock, MemoryContacts(self.clock)),
            route=Route(mailer=self.mailer, operator="operator@huntaze.example"),
            composer=WRITER,
        )
        self.monitor = Monitor(
            gauges=self.gauges,
            letters=self.heaps,
            alerts=self.alerts,
            office=self.office,
            clock=self.clock,
        )

    async def standing(self) -> set[tuple[str, str]]:
        return {each.key for each in await self.alerts.lately(days=7) if each.cleared_at is None}


async def test_it_is_logged_each_round_and_raised_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.gauges.figures, world.heaps.counts = STUCK, {"chat-suggestions": 1_500}
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            await world.monitor.look()
    lines = [record.getMessage() for record in caplog.records if record.getMessage().startswith("ALERT ")]
    told = [json.loads(line.removeprefix("ALERT ")) for line in lines]
    assert [each["event"] for each in told] == ["dead_letters_high", "job_stuck"] * 3
    assert told[0]["count"] == 1_000  # counted no further
    assert [record.__dict__.get("action") for record in caplog.records].count("alert_raised") == 2


async def test_what_swings_around_its_threshold_is_one_alert() -> None:
    world = World()
    for count in (11, 9, 12, 8, 11):
        world.heaps.counts = {"chat-suggestions": count}
        await world.monitor.look()
    [alert] = await world.alerts.lately(days=7)
    assert (alert.episode, alert.cleared_at) == (1, None)
    world.heaps.counts = {"chat-suggestions": 5}
    await world.monitor.look()
    assert await world.standing() == set()
    world.heaps.counts = {"chat-suggestions": 11}
    await world.monitor.look()
    [alert] = await world.alerts.lately(days=7)
    assert alert.episode == 2


async def test_what_can_not_be_read_leaves_alerts_as_they_stood() -> None:
    world = World()
    world.gauges.figures, world.heaps.counts = STUCK, {"chat-suggestions": 11}
    await world.monitor.look()
    before = await world.standing()

    class Away:
        async def read(self) -> Figures:
            raise StoreUnavailableError

    blind = Monitor(gauges=Away(), letters=world.heaps, alerts=world.alerts, office=None, clock=world.clock)
    world.heaps.away = True
    assert await blind.look() == []
    assert await world.standing() == before
    world.heaps.away, world.heaps.counts = False, {}
    await blind.look()
    assert await world.standing() == {("job_stuck", "chat.suggest")}


async def test_the_operator_gets_one_letter_for_each_time(caplog: pytest.LogCaptureFixture) -> None:
    """However many look, and however often; that it is well again comes with the next letter."""
    world = World()
    world.gauges.figures = STUCK
    for _ in range(5):
        await world.monitor.look()
    assert [letter.subject for letter in world.mailer.sent] == ["Jobs of type chat.suggest are stuck"]
    assert "PostgreSQL" in world.mailer.sent[0].text
    world.gauges.figures = Figures()
    for _ in range(3):
        await world.monitor.look()
    world.clock.advance(1_000)
    await world.office.send_due()
    assert [letter.subject for letter in world.mailer.sent][1:] == ["Jobs of type chat.suggest move again"]
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_round_that_died_before_it_told_leaves_it_to_the_next() -> None:
    world = World()
    world.gauges.figures = STUCK
    silent = Monitor(
        gauges=world.gauges, letters=world.heaps, alerts=world.alerts, office=None, clock=world.clock
    )
    await silent.look()
    await world.monitor.look()
    assert len(world.mailer.sent) == 1
