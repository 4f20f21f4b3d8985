"""The JSON of a chat completion: the text, the thinking of a reasoning model, and the tokens counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.model_simulator.faults import FaultKind
from infra.local.model_simulator.images import images_of, picture_tokens
from infra.local.model_simulator.writing import answer, text_of
from shared.ai.catalogue import KNOWN

#: Tokenisers make about one token of four bytes of prose.
_BYTES_PER_TOKEN = 4
#: A picture of unknown size; Microsoft's sample counts 2,380 prompt tokens for one chart.
_TOKENS_PER_IMAGE = 2_380
_TRUNCATED_TO = 40
_THOUGHTS = (
    "(simulated) The user wants an answer, so let me think about what they ask.",
    "They would like it short, in their own language, and in the form that they name.",
    "One could say more about it, but that would not make it better.",
    "So here is one that does.",
)
_THINKERS = frozenset(model.name.casefold() for model in KNOWN if model.reasoning)
#: Thinks whatever its name: a reasoning model that the operator deployed under one of their own.
_THINKING_NAME = "r1"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What the simulated model wrote."""

    text: str
    thinking: str
    finish_reason: str
    #: What it thought and wrote, before anything of it was withheld.
    output_tokens: int


def completion(
    asked: Mapping[str, Any], seed: int, fault: FaultKind | None, *, thinking_apart: bool
) -> dict[str, Any]:
    """Return the body of a completed call.

    Args:
        asked: the request's body.
        seed: what the question hashes to.
        fault: how the answer is to be spoilt, if it is.
        thinking_apart: the model's thinking stands beside the content, not inside it.
    """
    written = _written(asked, seed, fault)
    message: dict[str, Any] = {"role": "assistant", "content": written.text}
    if written.thinking and thinking_apart:
        message["reasoning_content"] = written.thinking
    elif written.thinking:
        closing = "\n</think>\n\n" if written.text else ""
        message["content"] = f"<think>\n{written.thinking}{closing}{written.text}"
    return {
        "id": f"simulated-{seed:016x}",
        "object": "chat.completion",
        "created": 0,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": written.finish_reason}],
        "usage": _usage(asked["messages"], written),
    }


def _written(asked: Mapping[str, Any], seed: int, fault: FaultKind | None) -> Written:
    """Think and answer within the tokens that the request leaves; thinking comes first."""
    most = asked.get("max_tokens") or asked.get("max_completion_tokens")
    room = most if isinstance(most, int) else 4_096
    thinking = _thinking(asked["model"], seed)
    if fault is FaultKind.ONLY_THINKING:
        thinking = " ".join(_THOUGHTS * (1 + room * _BYTES_PER_TOKEN // sum(map(len, _THOUGHTS))))
    thinking = thinking[: room * _BYTES_PER_TOKEN]
    text, reason = _text(asked, seed, fault, room - _tokens(thinking))
    tokens = _tokens(thinking) + _tokens(text)
    if fault is FaultKind.FILTERED_ANSWER:
        text, reason = "", "content_filter"
    return Written(text=text, thinking=thinking, finish_reason=reason, output_tokens=tokens)


def _text(asked: Mapping[str, Any], seed: int, fault: FaultKind | None, room_tokens: int) -> tuple[str, str]:
    """Return the content and why it ends."""
    if fault is FaultKind.INVALID_JSON:
        return "(simulated) Sure! Here you go: {'suggestions': [oops", "stop"
    text = answer(asked["messages"], asked.get("response_format"), seed)
    if fault is FaultKind.TRUNCATED_JSON:
        return text[: min(_TRUNCATED_TO, len(text) - 1)], "stop"
    room = max(room_tokens, 0) * _BYTES_PER_TOKEN
    if fault is FaultKind.TRUNCATED:
        room = min(room, _TRUNCATED_TO)
    return (text[:room], "length") if len(text) > room else (text, "stop")


def _thinking(model: str, seed: int) -> str:
    name = model.casefold()
    if name not in _THINKERS and _THINKING_NAME not in name:
        return ""
    return " ".join(_THOUGHTS[: 1 + seed % len(_THOUGHTS)])


def _usage(messages: Sequence[Mapping[str, Any]], written: Written) -> dict[str, Any]:
    prompt = sum(_tokens(text_of(message)) for message in messages)
    prompt += sum(picture_tokens(url, unknown=_TOKENS_PER_IMAGE) for url in images_of(messages))
    return {
        "prompt_tokens": prompt,
        "completion_tokens": written.output_tokens,
        "total_tokens": prompt + written.output_tokens,
        "completion_tokens_details": {"reasoning_tokens": _tokens(written.thinking)},
    }


def _tokens(text: str) -> int:
    return -(-len(text.encode(errors="replace")) // _BYTES_PER_TOKEN)
