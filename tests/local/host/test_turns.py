"""Grouping what one turn of the event loop sends."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from infra.local.host.turns import Writes, runs


class Stream:
    """A stream that remembers each call."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self.calls.append(data)


class Transport:
    """As much of the SDK's transport as is touched."""

    def __init__(self) -> None:
        self.writer: Stream | None = Stream()


def test_runs_of_consecutive_numbers() -> None:
    """In any order, each number once."""
    assert list(runs([8, 1, 3, 2, 7, 12])) == [(1, 3), (7, 8), (12, 12)]
    assert list(runs([])) == []


@given(st.sets(st.integers(min_value=0, max_value=60)))
def test_runs_hold_exactly_the_numbers(numbers: set[int]) -> None:
    """A settled range never includes a delivery that is still running."""
    found = [number for first, last in runs(numbers) for number in range(first, last + 1)]
    assert found == sorted(numbers)


async def test_frames_of_one_turn_are_written_together() -> None:
    """In order, once, and without waiting."""
    transport = Transport()
    stream = transport.writer
    writes = Writes(transport)
    await writes.write(b"a")
    await writes.write(b"b")
    assert stream
    assert stream.calls == []
    await asyncio.sleep(0)
    await writes.write(b"c")
    writes.flush()
    await asyncio.sleep(0)
    assert stream.calls == [b"ab", b"c"]


async def test_a_closed_transport_takes_nothing() -> None:
    """The reader finds out; a writer has nobody to tell."""
    transport = Transport()
    transport.writer = None
    writes = Writes(transport)
    await writes.write(b"a")
    writes.flush()
