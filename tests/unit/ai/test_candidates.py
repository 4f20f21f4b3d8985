"""Who may answer a request, in which order, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ai.breaker import Health
from shared.ai.candidates import Selection, candidates, possible
from shared.ai.catalogue import KNOWN, Catalogue
from shared.ai.circuits import CircuitState
from shared.ai.deployment import Deployment
from shared.ai.estimating import expected_usd_micros, input_tokens
from shared.ai.port import (
    AnswerSchema,
    CacheScope,
    Complexity,
    Image,
    Message,
    ModelCall,
    ModelRequest,
    Role,
    Task,
    Thrift,
)
from shared.ai.roles import ROLE_PLANS, RolePlan

TODAY = date(2026, 8, 14)
CATALOGUE = Catalogue(KNOWN, ROLE_PLANS)
SCHEMA = AnswerSchema(name="answer", json_schema={"type": "object"})
PICTURE = Image(data=b"\xff\xd8", media_type="image/jpeg")
V3, V4_PRO, MISTRAL = "DeepSeek-V3.2", "DeepSeek-V4-Pro", "Mistral-Large-3"
LLAMA, PHI, EYES = "Llama-3.3-70B-Instruct", "Phi-4-mini-instruct", "Phi-4-multimodal-instruct"


def _request(text: str = "Hello", *, role: Role = Role.GENERATION, **changes: Any) -> ModelRequest:
    images = changes.pop("images", ())
    task = Task(
        name="test",
        prompt_version=1,
        role=role,
        cache_scope=CacheScope.NONE,
        cache_ttl_seconds=0,
        max_output_tokens=changes.pop("max_output_tokens", 500),
        temperature=0.5,
    )
    request = ModelRequest(
        task=task,
        creator_id="123",
        messages=(Message(role="user", text=text, images=images),),
        deadline=60.0,
        spent=list[ModelCall]().append,
    )
    return replace(request, **changes)


def _open(seconds: float) -> Health:
    return Health(state=CircuitState.OPEN, opens_in_seconds=seconds)


def _select(
    request: ModelRequest,
    complexity: Complexity = Complexity.STANDARD,
    *,
    health: Mapping[str, Health] | None = None,
    today: date = TODAY,
    catalogue: Catalogue = CATALOGUE,
) -> Selection:
    return candidates(request, complexity, catalogue, health or {}, today)


def _names(selection: Selection) -> list[str]:
    return [choice.deployment.name for choice in selection.choices]


def _why(selection: Selection, name: str) -> str:
    chosen = {choice.deployment.name: choice.why for choice in selection.choices}
    return {entry.deployment.name: entry.why for entry in selection.exclusions}.get(name) or chosen[name]


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.GENERATION, [V3, LLAMA, MISTRAL]),
        (Role.CREATIVE, [MISTRAL, V3, LLAMA]),
        (Role.REASONING, [V4_PRO, V3, LLAMA]),
        (Role.VISION, [EYES]),
        (Role.CLASSIFICATION, [PHI]),
    ],
)
def test_a_role_has_its_plan(role: Role, names: list[str]) -> None:
    """The founding document's, with the successors of what has retired."""
    assert _names(_select(_request(role=role))) == names


def test_before_its_retirement_a_model_is_asked_itself() -> None:
    """The day decides, and nothing else."""
    request = _request(role=Role.REASONING)
    assert _names(_select(request, today=date(2025, 8, 1)))[:2] == ["DeepSeek-R1", "DeepSeek-V3"]


@pytest.mark.parametrize(
    ("role", "complexity", "names"),
    [
        (Role.GENERATION, Complexity.SIMPLE, [PHI, V3, LLAMA, MISTRAL]),
        (Role.GENERATION, Complexity.COMPLEX, [V4_PRO, V3, LLAMA, MISTRAL]),
        # A voice is neither a small model's nor a thinking one's.
        (Role.CREATIVE, Complexity.SIMPLE, [MISTRAL, V3, LLAMA]),
        (Role.CREATIVE, Complexity.COMPLEX, [MISTRAL, V3, LLAMA]),
        (Role.REASONING, Complexity.COMPLEX, [V4_PRO, V3, LLAMA]),
    ],
)
def test_complexity_brings_in_others_where_the_role_allows(
    role: Role, complexity: Complexity, names: list[str]
) -> None:
    """The plan's own remain as fallbacks."""
    assert _names(_select(_request(role=role), complexity)) == names


def test_a_json_mode_is_preferred_among_fallbacks_and_never_required() -> None:
    """The first choice stays first; answers are checked by us anyway."""
    assert _names(_select(_request(answer_schema=SCHEMA))) == [V3, MISTRAL, LLAMA]
    selection = _select(_request(role=Role.REASONING, answer_schema=SCHEMA))
    assert _names(selection) == [V4_PRO, V3, LLAMA]
    assert "no JSON mode" in _why(selection, LLAMA)


def test_a_model_that_does_not_speak_the_language_comes_last() -> None:
    """It is not excluded: it may be all there is."""
    selection = _select(_request(language="sw-KE"))
    assert _names(selection) == [V3, MISTRAL, LLAMA]
    assert "sw-KE is not among its languages" in _why(selection, LLAMA)
    assert _names(_select(_request(role=Role.VISION, language="fr", images=(PICTURE,)))) == [EYES]


def test_pictures_go_to_models_that_see() -> None:
    """Nobody else is asked, whatever the role."""
    selection = _select(_request(images=(PICTURE,)))
    assert _names(selection) == []
    assert {exclusion.why for exclusion in selection.exclusions} == {"sees no pictures"}


def test_what_does_not_fit_into_a_context_is_not_sent() -> None:
    """The answer has to fit, too."""
    text = "word " * 76_500  # about 127,500 tokens
    assert _names(_select(_request(text, max_output_tokens=400))) == [V3, LLAMA, MISTRAL]
    selection = _select(_request(text, max_output_tokens=600))
    assert _names(selection) == []
    assert "do not fit into its context of 128000" in _why(selection, V3)


def test_a_context_may_be_filled_to_its_last_token() -> None:
    """Question and answer together."""
    request = _request("word " * 1_000, max_output_tokens=1_000)
    context_tokens = input_tokens(request.messages) + 1_000
    for missing, names in ((0, [PHI]), (1, [])):
        small = replace(KNOWN[-1], context_tokens=context_tokens - missing, max_output_tokens=1_000)
        catalogue = Catalogue([small], {Role.GENERATION: RolePlan(first=PHI)})
        assert _names(_select(request, catalogue=catalogue)) == names


@pytest.mark.parametrize(
    ("task", "changes", "names"),
    [
        ({}, {}, [V3, LLAMA, MISTRAL]),
        ({}, {"complexity": Complexity.COMPLEX}, [V4_PRO, V3, LLAMA, MISTRAL]),
        ({}, {"thrift": Thrift.CHEAP}, [V3, LLAMA, MISTRAL, PHI]),
        ({"routed_by_complexity": True}, {}, [V4_PRO, V3, LLAMA, MISTRAL]),
        ({"routed_by_complexity": True}, {"complexity": Complexity.STANDARD}, [V3, LLAMA, MISTRAL]),
    ],
)
def test_money_is_held_for_the_dearest_that_is_possible(
    task: dict[str, Any], changes: dict[str, Any], names: list[str]
) -> None:
    """A request whose complexity is not known yet may turn out to be complex."""
    request = _request()
    request = replace(request, task=replace(request.task, **task), **changes)
    assert [deployment.name for deployment in possible(request, CATALOGUE, TODAY)] == names


def test_nobody_is_asked_beyond_the_money_that_is_left() -> None:
    """An answer may be as long as it is allowed to be."""
    selection = _select(_request(budget_usd_micros=800))
    assert _names(selection) == [LLAMA, MISTRAL]
    assert selection.exclusions[0].for_money
    assert _why(selection, V3) == "may cost $0.000846, and $0.000800 is left"
    assert V3 in _names(_select(_request(budget_usd_micros=846)))


def test_when_money_is_short_the_cheapest_comes_first() -> None:
    """A small model joins; one that thinks comes last."""
    selection = _select(_request("word " * 300, thrift=Thrift.CHEAP), Complexity.COMPLEX)
    assert _names(selection) == [PHI, LLAMA, MISTRAL, V3, V4_PRO]
    prices = [choice.expected_usd_micros for choice in selection.choices]
    assert prices == sorted(prices)
    brief = _select(_request("word " * 300, thrift=Thrift.BRIEF))
    assert _names(brief) == [V3, LLAMA, MISTRAL]


@pytest.mark.parametrize("usd_micros", [710_000, 9_000_000])
def test_a_false_economy_is_left_out(usd_micros: int) -> None:
    """What saves nothing is not worth a worse answer: here it costs what Llama does, or more."""
    prices: dict[str, Any] = {
        "input_usd_micros_per_million_tokens": usd_micros,
        "output_usd_micros_per_million_tokens": usd_micros,
    }
    dear = [replace(model, **prices) if model.name == PHI else model for model in KNOWN]
    selection = _select(_request(), Complexity.SIMPLE, catalogue=Catalogue(dear, ROLE_PLANS))
    assert _names(selection) == [V3, LLAMA, MISTRAL]
    assert _why(selection, PHI) == "would save no money"


def test_open_circuits_come_last_and_the_soonest_of_them_first() -> None:
    """They are kept: when all are open, the router waits for the soonest."""
    assert _names(_select(_request(), health={V3: _open(30)})) == [LLAMA, MISTRAL, V3]
    all_open = {V3: _open(30), LLAMA: _open(5), MISTRAL: _open(600)}
    selection = _select(_request(), health=all_open)
    assert _names(selection) == [LLAMA, V3, MISTRAL]
    assert "left alone for 30 s" in _why(selection, V3)


def test_a_deployment_is_asked_once() -> None:
    """Two families may have the same successor."""
    plan = {Role.GENERATION: RolePlan(first="DeepSeek-V3.2", fallbacks=("DeepSeek-V3", "DeepSeek-V3.2"))}
    assert _names(_select(_request(), catalogue=Catalogue(KNOWN, plan))) == [V3]


_requests = st.builds(
    lambda text, role, **changes: _request(text, role=role, **changes),
    st.sampled_from(["", "Hello", "word " * 400, "字" * 2_000, "word " * 76_000, "x" * 500_000]),
    st.sampled_from(Role),
    images=st.sampled_from([(), (PICTURE,), (PICTURE,) * 3]),
    language=st.sampled_from([None, "en", "fr-CA", "sw"]),
    answer_schema=st.sampled_from([None, SCHEMA]),
    max_output_tokens=st.integers(1, 40_000),
    budget_usd_micros=st.none() | st.integers(0, 50_000),
)
_health = st.dictionaries(st.sampled_from([V3, V4_PRO, MISTRAL, LLAMA, PHI]), st.floats(0.1, 900).map(_open))
_days = st.dates(date(2025, 1, 1), date(2028, 1, 1))


@given(_requests, st.sampled_from(Complexity), st.sampled_from(Thrift), _health, _days)
def test_nobody_is_asked_what_it_cannot_do(
    request: ModelRequest,
    complexity: Complexity,
    thrift: Thrift,
    health: Mapping[str, Health],
    today: date,
) -> None:
    """No picture to a text model, nothing beyond a context or the money; each once, the same every time."""
    request = replace(request, thrift=thrift)
    selection = _select(request, complexity, health=health, today=today)
    assert selection == _select(request, complexity, health=health, today=today)
    names = _names(selection)
    assert len(names) == len(set(names))
    assert not set(names) & {exclusion.deployment.name for exclusion in selection.exclusions}
    asked = input_tokens(request.messages)
    for deployment in (choice.deployment for choice in selection.choices):
        answer = deployment.most_output_tokens(request.task.max_output_tokens)
        assert deployment.images or not request.messages[0].images
        assert asked + answer <= deployment.context_tokens
        assert (
            request.budget_usd_micros is None or _most(deployment, asked, answer) <= request.budget_usd_micros
        )
    waits = [health[name].opens_in_seconds if name in health else 0.0 for name in names]
    assert waits == sorted(waits)


def _most(deployment: Deployment, asked: int, answer: int) -> int:
    price_in, price_out = (
        deployment.input_usd_micros_per_million_tokens,
        deployment.output_usd_micros_per_million_tokens,
    )
    return -(-(asked * price_in + answer * price_out) // 1_000_000)


@given(_requests, st.sampled_from(Complexity), _days)
def test_thrift_never_raises_the_expected_price(
    request: ModelRequest, complexity: Complexity, today: date
) -> None:
    """Nor does it leave out anybody."""
    asked = input_tokens(request.messages)
    prices = []
    for thrift in Thrift:
        selection = _select(replace(request, thrift=thrift), complexity, today=today)
        if not selection.choices:
            return
        prices.append(expected_usd_micros(request, selection.choices[0].deployment, asked))
    assert prices == sorted(prices, reverse=True)


@pytest.fixture
def count() -> Callable[[str], int]:
    """Estimate a text's tokens."""
    return lambda text: input_tokens((Message(role="user", text=text),)) - 8


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("", 0, 0), ("Hello there", 3, 5), ("été", 2, 4), ("你好吗", 3, 6), ("😀", 1, 4), ("\ud800", 0, 2)],
)
def test_tokens_are_estimated_rather_too_high(
    count: Callable[[str], int], text: str, least: int, most: int
) -> None:
    """By a factor of two at most for what people write."""
    assert least <= count(text) <= most
