"""When a circuit opens, for how long, and who is let through."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from shared.ai.breaker import (
    Breaker,
    BreakerPolicy,
    BreakingChatModel,
    CircuitOpenError,
    cooldown_seconds,
    opening_seconds,
)
from shared.ai.circuits import Circuit, CircuitState, MemoryBreakerStore
from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.port import ModelReply, ModelRequest
from shared.ai.scripted import ScriptedChatModel
from shared.clock import ManualClock
from shared.errors import (
    ContentFilteredError,
    JobError,
    JobTimeoutError,
    NetworkError,
    RateLimitError,
)

Ask = Callable[..., ModelRequest]

NAME = "DeepSeek-V3"
POLICY = BreakerPolicy()
GONE = DeploymentError(failure=ModelFailure.GONE)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    """A breaker without luck: every wait is as long as it can be."""
    return Breaker(MemoryBreakerStore(clock), clock, chance=lambda: 1.0)


@pytest.fixture
def guarded(clock: ManualClock, breaker: Breaker) -> Callable[..., BreakingChatModel]:
    def _guarded(*script: str | JobError) -> BreakingChatModel:
        return BreakingChatModel(ScriptedChatModel(script, clock=clock), NAME, breaker, clock)

    return _guarded


Guarded = Callable[..., BreakingChatModel]


@pytest.mark.parametrize(
    ("openings", "chance", "seconds"),
    [(0, 1.0, 5.0), (0, 0.0, 2.5), (1, 1.0, 10.0), (3, 0.5, 30.0), (10, 1.0, 300.0), (10_000, 0.0, 150.0)],
)
def test_cooldowns_double_up_to_a_limit_and_are_jittered(
    openings: int, chance: float, seconds: float
) -> None:
    assert cooldown_seconds(openings, chance, base=5, most=300) == seconds


CLOSED, FAILING = Circuit(), Circuit(failures=5)
OPENED = Circuit(failures=5, openings=1, cause=ModelFailure.UNAVAILABLE)
LIMITED = Circuit(openings=1, cause=ModelFailure.RATE_LIMITED)


@pytest.mark.parametrize(
    ("error", "circuit", "seconds"),
    [
        (NetworkError(), Circuit(failures=4), None),
        (NetworkError(), FAILING, 5),
        (JobTimeoutError(), FAILING, 5),
        (DeploymentError(failure=ModelFailure.UNAUTHORIZED), FAILING, 5),
        (NetworkError(), OPENED, 10),
        (NetworkError(retry_after_seconds=70), CLOSED, 70),
        (RateLimitError(retry_after_seconds=70), CLOSED, 70),
        (RateLimitError(), CLOSED, 2),
        (RateLimitError(), OPENED, 2),
        (RateLimitError(), LIMITED, 4),
        (NetworkError(), LIMITED, None),
        (GONE, CLOSED, 3_600),
        (DeploymentError(failure=ModelFailure.REFUSED), FAILING, None),
        (DeploymentError(failure=ModelFailure.UNUSABLE), FAILING, None),
        (DeploymentError(failure=ModelFailure.TRUNCATED), FAILING, None),
        (ContentFilteredError(), FAILING, None),
    ],
)
def test_what_opens_a_circuit(error: JobError, circuit: Circuit, seconds: float | None) -> None:
    assert opening_seconds(error, circuit, 1.0, POLICY, is_open=False) == seconds


def test_an_open_circuit_is_prolonged_by_the_services_word_only() -> None:
    """Calls that were under way when it opened say nothing new by failing."""
    assert opening_seconds(NetworkError(), OPENED, 1.0, POLICY, is_open=True) is None
    assert opening_seconds(RateLimitError(), OPENED, 1.0, POLICY, is_open=True) is None
    asked = RateLimitError(retry_after_seconds=9)
    assert opening_seconds(asked, OPENED, 1.0, POLICY, is_open=True) == 9


async def _fails(model: BreakingChatModel, request: ModelRequest, kind: type[JobError]) -> JobError:
    with pytest.raises(kind) as caught:
        await model.complete(request)
    return caught.value


async def test_five_failures_open_it_and_one_success_closes_it(
    ask: Ask, guarded: Guarded, breaker: Breaker, clock: ManualClock
) -> None:
    """While it is open nobody is asked."""
    model = guarded(*[NetworkError()] * 5, "well again")
    for _ in range(5):
        await _fails(model, ask(), NetworkError)
    refusal = await _fails(model, ask(), CircuitOpenError)
    assert isinstance(refusal, CircuitOpenError)
    assert (refusal.failure, refusal.retry_after_seconds) == (ModelFailure.UNAVAILABLE, 5)
    assert breaker.health()[NAME].opens_in_seconds == 5
    clock.advance(5)
    assert breaker.health()[NAME].state is CircuitState.HALF_OPEN
    assert (await model.complete(ask())).text == "well again"
    assert breaker.health() == {}


async def test_a_success_between_failures_forgets_them(ask: Ask, guarded: Guarded, breaker: Breaker) -> None:
    model = guarded(*[NetworkError()] * 4, "fine", *[NetworkError()] * 4)
    for _ in range(4):
        await _fails(model, ask(), NetworkError)
    await model.complete(ask())
    for _ in range(4):
        await _fails(model, ask(), NetworkError)
    assert breaker.health()[NAME].state is CircuitState.CLOSED


async def test_a_failed_probe_opens_it_for_longer(
    ask: Ask, guarded: Guarded, breaker: Breaker, clock: ManualClock
) -> None:
    model = guarded(*[NetworkError()] * 6)
    for _ in range(5):
        await _fails(model, ask(), NetworkError)
    clock.advance(5)
    await _fails(model, ask(), NetworkError)
    assert breaker.health()[NAME].opens_in_seconds == 10


@pytest.mark.parametrize(
    "harmless",
    [
        DeploymentError(failure=ModelFailure.REFUSED),
        DeploymentError(failure=ModelFailure.UNUSABLE),
        ContentFilteredError(),
        DeploymentError(failure=ModelFailure.UNKNOWN),
    ],
)
async def test_what_is_the_requests_own_fault_never_counts(
    ask: Ask, guarded: Guarded, breaker: Breaker, harmless: JobError
) -> None:
    model = guarded(*[harmless] * 100)
    for _ in range(100):
        await _fails(model, ask(), type(harmless))
    assert breaker.health() == {}


async def test_a_timeout_counts_only_if_the_call_had_enough_time(
    ask: Ask, guarded: Guarded, breaker: Breaker
) -> None:
    """Half a second is not enough for any model."""
    model = guarded(*[JobTimeoutError()] * 20)
    for _ in range(10):
        await _fails(model, ask(deadline=0.5), JobTimeoutError)
    assert breaker.health() == {}
    for _ in range(5):
        await _fails(model, ask(deadline=30.0), JobTimeoutError)
    assert breaker.health()[NAME].state is CircuitState.OPEN


class _Hanging:
    """A deployment that does not answer."""

    async def complete(self, _: ModelRequest) -> ModelReply:
        await asyncio.Event().wait()
        raise AssertionError


async def test_cancelled_calls_never_count(ask: Ask, breaker: Breaker, clock: ManualClock) -> None:
    """And a probe that is cancelled lets another one probe."""
    hanging = BreakingChatModel(_Hanging(), NAME, breaker, clock)

    async def cancel_one() -> None:
        call = asyncio.create_task(hanging.complete(ask()))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    for _ in range(10):
        await cancel_one()
    assert breaker.health() == {}
    model = BreakingChatModel(
        ScriptedChatModel([RateLimitError(retry_after_seconds=9), "fine"], clock=clock), NAME, breaker, clock
    )
    await _fails(model, ask(), RateLimitError)
    clock.advance(9)
    await cancel_one()
    assert (await model.complete(ask())).text == "fine"


async def test_only_one_call_probes(ask: Ask, guarded: Guarded, breaker: Breaker, clock: ManualClock) -> None:
    """The others are refused until it reports."""
    await _fails(guarded(RateLimitError(retry_after_seconds=9)), ask(), RateLimitError)
    clock.advance(9)
    probe = asyncio.create_task(BreakingChatModel(_Hanging(), NAME, breaker, clock).complete(ask()))
    await asyncio.sleep(0)
    refusal = await _fails(guarded("never asked"), ask(), CircuitOpenError)
    assert isinstance(refusal, CircuitOpenError)
    assert (refusal.failure, refusal.retry_after_seconds) == (ModelFailure.RATE_LIMITED, None)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe


async def test_a_missing_deployment_is_an_alert_once(
    ask: Ask,
    guarded: Guarded,
    breaker: Breaker,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is asked no more, under its own name, until an operator says so."""
    model = guarded(GONE, GONE, "deployed")
    with caplog.at_level(logging.DEBUG, logger="shared"):
        await _fails(model, ask(deadline=9_000.0), DeploymentError)
        for _ in range(100):
            refusal = await _fails(model, ask(), CircuitOpenError)
            assert isinstance(refusal, CircuitOpenError)
            assert refusal.failure is ModelFailure.GONE
            clock.advance(1)
        clock.advance(3_600)
        await _fails(model, ask(deadline=9_000.0), DeploymentError)  # the hour's look
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert not caplog.records[0].exc_info
    assert breaker.health()[NAME].state is CircuitState.DISABLED
    assert not await breaker.hasten(NAME)
    await breaker.reset(NAME)
    assert (await model.complete(ask(deadline=9_000.0))).text == "deployed"


@pytest.mark.parametrize(
    ("error", "times", "level"),
    [
        (GONE, 1, "ERROR"),
        (DeploymentError(failure=ModelFailure.UNAUTHORIZED), 5, "ERROR"),
        (NetworkError(), 5, "WARNING"),
        (RateLimitError(retry_after_seconds=1), 1, "INFO"),
    ],
)
async def test_an_opening_is_announced_once_as_what_it_is(
    ask: Ask, guarded: Guarded, caplog: pytest.LogCaptureFixture, error: JobError, times: int, level: str
) -> None:
    """By name, and without anything of a request."""
    model = guarded(*[error] * times)
    with caplog.at_level(logging.DEBUG, logger="shared"):
        for number in range(times + 10):
            await _fails(model, ask(), type(error) if number < times else CircuitOpenError)
    assert [record.levelname for record in caplog.records] == [level]
    assert caplog.records[0].__dict__["deployment"] == NAME
    assert "Hello" not in str(caplog.records[0].__dict__)


async def test_an_outage_can_be_probed_early_and_a_limit_cannot(
    ask: Ask, guarded: Guarded, breaker: Breaker
) -> None:
    """Our waits are guesses; the service's are not."""
    model = guarded(*[NetworkError()] * 5, RateLimitError(retry_after_seconds=60))
    for _ in range(5):
        await _fails(model, ask(), NetworkError)
    assert await breaker.hasten(NAME)
    assert breaker.health()[NAME].state is CircuitState.HALF_OPEN
    await _fails(model, ask(), RateLimitError)
    assert not await breaker.hasten(NAME)
    assert breaker.health()[NAME].opens_in_seconds == 60
