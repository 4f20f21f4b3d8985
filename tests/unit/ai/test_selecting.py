"""What the router is told for a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.ai.breaker import Health
from shared.ai.catalogue import KNOWN, Catalogue
from shared.ai.circuits import CircuitState
from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.port import Complexity, Image, Message, ModelRequest
from shared.ai.roles import ROLE_PLANS
from shared.ai.selecting import CandidateSelector, as_told
from shared.ai.trail import Trail
from shared.clock import ManualClock
from shared.errors import BudgetExceededError

Ask = Callable[..., ModelRequest]


def _selector(clock: ManualClock, health: dict[str, Health] | None = None) -> CandidateSelector:
    return CandidateSelector(Catalogue(KNOWN, ROLE_PLANS), as_told, lambda: health or {}, clock)


async def test_the_day_is_the_clocks(ask: Ask) -> None:
    """A process that lives through a retirement asks the successor from that day on."""
    clock = ManualClock(datetime(2026, 8, 12, 23, 59, tzinfo=UTC))
    select, request = _selector(clock), ask(complexity=Complexity.COMPLEX)
    assert (await select(request))[0].name == "DeepSeek-R1"
    clock.advance(60)
    assert (await select(request))[0].name == "DeepSeek-V4-Pro"


async def test_health_is_asked_every_time(ask: Ask) -> None:
    """What is ill now may be well later."""
    health: dict[str, Health] = {}
    select = CandidateSelector(Catalogue(KNOWN, ROLE_PLANS), as_told, lambda: health, ManualClock())
    first, second, *_ = await select(ask())
    health[first.name] = Health(state=CircuitState.OPEN, opens_in_seconds=9)
    assert (await select(ask()))[0] == second


async def test_a_choice_is_noted(ask: Ask) -> None:
    """For the trace."""
    with Trail() as trail:
        await _selector(ManualClock())(ask(complexity=Complexity.SIMPLE))
    (note,) = trail.of("route")
    assert note.details == {
        "deployment": "Phi-4-mini-instruct",
        "why": "a small model, to save money",
        "role": "generation",
        "complexity": "simple",
        "thrift": 0,
    }


async def test_a_request_for_nobody_is_refused_with_the_reasons(ask: Ask) -> None:
    """Of each deployment."""
    picture = Image(data=b"", media_type="image/png")
    request = replace(ask(), messages=(Message(role="user", text="?", images=(picture,)),))
    with pytest.raises(DeploymentError, match=r"Llama-3.3-70B-Instruct sees no pictures") as caught:
        await _selector(ManualClock())(request)
    assert caught.value.failure is ModelFailure.REFUSED


async def test_too_little_money_is_called_so(ask: Ask) -> None:
    """It is the budget's to mend."""
    with pytest.raises(BudgetExceededError, match=r"may cost \$0\.\d+, and \$0\.000001 is left"):
        await _selector(ManualClock())(ask(budget_usd_micros=1))
