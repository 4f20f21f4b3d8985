"""Thousands of calls, many of which go wrong: what is promised of them together."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from shared.ai.port import ChatModel, ModelRequest
from shared.errors import JobError
from tests.integration.router.faulty import DEADLINE_SECONDS, GOOD, MIX, Faulty, deployment, question, router
from tests.virtual_time import LoopClock, run

CALLS = 5_000
#: Four times the mean of 50 creators' 10,000 calls a day.
REQUESTS_PER_SECOND = 0.5
NAMES = ("first", "second", "third")
#: How a request may end under these faults: nothing is a bug of ours, nothing is called what it is not.
_RIGHT = frozenset({"answered", "CONTENT_FILTERED", "RATE_LIMIT", "TIMEOUT", "NETWORK_ERROR"})


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
        name: Faulty(name=name, clock=clock, chance=chance, mix=mix, retry_after_seconds=(1, 2, 5))
        for name, mix in mixes.items()
    }
    routed = router([deployment(name) for name in mixes], lambda one: models[one.name], clock)

    async def ask() -> None:
        await asyncio.sleep(chance.uniform(0, CALLS / REQUESTS_PER_SECOND))
        began = clock.monotonic()
        outcome.ends[await _end(routed, question(clock))] += 1
        outcome.longest_seconds = max(outcome.longest_seconds, clock.monotonic() - began)

    await asyncio.gather(*(ask() for _ in range(CALLS)))
    outcome.upstream = sum(model.calls.total() for model in models.values())
    outcome.too_early = sum(model.too_early for model in models.values())
    return outcome


async def _end(routed: ChatModel, request: ModelRequest) -> str:
    """Ask as a worker does, who repairs a bad answer once."""
    for _ in range(2):
        try:
            reply = await routed.complete(request)
        except JobError as error:
            return error.code
        if reply.text == GOOD:
            return "answered"
    return "answered badly"


def _check(outcome: Outcome, *, answered: float, most_calls: float) -> None:
    """Hold what became of the requests against what is promised; a filter's verdict counts as an answer."""
    right = outcome.ends["answered"] + outcome.ends["CONTENT_FILTERED"]
    assert right >= answered * CALLS, outcome
    assert outcome.ends["CONTENT_FILTERED"] <= 0.04 * CALLS, outcome
    assert outcome.ends["answered badly"] <= 0.002 * CALLS, outcome
    assert set(outcome.ends) <= {*_RIGHT, "answered badly"}, outcome
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

    Nobody can answer everything with fewer than 1 / (1 - 0.4) = 1.67 calls. What is not answered ends as one
    of the errors after which the engine comes back.
    """
    outcome = run(_live_through(dict.fromkeys(NAMES, MIX), seed=3))
    _check(outcome, answered=0.97, most_calls=1.67)
