"""Plans: what becomes of the calls to come, one by one or by chance.

A plan lists the outcome of a deployment's next calls, or gives each kind of fault a probability. Chance is
seeded, and counted per deployment: the n-th call of a deployment has the same fate in every run.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from infra.local.model_simulator.faults import Fault, NamedKind

Probability = Annotated[float, Field(ge=0, le=1)]


def _as_call(value: Any) -> Any:
    """Read a bare name as a fault of that kind, and `ok` as a call that goes well."""
    if value == "ok":
        return None
    return {"kind": value} if isinstance(value, str) else value


class Plan(BaseModel):
    """What becomes of the calls of one deployment, or of those that have no plan of their own."""

    model_config = ConfigDict(extra="forbid")

    deployment: str | None = None
    #: The next calls, in order: `ok`, a fault's kind, or a fault.
    calls: list[Annotated[Fault | None, BeforeValidator(_as_call)]] = Field(default_factory=list)
    #: How likely each kind of fault is after those.
    mix: dict[NamedKind, Probability] = Field(default_factory=dict)
    seed: int = 0
    #: How long the mix' rate limits ask to wait; they say nothing if it is not set.
    retry_after_seconds: Annotated[float, Field(ge=0)] | None = None
    #: How much longer the mix' slow calls take.
    seconds: Annotated[float, Field(ge=0)] = 0.2

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        return {"calls": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _adds_up(self) -> Plan:
        if sum(self.mix.values()) > 1:
            raise ValueError("the probabilities add up to more than 1")
        return self


class Plans:
    """The plan of each deployment."""

    def __init__(self) -> None:
        self._plans: dict[str | None, Plan] = {}
        self._calls: dict[str | None, deque[Fault | None]] = {}
        self._count: Counter[str] = Counter()

    def put(self, plan: Plan) -> None:
        """Follow a plan from now on, instead of the deployment's former one."""
        self._plans[plan.deployment] = plan
        self._calls[plan.deployment] = deque(
            call for call in plan.calls for _ in range(call.count if call else 1)
        )
        self._count.clear()

    def clear(self) -> None:
        """Let all calls go well."""
        self._plans.clear()
        self._calls.clear()

    def take(self, deployment: str) -> Fault | None:
        """Return what goes wrong with a deployment's next call."""
        name = deployment if deployment in self._plans else None
        plan = self._plans.get(name)
        if plan is None:
            return None
        if calls := self._calls[name]:
            return calls.popleft()
        self._count[deployment] += 1
        return _drawn(plan, deployment, self._count[deployment])


def _drawn(plan: Plan, deployment: str, number: int) -> Fault | None:
    chance = random.Random(f"{plan.seed}:{deployment}:{number}")  # noqa: S311 - the same in every run
    left = chance.random()
    for kind, probability in plan.mix.items():
        left -= probability
        if left < 0:
            return Fault(kind=kind, retry_after_seconds=plan.retry_after_seconds, seconds=plan.seconds)
    return None
