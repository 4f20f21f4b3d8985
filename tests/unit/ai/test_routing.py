"""One request, several deployments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from shared.ai.breaker import Breaker, BreakingChatModel
from shared.ai.circuits import MemoryBreakerStore
from shared.ai.deployment import Deployment
from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.port import ChatModel, FinishReason, ModelCall, ModelReply, ModelRequest
from shared.ai.routing import RoutedChatModel
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.ai.trail import Trail
from shared.clock import ManualClock
from shared.errors import (
    BudgetExceededError,
    ConfigurationError,
    ContentFilteredError,
    JobError,
    JobTimeoutError,
    ModelError,
    NetworkError,
    RateLimitError,
)

Ask = Callable[..., ModelRequest]
Line = str | ScriptedAnswer | JobError

ONE = Deployment(
    name="one",
    input_usd_micros_per_million_tokens=1,
    output_usd_micros_per_million_tokens=1,
    max_output_tokens=100,
)
THREE = (ONE, replace(ONE, name="two"), replace(ONE, name="three"))
GONE = DeploymentError(failure=ModelFailure.GONE)
REFUSED = DeploymentError(failure=ModelFailure.REFUSED)
EMPTY = ScriptedAnswer(text="", finish_reason=FinishReason.LENGTH)


@dataclass
class Router:
    """A router over scripted deployments; sleeping moves its clock."""

    scripts: Sequence[ScriptedChatModel]
    clock: ManualClock
    deployments: Sequence[Deployment] = THREE
    breaker: Breaker = field(init=False)
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaker = Breaker(MemoryBreakerStore(self.clock), self.clock, chance=lambda: 1.0)

    async def __call__(self, request: ModelRequest) -> ModelReply:
        router = RoutedChatModel(
            self._candidates, self._model_for, self.breaker, self.clock, chance=lambda: 0.5, sleep=self._sleep
        )
        return await router.complete(request)

    @property
    def asked(self) -> list[int]:
        """How often each was."""
        return [len(script.requests) for script in self.scripts]

    async def opened(self, name: str, error: JobError, *, times: int = 1) -> None:
        """Let a deployment fail somewhere else."""
        for _ in range(times):
            await self.breaker.failed(await self.breaker.admit(name, seconds=60), error)

    async def _candidates(self, _: ModelRequest) -> Sequence[Deployment]:
        return self.deployments

    def _model_for(self, deployment: Deployment) -> ChatModel:
        script = self.scripts[[one.name for one in self.deployments].index(deployment.name)]
        return BreakingChatModel(script, deployment.name, self.breaker, self.clock)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds)
        await asyncio.sleep(0)


def _router(*scripts: Iterable[Line], deployments: Sequence[Deployment] = THREE) -> Router:
    clock = ManualClock()
    return Router([ScriptedChatModel(script, clock=clock) for script in scripts], clock, deployments)


async def test_the_first_one_answers(ask: Ask) -> None:
    router = _router(["fine"], [], [])
    assert (await router(ask())).text == "fine"
    assert router.asked == [1, 0, 0]


@pytest.mark.parametrize(
    "failure",
    [
        RateLimitError(retry_after_seconds=60),
        NetworkError(),
        JobTimeoutError(),
        GONE,
        DeploymentError(failure=ModelFailure.UNAUTHORIZED),
        DeploymentError(failure=ModelFailure.TRUNCATED),
        DeploymentError(failure=ModelFailure.UNUSABLE),
        EMPTY,
        "not what was asked for",
    ],
    ids=repr,
)
async def test_the_next_one_answers_when_one_fails(ask: Ask, failure: Line) -> None:
    router = _router([failure], ["fine"], [])
    assert (await router(ask(accepts="fine".__eq__))).text == "fine"
    assert router.asked == [1, 1, 0]


@pytest.mark.parametrize(
    "failure", [ContentFilteredError(), REFUSED, ModelError("A bug."), BudgetExceededError()], ids=repr
)
async def test_no_other_is_asked_for_what_it_would_refuse_too(ask: Ask, failure: JobError) -> None:
    router = _router([failure], ["never asked"], [])
    with pytest.raises(type(failure)) as caught:
        await router(ask())
    assert caught.value is failure
    assert router.asked == [1, 0, 0]


async def test_a_refused_request_goes_to_one_that_takes_others(ask: Ask) -> None:
    """Past those that are like the first."""
    roomier = replace(ONE, name="three", context_tokens=1_000_000)
    router = _router([REFUSED], ["never"], ["fine"], deployments=[*THREE[:2], roomier])
    assert (await router(ask())).text == "fine"
    assert router.asked == [1, 0, 1]


async def test_a_filtered_answer_is_for_its_caller(ask: Ask) -> None:
    router = _router([ScriptedAnswer(text="", finish_reason=FinishReason.CONTENT_FILTER)], ["never"], [])
    assert (await router(ask())).finish_reason is FinishReason.CONTENT_FILTER


async def test_the_cost_of_refused_answers_is_part_of_the_next_ones(ask: Ask, paid: list[ModelCall]) -> None:
    """And each paid call is told of once."""
    router = _router(["bad"], ["fine"], [])
    reply = await router(ask(accepts="fine".__eq__))
    assert (reply.cost_usd_micros, len(paid)) == (1_140, 2)


async def test_the_second_refused_answer_is_the_last_and_is_for_its_caller(
    ask: Ask, paid: list[ModelCall]
) -> None:
    """Who repairs it, once, in words that say what was wrong."""
    router = _router(["bad"], ["bad, too"], ["never asked"])
    reply = await router(ask(accepts="fine".__eq__))
    assert (reply.text, reply.cost_usd_micros) == ("bad, too", 1_140)
    assert (router.asked, len(paid)) == ([1, 1, 0], 2)


@pytest.mark.parametrize(("budget", "answer"), [(570 + 100, "bad"), (570 + 101, "fine"), (None, "fine")])
async def test_refused_answers_are_part_of_what_a_request_may_cost(
    ask: Ask, budget: int | None, answer: str
) -> None:
    """The budget holds so much for it, and no more: the caller may ask for a repair, and for its money."""
    dear = replace(ONE, name="two", output_usd_micros_per_million_tokens=1_000_000)
    router = _router(["bad"], ["fine"], deployments=[ONE, dear])
    request = ask(budget_usd_micros=budget, accepts="fine".__eq__)
    assert (await router(request)).text == answer


async def test_a_refused_answer_is_better_than_none(ask: Ask) -> None:
    router = _router(["bad"], [NetworkError()], [RateLimitError()])
    assert (await router(ask(accepts="fine".__eq__))).text == "bad"


async def test_the_tries_share_one_deadline(ask: Ask) -> None:
    """Half of what remains for each, and all of it for the last."""
    router = _router([NetworkError()], [NetworkError()], ["fine"])
    await router(ask(deadline=90.0))
    assert [script.requests[0].deadline for script in router.scripts] == [45, 45, 90]


async def test_nobody_is_asked_after_the_deadline(ask: Ask) -> None:
    router = _router(["never"], ["never"], ["never"])
    with pytest.raises(JobTimeoutError):
        await router(ask(deadline=0.0))
    assert router.asked == [0, 0, 0]


async def test_all_failures_are_kept(ask: Ask) -> None:
    router = _router(
        [RateLimitError(retry_after_seconds=40)], [RateLimitError(retry_after_seconds=30)], [GONE]
    )
    with pytest.raises(RateLimitError) as caught:
        await router(ask())
    assert caught.value.retry_after_seconds == 30
    for part in ("one rate limited for 40 s", "two rate limited for 30 s", "three gone"):
        assert part in caught.value.message


async def test_a_filter_met_on_the_way_says_what_came_before(ask: Ask) -> None:
    router = _router([NetworkError()], [ContentFilteredError()], [])
    with pytest.raises(ContentFilteredError) as caught:
        await router(ask())
    assert caught.value.__notes__ == ["Before it failed: one unavailable"]


async def test_an_open_circuit_is_passed_over(ask: Ask) -> None:
    router = _router(["never"], ["fine"], [])
    await router.opened("one", RateLimitError(retry_after_seconds=60))
    assert (await router(ask())).text == "fine"
    assert (router.asked, router.pauses) == ([0, 1, 0], [])


async def test_when_all_are_open_it_waits_for_the_soonest(ask: Ask) -> None:
    """And no longer; nobody is asked before."""
    router = _router(["never"], ["fine"], ["never"])
    for name, seconds in (("one", 60), ("two", 3), ("three", 30)):
        await router.opened(name, RateLimitError(retry_after_seconds=seconds))
    assert (await router(ask(deadline=90.0))).text == "fine"
    assert router.pauses == [pytest.approx(3.2)]


async def test_when_all_are_limited_for_long_the_creator_is_told_at_once(ask: Ask) -> None:
    """With the soonest time; the engine comes back then."""
    router = _router([], [], [])
    for name, seconds in (("one", 60), ("two", 90), ("three", 30)):
        await router.opened(name, RateLimitError(retry_after_seconds=seconds))
    with pytest.raises(RateLimitError) as caught:
        await router(ask(deadline=90.0))
    assert caught.value.retry_after_seconds == 30
    assert (router.asked, router.pauses) == ([0, 0, 0], [])


@pytest.mark.parametrize("illness", [NetworkError(), JobTimeoutError()])
async def test_when_all_are_ill_the_soonest_is_probed(ask: Ask, illness: JobError) -> None:
    """Our own waits are guesses."""
    router = _router(["never"], ["well again"], [], deployments=THREE[:2])
    await router.opened("one", GONE)
    await router.opened("two", illness, times=5)
    assert (await router(ask(deadline=6.0))).text == "well again"


async def test_when_all_are_missing_the_operator_is_told(ask: Ask) -> None:
    router = _router([], [], [])
    for deployment in THREE:
        await router.opened(deployment.name, GONE)
    with pytest.raises(DeploymentError, match="retired") as caught:
        await router(ask(deadline=90.0))
    assert caught.value.failure is ModelFailure.GONE
    assert (router.asked, router.pauses) == ([0, 0, 0], [])


async def test_when_the_key_is_wrong_everywhere_the_operator_is_told(ask: Ask) -> None:
    """Waiting would not help; one call now and then finds out whether it was put right."""
    unauthorized = DeploymentError(failure=ModelFailure.UNAUTHORIZED)
    router = _router([], [], [])
    for deployment in THREE:
        await router.opened(deployment.name, unauthorized, times=5)
    with pytest.raises(DeploymentError) as caught:
        await router(ask(deadline=90.0))
    assert caught.value.failure is ModelFailure.UNAUTHORIZED
    assert (router.asked, router.pauses) == ([0, 0, 0], [])


class _Stuttering:
    """Writes something, and fails."""

    def __init__(self, error: JobError) -> None:
        self._error = error

    async def complete(self, request: ModelRequest) -> ModelReply:
        assert request.on_text is not None
        request.on_text("Hel")
        raise self._error


async def test_nobody_else_is_asked_once_the_answer_was_being_read(ask: Ask) -> None:
    router, heard = _router([], ["never"], []), list[str]()
    models: dict[str, ChatModel] = {"one": _Stuttering(NetworkError()), "two": router.scripts[1]}
    routed = RoutedChatModel(
        router._candidates, lambda deployment: models[deployment.name], router.breaker, router.clock
    )
    with pytest.raises(NetworkError):
        await routed.complete(ask(on_text=heard.append))
    assert heard == ["Hel"]
    assert router.asked == [0, 0, 0]


async def test_another_is_asked_while_nothing_was_read(ask: Ask) -> None:
    router = _router([NetworkError()], ["fine"], [])
    assert (await router(ask(on_text=print))).text == "fine"


async def test_no_deployment_at_all_is_an_error(ask: Ask) -> None:
    with pytest.raises(ModelError, match="No AI deployment"):
        await _router(deployments=())(ask())


async def test_what_is_no_jobs_failure_passes(ask: Ask) -> None:
    """The operator must act; asking others would hide it."""

    async def misconfigured(_: ModelRequest) -> Sequence[Deployment]:
        raise ConfigurationError("x")

    clock = ManualClock()
    breaker = Breaker(MemoryBreakerStore(clock), clock)
    script = ScriptedChatModel([])
    with pytest.raises(ConfigurationError):
        await RoutedChatModel(misconfigured, lambda _: script, breaker, clock).complete(ask())


async def test_it_tells_what_it_did(ask: Ask) -> None:
    router = _router([NetworkError()], ["bad"], ["fine"])
    with Trail() as trail:
        await router(ask(accepts="fine".__eq__))
    assert [note.details["deployment"] for note in trail.of("attempt")] == ["one", "two", "three"]
    assert [note.details["failure"] for note in trail.of("fallback")] == ["unavailable", "unusable"]
