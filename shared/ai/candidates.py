"""Which deployments may answer a request, in which order, and why: one pure function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache

from shared.ai.breaker import Health
from shared.ai.catalogue import Catalogue
from shared.ai.deployment import Deployment
from shared.ai.estimating import expected_usd_micros, input_tokens, most_usd_micros
from shared.ai.port import Complexity, ModelRequest, Role, Thrift
from shared.ai.roles import RolePlan

_USD_MICROS = 1_000_000


class _Standing(IntEnum):
    """What a deployment is for a request; lower is asked earlier."""

    ECONOMY = 0
    THOUGHTFUL = 1
    FIRST = 2
    FALLBACK = 3


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A deployment that may be asked."""

    deployment: Deployment
    #: What the request probably costs there.
    expected_usd_micros: int
    request: ModelRequest
    standing: _Standing
    #: How long its circuit is still open.
    open_seconds: float

    @property
    def why(self) -> str:
        """What it is for this request, and what speaks against it; for an operator."""
        return "; ".join(_reasons(self.request, self.standing, self.deployment, self.open_seconds))


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A deployment of the role's plan that must not be asked."""

    deployment: Deployment
    why: str
    #: It would do if there were more money.
    for_money: bool = False


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The deployments for one request."""

    complexity: Complexity
    #: To be asked in this order.
    choices: tuple[Choice, ...]
    exclusions: tuple[Exclusion, ...]


def candidates(
    request: ModelRequest,
    complexity: Complexity,
    catalogue: Catalogue,
    health: Mapping[str, Health],
    today: date,
) -> Selection:
    """Choose and order the deployments for a request.

    Nobody is asked what it cannot do: pictures, a conversation beyond its context, an answer beyond the money
    that is left. The others are ordered: closed circuits before open ones, and among those the soonest; who
    knows the language before who does not; then, when money is short, by expected price; otherwise as the
    role's plan has them, with a JSON mode before none among fallbacks, when JSON is wanted.

    Args:
        request: the request.
        complexity: how much thought it takes.
        catalogue: the models and the roles.
        health: what is known against deployments, by name.
        today: the day, which decides who has retired.

    Raises:
        ConfigurationError: no deployment plays the role.
    """
    asked_tokens = input_tokens(request.messages)
    ranked: list[_Ranked] = []
    exclusions: list[Exclusion] = []
    for standing, deployment in _eligible_for(request, complexity, catalogue, today):
        exclusion = _exclusion(request, deployment, asked_tokens)
        if exclusion is not None:
            exclusions.append(exclusion)
            continue
        known = health.get(deployment.name)
        open_seconds = known.opens_in_seconds if known else 0.0
        expected = expected_usd_micros(request, deployment, asked_tokens)
        choice = Choice(
            deployment=deployment,
            expected_usd_micros=expected,
            request=request,
            standing=standing,
            open_seconds=open_seconds,
        )
        ranked.append(_Ranked(rank=_rank(choice), choice=choice))
    kept, no_cheaper = _economies(ranked)
    return Selection(
        complexity=complexity,
        choices=tuple(entry.choice for entry in sorted(kept, key=lambda entry: entry.rank)),
        exclusions=(*exclusions, *no_cheaper),
    )


def possible(request: ModelRequest, catalogue: Catalogue, today: date) -> tuple[Deployment, ...]:
    """Return every deployment that a request may end up at, however complex: for holding money."""
    undecided = Complexity.COMPLEX if request.task.routed_by_complexity else Complexity.STANDARD
    found = _eligible_for(request, request.complexity or undecided, catalogue, today)
    return tuple(deployment for _, deployment in found)


@dataclass(frozen=True, kw_only=True)
class _Ranked:
    #: Sorts the choices, the first first.
    rank: tuple[float, ...]
    choice: Choice


def _eligible_for(
    request: ModelRequest, complexity: Complexity, catalogue: Catalogue, today: date
) -> Sequence[tuple[_Standing, Deployment]]:
    is_money_short = request.thrift >= Thrift.CHEAP
    return _eligible(catalogue, request.task.role, complexity, today, is_money_short=is_money_short)


@lru_cache(maxsize=64)  # the same few, four times for each request
def _eligible(
    catalogue: Catalogue, role: Role, complexity: Complexity, today: date, *, is_money_short: bool
) -> Sequence[tuple[_Standing, Deployment]]:
    """Return the deployments of the role's plan, each once, in the plan's order."""
    found: dict[tuple[str | None, str], tuple[_Standing, Deployment]] = {}
    for standing, family in _wanted(complexity, catalogue.plan(role), is_money_short=is_money_short):
        deployment = catalogue.resolve(family, today)
        found.setdefault(deployment.identity, (standing, deployment))
    return tuple(found.values())


def _wanted(
    complexity: Complexity, plan: RolePlan, *, is_money_short: bool
) -> Iterator[tuple[_Standing, str]]:
    if complexity is Complexity.COMPLEX:
        yield from ((_Standing.THOUGHTFUL, family) for family in plan.thoughtful)
    yield _Standing.FIRST, plan.first
    yield from ((_Standing.FALLBACK, family) for family in plan.fallbacks)
    if complexity is Complexity.SIMPLE or is_money_short:
        yield from ((_Standing.ECONOMY, family) for family in plan.economy)


def _exclusion(request: ModelRequest, deployment: Deployment, asked_tokens: int) -> Exclusion | None:
    if not deployment.images and any(message.images for message in request.messages):
        return Exclusion(deployment=deployment, why="sees no pictures")
    needed = asked_tokens + deployment.most_output_tokens(request.task.max_output_tokens)
    if needed > deployment.context_tokens:
        why = f"about {needed} tokens do not fit into its context of {deployment.context_tokens}"
        return Exclusion(deployment=deployment, why=why)
    most, left = most_usd_micros(request, deployment, asked_tokens), request.budget_usd_micros
    if left is not None and most > left:
        why = f"may cost {_usd(most)}, and {_usd(left)} is left"
        return Exclusion(deployment=deployment, why=why, for_money=True)
    return None


def _rank(choice: Choice) -> tuple[float, ...]:
    request, deployment = choice.request, choice.deployment
    standing, open_seconds = choice.standing, choice.open_seconds
    no_json = request.answer_schema is not None and not deployment.json_mode
    unspoken = not deployment.speaks(request.language)
    if request.thrift >= Thrift.CHEAP:
        return open_seconds, unspoken, choice.expected_usd_micros, no_json, standing
    return open_seconds, unspoken, standing, standing is _Standing.FALLBACK and no_json


def _economies(ranked: Sequence[_Ranked]) -> tuple[list[_Ranked], list[Exclusion]]:
    """Leave out what is there to save money, and saves none."""
    choices = [entry.choice for entry in ranked]
    prices = [each.expected_usd_micros for each in choices if each.standing is not _Standing.ECONOMY]
    cheapest = min(prices, default=None)
    kept: list[_Ranked] = []
    excluded: list[Exclusion] = []
    for entry in ranked:
        saves = cheapest is None or entry.choice.expected_usd_micros < cheapest
        if entry.choice.standing is not _Standing.ECONOMY or saves:
            kept.append(entry)
        else:
            excluded.append(Exclusion(deployment=entry.choice.deployment, why="would save no money"))
    return kept, excluded


def _reasons(
    request: ModelRequest, standing: _Standing, deployment: Deployment, open_seconds: float
) -> Iterator[str]:
    role = request.task.role.value
    yield {
        _Standing.ECONOMY: "a small model, to save money",
        _Standing.THOUGHTFUL: "thinks before it answers",
        _Standing.FIRST: f"first choice for {role}",
        _Standing.FALLBACK: f"fallback for {role}",
    }[standing]
    if not deployment.speaks(request.language):
        yield f"{request.language} is not among its languages"
    if request.answer_schema is not None and not deployment.json_mode:
        yield "has no JSON mode"
    if open_seconds > 0:
        yield f"left alone for {open_seconds:.0f} s, because it failed"


def _usd(usd_micros: int) -> str:
    return f"${usd_micros / _USD_MICROS:.6f}"
