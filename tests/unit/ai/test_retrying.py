"""When the same deployment is asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from shared.ai.breaker import CircuitOpenError
from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.port import ModelReply, ModelRequest
from shared.ai.retrying import RetryingChatModel, asked_wait_seconds, fits, pause_seconds
from shared.ai.scripted import ScriptedChatModel
from shared.clock import ManualClock
from shared.errors import ContentFilteredError, JobError, JobTimeoutError, NetworkError, RateLimitError

Ask = Callable[..., ModelRequest]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (RateLimitError(retry_after_seconds=1), 1),
        (NetworkError(retry_after_seconds=1), 1),
        (RateLimitError(), None),
        (NetworkError(), None),
        (JobTimeoutError(retry_after_seconds=1), None),
        (DeploymentError(failure=ModelFailure.REFUSED, retry_after_seconds=1), None),
        (CircuitOpenError(failure=ModelFailure.RATE_LIMITED, retry_after_seconds=1), None),
        (ContentFilteredError(), None),
        (ValueError(), None),
    ],
)
def test_only_a_passing_failure_that_says_when_is_worth_a_wait(
    error: Exception, seconds: float | None
) -> None:
    assert asked_wait_seconds(error) == seconds


@pytest.mark.parametrize(
    ("wait", "remaining", "expected"),
    [(1, 90, True), (1.4, 90, False), (3_600, 90, False), (1, 7, False), (0.1, 1, True), (0.1, -1, False)],
)
def test_a_wait_must_leave_most_of_the_time(wait: float, remaining: float, *, expected: bool) -> None:
    assert fits(wait, remaining) is expected


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 1.02), (1.0, 1.52)])
def test_a_pause_is_never_shorter_than_asked_for(chance: float, seconds: float) -> None:
    assert pause_seconds(1, chance) == pytest.approx(seconds)


class _Pauses:
    """Sleeps by moving the clock."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self._clock.advance(seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def pauses(clock: ManualClock) -> _Pauses:
    return _Pauses(clock)


def _retrying(script: ScriptedChatModel, clock: ManualClock, pauses: _Pauses) -> RetryingChatModel:
    return RetryingChatModel(script, "DeepSeek-V3", clock, chance=lambda: 0.5, sleep=pauses)


async def test_it_waits_and_asks_again(ask: Ask, clock: ManualClock, pauses: _Pauses) -> None:
    script = ScriptedChatModel([RateLimitError(retry_after_seconds=1), "fine"], clock=clock)
    assert (await _retrying(script, clock, pauses).complete(ask(deadline=90.0))).text == "fine"
    assert pauses.taken == [pytest.approx(1.27)]


async def test_it_gives_up_after_one_retry(ask: Ask, clock: ManualClock, pauses: _Pauses) -> None:
    """With the failure itself, so that the next deployment can be asked."""
    script = ScriptedChatModel([RateLimitError(retry_after_seconds=0.1)] * 9, clock=clock)
    with pytest.raises(RateLimitError):
        await _retrying(script, clock, pauses).complete(ask(deadline=90.0))
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    "error",
    [
        RateLimitError(retry_after_seconds=3_600),
        RateLimitError(),
        NetworkError(),
        JobTimeoutError(),
        ContentFilteredError(),
        DeploymentError(failure=ModelFailure.GONE),
    ],
)
async def test_everything_else_goes_on_at_once(
    ask: Ask, clock: ManualClock, pauses: _Pauses, error: JobError
) -> None:
    script = ScriptedChatModel([error, "never asked"], clock=clock)
    with pytest.raises(type(error)):
        await _retrying(script, clock, pauses).complete(ask(deadline=90.0))
    assert (len(script.requests), pauses.taken) == (1, [])


class _Stuttering:
    """Writes something, and then is told to wait."""

    def __init__(self) -> None:
        self.calls = 0

    async def complete(self, request: ModelRequest) -> ModelReply:
        self.calls += 1
        assert request.on_text is not None
        request.on_text("Hel")
        raise RateLimitError(retry_after_seconds=0.1)


async def test_what_has_begun_to_be_read_is_not_asked_again(
    ask: Ask, clock: ManualClock, pauses: _Pauses
) -> None:
    model, heard = _Stuttering(), list[str]()
    with pytest.raises(RateLimitError):
        await RetryingChatModel(model, "x", clock, sleep=pauses).complete(
            ask(deadline=90.0, on_text=heard.append)
        )
    assert (model.calls, heard) == (1, ["Hel"])


async def test_a_cancelled_call_is_not_asked_again(ask: Ask) -> None:
    clock = ManualClock()
    script = ScriptedChatModel([RateLimitError(retry_after_seconds=1)] * 3, clock=clock)
    call = asyncio.create_task(RetryingChatModel(script, "x", clock).complete(ask(deadline=90.0)))
    await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert len(script.requests) == 1
