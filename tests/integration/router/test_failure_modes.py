"""The failures that routers in use today are known for, each of which ours must not have.

The numbers are those of the collection of such failures that the router was designed against. Those about
money and caches are tested beside the budget and the cache.
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from uuid import uuid4

import pytest
from typing_extensions import override

from infra.local.process import ROOT, free_port
from shared.ai.breaker import Breaker
from shared.ai.circuits import BreakerStore, CircuitState, MemoryBreakerStore
from shared.ai.failures import DeploymentError, ModelFailure, failure_of
from shared.ai.port import ChatModel, FinishReason, ModelReply, ModelRequest
from shared.ai.redis_circuits import RedisBreakerStore
from shared.ai.routing import RoutedChatModel
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.cache.redis_link import RedisLink
from shared.clock import Clock, ManualClock, SystemClock
from shared.errors import JobError, NetworkError, RateLimitError
from tests.integration.router.conftest import NAMES, Network
from tests.integration.router.faulty import deployment, question, router
from tests.virtual_time import LoopClock, run

GONE = DeploymentError(failure=ModelFailure.GONE)


class Always:
    """A deployment that always fails in the same way, and counts how often it is asked."""

    def __init__(self, error: JobError) -> None:
        self._error = error
        self.calls = 0

    async def complete(self, _: ModelRequest) -> ModelReply:
        """Fail."""
        self.calls += 1
        raise self._error


def _router(
    models: Sequence[ChatModel], clock: Clock, *, store: BreakerStore | None = None
) -> tuple[RoutedChatModel, Breaker]:
    """Compose the router over these models."""
    breaker = Breaker(store or MemoryBreakerStore(clock), clock)
    by_name = {str(number): model for number, model in enumerate(models)}
    deployments = [deployment(name) for name in by_name]
    return router(deployments, lambda one: by_name[one.name], clock, breaker=breaker), breaker


async def _failure(model: ChatModel, request: ModelRequest) -> JobError:
    with pytest.raises(JobError) as caught:
        await model.complete(request)
    return caught.value


@pytest.mark.parametrize(
    ("error", "most_calls", "most_seconds"),
    [
        (NetworkError(), 4, 2),
        (RateLimitError(retry_after_seconds=0.1), 8, 6),
        (RateLimitError(retry_after_seconds=3_600), 3, 0),
        (RateLimitError(), 4, 6),
    ],
    ids=["500", "429 for a moment", "429 for an hour", "429 that says nothing"],
)
def test_02_retries_do_not_multiply(error: JobError, most_calls: int, most_seconds: float) -> None:
    """Three failing deployments cost one call more than there are, and seconds, not minutes.

    Only one that asks for another call a moment later gets it, once.
    """
    models = [Always(error) for _ in range(3)]

    async def main() -> None:
        clock = LoopClock()
        await _failure(_router(models, clock)[0], question(clock))
        assert clock.monotonic() <= most_seconds

    run(main())
    assert sum(model.calls for model in models) <= most_calls


async def test_02_an_hours_retry_after_is_answered_at_once() -> None:
    """In less time than any of its waits would take."""
    clock, began = SystemClock(), time.monotonic()
    error = await _failure(
        _router([Always(RateLimitError(retry_after_seconds=3_600))], clock)[0], question(clock)
    )
    assert time.monotonic() - began < 3
    assert isinstance(error, RateLimitError)
    assert error.retry_after_seconds == 3_600


async def test_03_a_later_shorter_wait_does_not_replace_a_longer_one() -> None:
    """Two calls under way are told 60 s and 1 s, in either order."""
    clock = ManualClock()
    for waits in ((60, 1), (1, 60)):
        _, breaker = _router([], clock)
        admissions = [await breaker.admit("0", seconds=90) for _ in waits]
        for admission, wait in zip(admissions, waits, strict=True):
            await breaker.failed(admission, RateLimitError(retry_after_seconds=wait))
        assert breaker.health()["0"].opens_in_seconds == 60


def test_04_a_lone_deployment_is_left_alone_too() -> None:
    """Twenty-five failures in a row do not stay in rotation."""
    model = Always(NetworkError())

    async def main() -> None:
        clock = LoopClock()
        routed, breaker = _router([model], clock)
        for _ in range(3):  # two tries each
            await _failure(routed, question(clock))
        assert model.calls <= 6
        assert breaker.health()["0"].state is not CircuitState.CLOSED
        calls = model.calls
        for _ in range(25):
            await _failure(routed, question(clock, seconds=0.4))
        assert model.calls - calls <= 25  # at most a probe each: it would be no better to fail unasked

    run(main())


async def test_04_an_open_circuit_is_seen_by_the_very_next_call() -> None:
    """Not when some timer next reads it."""
    clock = SystemClock()
    first, second = Always(RateLimitError(retry_after_seconds=60)), ScriptedChatModel(['{"a": 1}'] * 50)
    routed, _ = _router([first, second], clock)
    for _ in range(50):
        await routed.complete(question(clock))
    assert first.calls == 1


def test_05_when_all_are_open_a_request_waits_for_the_soonest() -> None:
    """It does not fail at once, without a single call."""

    async def main() -> None:
        clock = LoopClock()
        first = ScriptedChatModel([RateLimitError(retry_after_seconds=3), '{"a": 1}'], clock=clock)
        routed, _ = _router([first, Always(RateLimitError(retry_after_seconds=60))], clock)
        assert (await routed.complete(question(clock))).text == '{"a": 1}'
        assert 3 <= clock.monotonic() < 3.5

    run(main())


async def test_05_a_retired_model_never_looks_like_rate_limiting() -> None:
    """Neither at the first request nor at those after it, which cost no call."""
    clock = SystemClock()
    models = [Always(GONE), Always(GONE)]
    routed, _ = _router(models, clock)
    for _ in range(20):
        error = await _failure(routed, question(clock))
        assert failure_of(error) is ModelFailure.GONE
        assert "retired" in error.message
    assert [model.calls for model in models] == [1, 1]


@pytest.fixture
async def unreachable() -> AsyncIterator[RedisBreakerStore]:
    """Circuits in a Redis that is not there."""
    link = RedisLink(f"redis://127.0.0.1:{free_port()}/0")
    yield RedisBreakerStore(link, SystemClock())
    await link.close()


async def test_15_without_redis_requests_are_not_held_up(
    unreachable: RedisBreakerStore, caplog: pytest.LogCaptureFixture
) -> None:
    """All together they wait less than a few would wait each, circuits still open, and one line is logged."""
    clock = SystemClock()
    first, second = Always(NetworkError()), ScriptedChatModel(['{"a": 1}'] * 400)
    routed, breaker = _router([first, second], clock, store=unreachable)
    began = time.monotonic()
    with caplog.at_level(logging.DEBUG, logger="shared"):
        for _ in range(400):
            await routed.complete(question(clock))
    assert time.monotonic() - began < 8
    assert first.calls == 5
    assert breaker.health()["0"].state is CircuitState.OPEN
    assert [record.name for record in caplog.records].count("shared.cache.redis_link") == 1


def test_16_an_open_circuit_is_quiet_and_cheap(caplog: pytest.LogCaptureFixture) -> None:
    """One line when it opens; no traceback, no work for each request that it refuses."""
    model = Always(RateLimitError(retry_after_seconds=3_600))

    async def main() -> float:
        clock = LoopClock()
        routed, _ = _router([model], clock)
        began = time.process_time()
        for _ in range(1_000):
            await _failure(routed, question(clock))
        return time.process_time() - began

    with caplog.at_level(logging.DEBUG, logger="shared"):
        seconds = run(main())
    assert model.calls == 1
    assert len(caplog.records) == 1
    assert not any(record.exc_info for record in caplog.records)
    assert seconds < 10


@pytest.fixture
async def workers(redis_url: str) -> AsyncIterator[Sequence[RedisBreakerStore]]:
    """The circuits as four workers see them."""
    key = f"test:{uuid4()}"
    links = [RedisLink(redis_url, timeout_seconds=2) for _ in range(4)]
    yield [RedisBreakerStore(link, SystemClock(), key=key, max_age_seconds=0.05) for link in links]
    for link in links:
        await link.close()


async def test_17_one_workers_limit_is_every_workers(workers: Sequence[RedisBreakerStore]) -> None:
    """Four workers meet one 429, not four."""
    clock = SystemClock()
    limited, other = Always(RateLimitError(retry_after_seconds=60)), ScriptedChatModel(['{"a": 1}'] * 40)
    for store in workers:
        routed, _ = _router([limited, other], clock, store=store)
        for _ in range(10):
            await routed.complete(question(clock))
    assert limited.calls == 1


@pytest.mark.parametrize("retry_after", [None, "0", "-1", "soon"])
async def test_18_a_429_that_does_not_say_how_long_is_given_some_time(
    network: Network, retry_after: str | None
) -> None:
    """Nobody is asked again at once, and nothing breaks on a header of 0 or -1."""
    from datetime import UTC, datetime

    from shared.ai.retry_after import retry_after_seconds

    headers = {} if retry_after is None else {"retry-after": retry_after}
    assert retry_after_seconds(headers, "", datetime.now(UTC)) is None
    await network.plan(deployment=NAMES[0], mix={"rate_limit": 1.0})
    clock = SystemClock()
    for _ in range(10):
        assert (await network.routed.complete(question(clock))).deployment == NAMES[1]
    assert (await network.calls())[NAMES[0]] == 1
    assert network.breaker.health()[NAMES[0]].cause is ModelFailure.RATE_LIMITED


@pytest.mark.parametrize("fault", ["stream_error", "cut_stream"])
async def test_19_a_stream_that_breaks_is_an_error_and_no_other_model_goes_on(
    network: Network, fault: str
) -> None:
    """What was read stays; a second voice must not go on in the middle of a sentence."""
    await network.plan(deployment=NAMES[0], calls=[fault])
    heard: list[str] = []
    error = await _failure(network.routed, question(SystemClock(), on_text=heard.append))
    assert heard
    assert failure_of(error) is not ModelFailure.UNKNOWN
    assert (await network.calls())[NAMES[1]] == 0


async def test_19_a_failure_before_the_first_word_falls_back(network: Network) -> None:
    """Nothing was read yet."""
    await network.plan(deployment=NAMES[0], calls=["server_error"])
    heard: list[str] = []
    reply = await network.routed.complete(question(SystemClock(), on_text=heard.append))
    assert reply.deployment == NAMES[1]
    assert json.loads("".join(heard))


_ALONE = """
import asyncio, sys
from shared.ai.breaker import Breaker
from shared.ai.circuits import MemoryBreakerStore
from shared.ai.stack import DeploymentModels
from shared.ai.routing import RoutedChatModel
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock
from shared.ai.scripted import ScriptedChatModel
from tests.integration.router.faulty import deployment, question, router

clock = SystemClock()
model = ScriptedChatModel(['{"a": 1}'])
reply = asyncio.run(router([deployment("x")], lambda _: model, clock).complete(question(clock)))
heavy = {"redis", "aiohttp", "azure", "litellm", "openai", "fastapi", "opentelemetry.sdk"} & set(sys.modules)
print(reply.text, *heavy)
"""


def test_20_the_path_of_an_answer_needs_nothing_optional() -> None:
    """A router over a scripted model answers in a process that has loaded no SDK and no Redis."""
    run = subprocess.run(  # noqa: S603 - this interpreter, this program
        [sys.executable, "-c", _ALONE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == '{"a": 1}'


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the loop had to complain about, such as sessions that nobody closed."""
    found: list[str] = []

    class Complaint(logging.Handler):
        @override
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    handler = Complaint()
    logging.getLogger("asyncio").addHandler(handler)
    yield found
    logging.getLogger("asyncio").removeHandler(handler)


async def test_21_calls_share_their_sessions_and_each_deployment_its_model(
    network: Network, complaints: list[str]
) -> None:
    """Nothing is made for a single call, so nothing is left open by one, cancelled or not."""
    clock = SystemClock()
    transports = dict(network.transports)
    calls = [
        asyncio.create_task(network.routed.complete(question(clock, text=str(number))))
        for number in range(30)
    ]
    await asyncio.sleep(0.05)
    for call in calls[::3]:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert transports == network.transports
    assert complaints == []


async def test_22_a_model_that_thinks_until_nothing_is_left_is_followed_by_another(network: Network) -> None:
    """No content, and `length`: that is no answer, though it is paid."""
    await network.plan(deployment=NAMES[0], calls=["only_thinking"])
    paid: list[object] = []
    reply = await network.routed.complete(question(SystemClock(), spent=paid.append))
    assert (reply.deployment, len(paid)) == (NAMES[1], 2)
    assert json.loads(reply.text)


async def test_22_if_all_do_the_caller_sees_that_it_was_cut_off() -> None:
    """With what it cost; a repair can ask for less."""
    clock = SystemClock()
    empty = ScriptedAnswer(text="", finish_reason=FinishReason.LENGTH, cost_usd_micros=100)
    models = [ScriptedChatModel([empty]), ScriptedChatModel([empty])]
    reply = await _router(models, clock)[0].complete(question(clock))
    assert (reply.finish_reason, reply.cost_usd_micros) == (FinishReason.LENGTH, 200)


async def test_a_probe_that_is_refused_is_no_call(network: Network) -> None:
    """While one probes, the others do not wait for what it finds: they ask the next deployment."""
    clock = SystemClock()
    await network.plan(deployment=NAMES[0], calls=[{"kind": "rate_limit", "retry_after_seconds": 0.1}])
    await network.routed.complete(question(clock))
    await asyncio.sleep(0.15)
    replies = await asyncio.gather(*(network.routed.complete(question(clock)) for _ in range(10)))
    assert {reply.deployment for reply in replies} <= set(NAMES[:2])
