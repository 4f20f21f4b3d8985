"""How much thought a message takes: rules where they can tell, a small model where it matters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ai.classifying import TASK, ComplexityClassifier, read_verdict
from shared.ai.complexity import complexity_of
from shared.ai.port import (
    CacheScope,
    Complexity,
    FinishReason,
    ModelCall,
    ModelReply,
    ModelRequest,
    Role,
    Thrift,
    Usage,
)
from shared.ai.trail import Trail, note
from shared.clock import ManualClock
from shared.errors import NetworkError

SIMPLE, STANDARD, COMPLEX = Complexity.SIMPLE, Complexity.STANDARD, Complexity.COMPLEX
UNDECIDED_TEXT = "Do you have new sets? And when are you live again?"
MATTERS = {"routed_by_complexity": True}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("", SIMPLE),
        ("hey 😘", SIMPLE),
        ("Bonjour ma belle", SIMPLE),
        ("you look amazing today", SIMPLE),
        ("おはよう", SIMPLE),
        ("What are you doing tonight?", STANDARD),
        ("¿Qué haces esta noche?", STANDARD),
        ("I watched your stream with my friends last night and we all loved it so much", STANDARD),
        ("I turn 30 tomorrow", STANDARD),
        (UNDECIDED_TEXT, None),
        ("I paid $20", None),
        ("First send me the blue one, then the red one", None),
        ("la " * 100, None),
        ("Why? When? How much?", COMPLEX),
        ("I paid $20 for the set, but the menu says 15 €", COMPLEX),
        ("I want a refund", COMPLEX),
        ("je veux un remboursement", COMPLEX),
        ("Quiero un reembolso ya", COMPLEX),
        ("Ich will mein Geld zurück, sonst rufe ich den Anwalt an", COMPLEX),
        ("верните деньги, это мошенничество", COMPLEX),
        ("我要退款", COMPLEX),
        ("la " * 600, COMPLEX),
        # The edges.
        ("a" * 40, SIMPLE),
        ("a" * 41, STANDARD),
        ("a b c d e f", SIMPLE),
        ("a b c d e f g", STANDARD),
        ("好好好好好好", SIMPLE),
        ("好好好好好好好", STANDARD),
        ("a" * 240, STANDARD),
        ("a" * 241, None),
        ("a" * 1_600, None),
        ("a" * 1_601, COMPLEX),
        # A stem as short as the beginnings that words are told by.
        ("those are scams", COMPLEX),
        ("my taxes", COMPLEX),
        ("taxi", SIMPLE),
    ],
)
def test_rules_tell_what_they_can(text: str, verdict: Complexity | None) -> None:
    """Plain messages, hard ones; the rest is undecided."""
    assert complexity_of(text) is verdict


@given(st.text())
def test_rules_take_any_text(text: str) -> None:
    """And say the same every time."""
    assert complexity_of(text) is complexity_of(text)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("complex", COMPLEX),
        (" Simple.\n", SIMPLE),
        ('{"complexity": "standard"}', STANDARD),
        ("simple or complex", None),
        ("", None),
        ("no idea", None),
    ],
)
def test_an_answer_names_one_verdict(answer: str, verdict: Complexity | None) -> None:
    """In any wrapping; two are none."""
    assert read_verdict(answer) is verdict


class _SmallModel:
    """Answers everything alike, for a micro-dollar."""

    def __init__(self, answer: str | Exception) -> None:
        self.answer = answer
        self.requests: list[ModelRequest] = []

    async def complete(self, request: ModelRequest) -> ModelReply:
        self.requests.append(request)
        note("attempt", deployment="Phi")
        if isinstance(self.answer, Exception):
            raise self.answer
        usage = Usage(input_tokens=100, output_tokens=1)
        request.spent(
            ModelCall(
                task=request.task.name,
                role=request.task.role,
                deployment="Phi",
                usage=usage,
                cost_usd_micros=1,
            )
        )
        return ModelReply(
            text=self.answer,
            deployment="Phi",
            finish_reason=FinishReason.STOP,
            usage=usage,
            cost_usd_micros=1,
        )


Ask = Callable[..., ModelRequest]


async def _verdict(model: _SmallModel, request: ModelRequest) -> Complexity:
    return await ComplexityClassifier(model, ManualClock())(request)


async def test_a_small_model_sorts_what_the_rules_cannot(ask: Ask, paid: list[ModelCall]) -> None:
    """Its cost is the request's, and the fan's words are data to it."""
    model = _SmallModel("complex")
    request = ask(UNDECIDED_TEXT, task=MATTERS)
    assert await _verdict(model, request) is COMPLEX
    (asked,) = model.requests
    assert (asked.task, asked.task.role, asked.creator_id) == (TASK, Role.CLASSIFICATION, request.creator_id)
    assert asked.task.cache_scope is CacheScope.CREATOR
    assert asked.messages[-1].text == f'"{UNDECIDED_TEXT}"'
    assert [(call.task, call.cost_usd_micros) for call in paid] == [("route.complexity", 1)]
    assert asked.accepts
    assert asked.accepts("complex")
    assert not asked.accepts("I would say")


async def test_the_sorting_leaves_no_notes_in_the_requests_trail(ask: Ask) -> None:
    """Else the small model would pass for the one that was asked."""
    with Trail() as trail:
        await _verdict(_SmallModel("complex"), ask(UNDECIDED_TEXT, task=MATTERS))
    assert trail.notes == []


async def test_a_verdict_is_not_waited_for_long(ask: Ask) -> None:
    """Two seconds at most, and never beyond the request's own deadline."""
    model = _SmallModel("simple")
    await _verdict(model, ask(UNDECIDED_TEXT, task=MATTERS))
    await _verdict(model, ask(UNDECIDED_TEXT, task=MATTERS, deadline=1.0))
    assert [request.deadline for request in model.requests] == [2.0, 1.0]


async def test_a_long_message_is_shortened(ask: Ask) -> None:
    """Its beginning and its end say what it is."""
    model = _SmallModel("standard")
    await _verdict(model, ask("a" * 700 + "b" * 700, task=MATTERS))
    text = model.requests[0].messages[-1].text
    assert len(text) < 1_300
    assert text.startswith('"aaa')
    assert text.endswith('bbb"')


@pytest.mark.parametrize(
    ("text", "changes", "verdict"),
    [
        (UNDECIDED_TEXT, {}, STANDARD),
        ("hey", {}, STANDARD),
        ("hey", {"task": MATTERS}, SIMPLE),
        ("I want a refund", {"task": MATTERS}, COMPLEX),
        (UNDECIDED_TEXT, {"task": MATTERS, "complexity": SIMPLE}, SIMPLE),
        (UNDECIDED_TEXT, {"task": MATTERS, "thrift": Thrift.CHEAP}, STANDARD),
        ("", {"task": MATTERS, "messages": ()}, SIMPLE),
    ],
)
async def test_nobody_is_asked_without_need(
    ask: Ask, text: str, changes: dict[str, Any], verdict: Complexity
) -> None:
    """The caller knows, a rule does, it does not matter, or money is short."""
    model = _SmallModel("complex")
    assert await _verdict(model, ask(text, **changes)) is verdict
    assert model.requests == []


@pytest.mark.parametrize("answer", [NetworkError(), "simple, standard or complex", "Sure!"])
async def test_a_classifier_that_fails_costs_nothing_but_its_verdict(
    ask: Ask, answer: str | Exception
) -> None:
    """The request goes on as an ordinary one."""
    assert await _verdict(_SmallModel(answer), ask(UNDECIDED_TEXT, task=MATTERS)) is STANDARD
