"""Thousands of calls, many of which go wrong: what is promised of them together."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from shared.ai.allowance import RESERVE
from shared.ai.answers import UnusableAnswerError
from shared.ai.port import ChatModel, ModelRequest
from shared.ai.repairing import answered
from shared.clock import SystemClock
from shared.errors import JobError, ModelError
from tests.integration.router.conftest import NAMES, Network
from tests.integration.router.faulty import (
    DEADLINE_SECONDS,
    MIX,
    Faulty,
    Honoured,
    deployment,
    question,
    router,
)
from tests.virtual_time import LoopClock, run

CALLS = 5_000
#: Over a network, where time is not ours to make: 5,000 by `make faults`.
NETWORK_CALLS = int(os.environ.get("FAULT_MIX_CALLS", "160"))
NETWORK_PER_SECOND = 25.0
#: Four times the mean of 50 creators' 10,000 calls a day.
REQUESTS_PER_SECOND = 0.5
#: How a request may end under these faults: nothing is a bug of ours, nothing is called what it is not. An
#: answer that is cut short wherever it is asked for is the model's error, and has a bound of its own.
_RIGHT = frozenset(
    {"answered", "CONTENT_FILTERED", "RATE_LIMIT", "TIMEOUT", "NETWORK_ERROR", ModelError.code}
)


@dataclass
class Outcome:
    """What became of all requests."""

    ends: Counter[str] = field(default_factory=Counter)
    longest_seconds: float = 0.0
    upstream: int = 0
    too_early: int = 0


async def _live_through(mixes: Mapping[str, Mapping[str, float]], *, seed: int) -> Outcome:
    """Send the requests at random moments; each deployment has its own mix of faults."""
    clock, outcome = LoopClock(), Outcome()
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    models = {
        name: Honoured(
            Faulty(name=name, clock=clock, chance=chance, mix=mix, retry_after_seconds=(1, 2, 5)), clock
        )
        for name, mix in mixes.items()
    }
    routed = router([deployment(name) for name in mixes], lambda one: models[one.name], clock)

    async def ask() -> None:
        await asyncio.sleep(chance.uniform(0, CALLS / REQUESTS_PER_SECOND))
        began = clock.monotonic()
        outcome.ends[await _end(routed, question(clock))] += 1
        outcome.longest_seconds = max(outcome.longest_seconds, clock.monotonic() - began)

    await asyncio.gather(*(ask() for _ in range(CALLS)))
    outcome.upstream = sum(model.calls for model in models.values())
    outcome.too_early = sum(model.too_early for model in models.values())
    return outcome


async def _end(routed: ChatModel, request: ModelRequest) -> str:
    """Ask as every worker does, who has a bad answer repaired once."""

    def read(text: str) -> str:
        if request.accepts is not None and not request.accepts(text):
            raise UnusableAnswerError("It has another form.")
        return text

    try:
        await answered(routed, request, read, job_id="job_1")
    except JobError as error:
        return error.code
    return "answered"


def _check(outcome: Outcome, *, answered: float, most_calls: float) -> None:
    """Hold what became of the requests against what is promised; a filter's verdict counts as an answer."""
    right = outcome.ends["answered"] + outcome.ends["CONTENT_FILTERED"]
    assert right >= answered * CALLS, outcome
    assert outcome.ends["CONTENT_FILTERED"] <= 0.04 * CALLS, outcome
    assert outcome.ends[ModelError.code] <= 0.002 * CALLS, outcome
    assert set(outcome.ends) <= _RIGHT, outcome
    assert outcome.upstream <= most_calls * CALLS, outcome
    assert outcome.too_early == 0, outcome
    assert outcome.longest_seconds <= DEADLINE_SECONDS + 1, outcome


@pytest.mark.parametrize("seed", [1, 2])
def test_a_first_choice_in_trouble_is_hardly_noticed(seed: int) -> None:
    """Its faults are the whole mix; the fallbacks have a tenth of it."""
    little = {fate: probability / 10 for fate, probability in MIX.items()}
    mixes = dict(zip(NAMES, (MIX, little, little), strict=True))
    _check(run(_live_through(mixes, seed=seed)), answered=0.999, most_calls=1.5)


def test_trouble_everywhere_is_told_as_what_it_is() -> None:
    """Two of five calls fail, and each 429 closes its deployment to all for seconds.

    Nobody can answer everything with fewer than 1 / (1 - 0.4) = 1.67 calls; ours stops at 1.5. What is not
    answered ends as one of the errors after which the engine comes back.
    """
    outcome = run(_live_through(dict.fromkeys(NAMES, MIX), seed=3))
    _check(outcome, answered=0.86, most_calls=1.5)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Whom the faults meet, and how many requests must be answered all the same."""

    #: Each deployment's share of the mix, in order.
    shares: tuple[float, float, float]
    answered: float


@pytest.mark.timeout(60 + NETWORK_CALLS / NETWORK_PER_SECOND)
@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Trouble(shares=(1.0, 0.1, 0.1), answered=0.995), id="first choice"),
        pytest.param(Trouble(shares=(1.0, 1.0, 1.0), answered=0.86), id="everywhere"),
    ],
)
async def test_the_same_over_a_network(network: Network, trouble: Trouble) -> None:
    """HTTP to the simulator, circuits in Redis, and all times a twentieth: `make faults` asks 5,000 times."""
    clock, outcome = SystemClock(), Outcome()
    seconds = DEADLINE_SECONDS / 20
    for name, share in zip(NAMES, trouble.shares, strict=True):
        mix = {fate: probability * share for fate, probability in MIX.items()}
        await network.plan(deployment=name, mix=mix, retry_after_seconds=0.1, seed=7)

    async def ask(number: int) -> None:
        await asyncio.sleep(number / NETWORK_PER_SECOND)
        began = clock.monotonic()
        request = question(clock, seconds=seconds, text=f"Hello {number}")
        outcome.ends[await _end(network.routed, request)] += 1
        outcome.longest_seconds = max(outcome.longest_seconds, clock.monotonic() - began)

    await asyncio.gather(*(ask(number) for number in range(NETWORK_CALLS)))
    outcome.upstream = sum((await network.calls()).values())
    outcome.too_early = sum(transport.too_early for transport in network.transports.values())
    print(f"{outcome}, {outcome.upstream / NETWORK_CALLS:.3f} calls a request")  # noqa: T201 - shown by -rP
    right = outcome.ends["answered"] + outcome.ends["CONTENT_FILTERED"]
    assert right >= trouble.answered * NETWORK_CALLS, outcome
    assert set(outcome.ends) <= _RIGHT, outcome
    assert outcome.ends[ModelError.code] <= 0.002 * NETWORK_CALLS + 1, outcome
    assert outcome.upstream <= 1.5 * NETWORK_CALLS + RESERVE, outcome
    assert outcome.too_early == 0, outcome
    assert outcome.longest_seconds <= seconds + 1, outcome


async def test_a_dead_first_choice_costs_five_calls_and_then_no_time(network: Network) -> None:
    """Its circuit opens; whoever comes then is served by the next one as fast as ever."""
    clock = SystemClock()

    async def seconds() -> float:
        began = clock.monotonic()
        await network.routed.complete(question(clock))
        return clock.monotonic() - began

    for _ in range(5):
        await seconds()  # the SDK is loaded, the connections are opened
    healthy = sorted([await seconds() for _ in range(100)])
    await network.plan(deployment=NAMES[0], mix={"server_error": 1.0})
    before = (await network.calls())[NAMES[0]]
    for _ in range(5):
        await seconds()
    assert (await network.calls())[NAMES[0]] == before + 5
    ill = sorted([await seconds() for _ in range(100)])
    assert (await network.calls())[NAMES[0]] <= before + 5 + 3  # a probe now and then
    assert ill[98] - healthy[98] <= 0.05
