"""What every place of dead letters must do; Service Bus and the in-memory twin run the same tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from shared.clock import SystemClock
from shared.contracts import Topic
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.memory_letters import MemoryLetters
from shared.dead_letters.port import Letters
from shared.dead_letters.servicebus_letters import ServiceBusLetters
from shared.errors import BrokerUnavailableError

METRICS = Source(topic=Topic.EVENTS, subscription="metrics")
_PROPERTIES: dict[Any, Any] = {
    "replayTarget": "metrics",
    "jobId": "job_1",
    "count": 3,
    "share": 0.5,
    "urgent": True,
}


@dataclass(frozen=True)
class Subject:
    """A place of dead letters, and a way to let some come to lie there."""

    letters: Letters
    bury: Callable[[Sequence[str]], Awaitable[None]]

    async def lying(self) -> list[DeadLetter]:
        """Return all that lies there, page by page."""
        found: list[DeadLetter] = []
        while page := await self.letters.peek(
            METRICS, from_sequence=found[-1].sequence_number + 1 if found else 0, limit=2
        ):
            found += page
        return found


@pytest.fixture(params=["memory", "service bus"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    """Each of the two in turn, empty."""
    if request.param == "memory":
        memory = MemoryLetters()

        async def put(names: Sequence[str]) -> None:
            memory.put(METRICS, *(_letter(number, name) for number, name in enumerate(names, start=1)))

        yield Subject(memory, put)
        return
    connection = request.getfixturevalue("broker_connection")
    letters = ServiceBusLetters(lambda: ServiceBusClient.from_connection_string(connection), SystemClock())

    async def bury(names: Sequence[str]) -> None:
        await _bury(connection, names)

    subject = Subject(letters, bury)
    await _emptied(subject)
    yield subject
    await _emptied(subject)
    await letters.close()


async def _emptied(subject: Subject) -> None:
    lying = {letter.sequence_number: letter.message_id for letter in await subject.lying()}
    await subject.letters.clear(METRICS, lying, within_seconds=10)


def _letter(number: int, name: str) -> DeadLetter:
    return DeadLetter(
        sequence_number=number,
        message_id=name,
        body=f'"{name} é😘"'.encode(),
        properties=_PROPERTIES,
        dead_letter_reason="because",
        dead_letter_description="of that",
    )


async def _bury(connection: str, names: Sequence[str]) -> None:
    messages = [
        ServiceBusMessage(f'"{name} é😘"', message_id=name, application_properties=_PROPERTIES)
        for name in names
    ]
    async with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_topic_sender(METRICS.topic.value) as sender,
        client.get_subscription_receiver(METRICS.topic.value, METRICS.subscription) as receiver,
    ):
        await sender.send_messages(messages)
        left = set(names)
        while left:
            for message in await receiver.receive_messages(len(left), max_wait_time=10):
                if message.message_id in left:
                    left.remove(str(message.message_id))
                    await receiver.dead_letter_message(message, reason="because", error_description="of that")


async def test_a_letter_is_as_it_was_sent(subject: Subject) -> None:
    """Names and texts are texts, numbers numbers; what the broker added is apart."""
    await subject.bury(["a"])
    [letter] = await subject.lying()
    assert (letter.message_id, letter.body, dict(letter.properties)) == (
        "a",
        '"a é😘"'.encode(),
        _PROPERTIES,
    )
    assert (letter.dead_letter_reason, letter.dead_letter_description) == ("because", "of that")


async def test_letters_are_looked_at_in_their_order_and_stay(subject: Subject) -> None:
    await subject.bury(["a", "b", "c", "d", "e"])
    for _ in range(2):
        lying = await subject.lying()
        assert [letter.message_id for letter in lying] == ["a", "b", "c", "d", "e"]
    numbers = [letter.sequence_number for letter in lying]
    assert numbers == sorted(set(numbers))


async def test_what_is_wanted_is_taken_away_and_nothing_else(subject: Subject) -> None:
    """Also where another has the number, and where it is gone already."""
    await subject.bury(["a", "b", "c", "d"])
    by_name = {letter.message_id: letter.sequence_number for letter in await subject.lying()}
    wanted = {by_name["b"]: "b", by_name["d"]: "d"}
    cleared = await subject.letters.clear(METRICS, wanted, within_seconds=10)
    assert (set(cleared.gone), set(cleared.left)) == (set(wanted), set())
    assert [letter.message_id for letter in await subject.lying()] == ["a", "c"]
    again = await subject.letters.clear(METRICS, wanted, within_seconds=10)
    assert set(again.gone) == set(wanted)
    await subject.letters.clear(METRICS, {by_name["a"]: "another"}, within_seconds=2)
    assert [letter.message_id for letter in await subject.lying()] == ["a", "c"]


async def test_nothing_to_take_away_is_no_error(subject: Subject) -> None:
    cleared = await subject.letters.clear(METRICS, {}, within_seconds=1)
    assert (list(cleared.gone), list(cleared.left)) == ([], [])
    assert await subject.lying() == []


async def test_a_broker_that_is_away_says_so() -> None:
    nowhere = (
        "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=RootManageSharedAccessKey;"
        "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;"
    )
    letters = ServiceBusLetters(
        lambda: ServiceBusClient.from_connection_string(nowhere, retry_total=0), SystemClock()
    )
    with pytest.raises(BrokerUnavailableError):
        await letters.peek(METRICS, from_sequence=0, limit=1)
    with pytest.raises(BrokerUnavailableError):
        await letters.clear(METRICS, {1: "a"}, within_seconds=1)
    await letters.close()
