"""One reading for the answers of both routes."""

from __future__ import annotations

from typing import Any

import pytest

from shared.ai.completions import Completion
from shared.ai.port import FinishReason, Usage


def _completion(message: dict[str, Any], reason: str | None = "stop", usage: Any = None) -> Completion:
    return Completion.model_validate(
        {"choices": [{"message": message, "finish_reason": reason}], "usage": usage}
    )


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": "hi"}, "hi"),
        ({"content": "<think>\nhm\n</think>\n\nhi"}, "hi"),
        ({"content": "hi", "reasoning_content": "hm"}, "hi"),
        ({"content": None}, ""),
        ({}, ""),
        ({"content": [{"type": "text", "text": "h"}, {"type": "text", "text": "i"}]}, "hi"),
    ],
)
def test_thinking_is_no_part_of_the_answer(message: dict[str, Any], text: str) -> None:
    """Inside the content or beside it."""
    assert _completion(message).text == text


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("tool_calls", FinishReason.LENGTH),
        (None, FinishReason.LENGTH),
    ],
)
def test_only_a_known_stop_is_a_complete_answer(reason: str | None, finish: FinishReason) -> None:
    """A reason nobody knows must not be kept as complete."""
    assert _completion({"content": "hi"}, reason).finish_reason is finish


def test_reasoning_tokens_are_read_where_they_are_told() -> None:
    """They are part of the output tokens already."""
    counted = {
        "prompt_tokens": 11,
        "completion_tokens": 886,
        "total_tokens": 897,
        "completion_tokens_details": {"reasoning_tokens": 800},
    }
    usage = _completion({"content": "hi"}, usage=counted).usage
    assert usage == Usage(input_tokens=11, output_tokens=886, reasoning_tokens=800)


@pytest.mark.parametrize(
    "message",
    [
        {"content": "12", "reasoning_content": "12345678"},
        {"content": "<think>12345678</think>12"},
    ],
)
def test_reasoning_tokens_that_nobody_counted_are_estimated(message: dict[str, Any]) -> None:
    """By the share of the text that is thinking; `/models` tells no more."""
    usage = _completion(message, usage={"prompt_tokens": 1, "completion_tokens": 50}).usage
    assert usage == Usage(input_tokens=1, output_tokens=50, reasoning_tokens=40)


def test_halves_of_a_character_are_joined() -> None:
    """A lone half would be no text that anybody can store."""
    assert _completion({"content": "\ud83d\ude18 \ud83d"}).text == "😘 \ufffd"


def test_an_answer_without_a_count_says_so() -> None:
    """The caller must not take it for free."""
    assert _completion({"content": "hi"}).usage is None


@pytest.mark.parametrize("body", [{}, {"choices": []}, {"choices": [{}]}, {"choices": "x"}, {"error": {}}])
def test_what_is_no_completion_is_no_answer(body: dict[str, Any]) -> None:
    """An error inside a 200, for instance."""
    completion = Completion.model_validate(body)
    assert not completion.is_answered
    assert (completion.text, completion.usage) == ("", None)
    assert completion.finish_reason is FinishReason.LENGTH


def test_what_was_counted_is_read_without_an_answer() -> None:
    """It was paid all the same."""
    counted = {"prompt_tokens": 11, "completion_tokens": 3}
    assert Completion.model_validate({"choices": [], "usage": counted}).usage
