"""The JSON of a chat completion: the text, the thinking of a reasoning model, and the tokens counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra.local.model_simulator.faults import Fault, FaultKind
from infra.local.model_simulator.writing import answer, text_of

#: Tokenisers make about one token of four bytes of prose.
_BYTES_PER_TOKEN = 4
#: Microsoft's sample counts 2,380 prompt tokens for one chart.
_TOKENS_PER_IMAGE = 2_380
_TRUNCATED_TO = 40
_THINKING = "(simulated) The user wants an answer, so here is one."


def completion(
    asked: Mapping[str, Any], seed: int, fault: Fault | None, *, thinking_apart: bool
) -> dict[str, Any]:
    """Return the body of a completed call.

    Args:
        asked: the request's body.
        seed: what the question hashes to.
        fault: how the answer is to be spoilt, if it is.
        thinking_apart: the model's thinking stands beside the content, not inside it.
    """
    messages: Sequence[Mapping[str, Any]] = asked["messages"]
    text, reason = _written(messages, asked, seed, fault)
    thinking = _THINKING if "r1" in asked["model"].casefold() else ""
    message = {"role": "assistant", "content": text}
    if thinking and thinking_apart:
        message["reasoning_content"] = thinking
    elif thinking:
        message["content"] = f"<think>\n{thinking}\n</think>\n\n{text}"
    return {
        "id": f"simulated-{seed:016x}",
        "object": "chat.completion",
        "created": 0,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": _usage(messages, text, thinking),
    }


def _written(
    messages: Sequence[Mapping[str, Any]], asked: Mapping[str, Any], seed: int, fault: Fault | None
) -> tuple[str, str]:
    """Return the content and why it ends."""
    if fault is not None and fault.kind is FaultKind.INVALID_JSON:
        return "(simulated) Sure! Here you go: {'suggestions': [oops", "stop"
    text = answer(messages, asked.get("response_format"), seed)
    most = asked.get("max_tokens") or asked.get("max_completion_tokens")
    room = most * _BYTES_PER_TOKEN if isinstance(most, int) else len(text)
    if fault is not None and fault.kind is FaultKind.TRUNCATED:
        room = min(room, _TRUNCATED_TO)
    return (text[:room], "length") if len(text) > room else (text, "stop")


def _usage(messages: Sequence[Mapping[str, Any]], text: str, thinking: str) -> dict[str, Any]:
    reasoning = _tokens(thinking)
    prompt = sum(_tokens(text_of(message)) + _images(message) * _TOKENS_PER_IMAGE for message in messages)
    completion = _tokens(text) + reasoning
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def _tokens(text: str) -> int:
    return -(-len(text.encode(errors="replace")) // _BYTES_PER_TOKEN)


def _images(message: Mapping[str, Any]) -> int:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return sum(isinstance(part, Mapping) and part.get("type") == "image_url" for part in parts)
