"""A chat completion on the wire, as both of Azure's routes answer it, read tolerantly.

Only what is used is modelled. `/models` puts a model's thinking into the content between `<think>` tags;
`/openai/v1` puts it beside the content; either way it is no part of the answer.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from shared.ai.answers import separate_thinking
from shared.ai.port import FinishReason, Usage
from shared.ai.thinking import mended

Count = Annotated[int, Field(ge=0)]


def _text(content: Any) -> Any:
    """Join content that arrives in parts; no content, as after a filter, is an empty text."""
    if content is None:
        return ""
    if isinstance(content, list):
        content = "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return mended(content) if isinstance(content, str) else content


class _Message(BaseModel):
    content: Annotated[str, BeforeValidator(_text)] = ""
    reasoning_content: Annotated[str, BeforeValidator(_text)] = ""


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _OutputDetails(BaseModel):
    reasoning_tokens: Count | None = None


class _Usage(BaseModel):
    prompt_tokens: Count
    completion_tokens: Count
    completion_tokens_details: _OutputDetails | None = None


def _or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Take what can't be read for missing: the other half of the answer still counts."""
    try:
        return read(value)
    except ValidationError:
        return None


class Completion(BaseModel):
    """The answer of a chat completions call, of which any part may be missing."""

    choices: Annotated[list[_Choice] | None, WrapValidator(_or_none)] = None
    counted: Annotated[_Usage | None, WrapValidator(_or_none), Field(alias="usage")] = None

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer at all."""
        return bool(self.choices)

    @property
    def text(self) -> str:
        """The answer, without the thinking."""
        return separate_thinking(self.choices[0].message.content)[1] if self.choices else ""

    @property
    def thinking(self) -> str:
        """The thinking, wherever it stands."""
        if not self.choices:
            return ""
        message = self.choices[0].message
        return message.reasoning_content or separate_thinking(message.content)[0]

    @property
    def finish_reason(self) -> FinishReason:
        """Why the model stopped; a reason that is not known counts as cut off, which is never kept."""
        try:
            return FinishReason((self.choices and self.choices[0].finish_reason) or "")
        except ValueError:
            return FinishReason.LENGTH

    @property
    def usage(self) -> Usage | None:
        """The tokens to pay for, where the service says so."""
        if self.counted is None:
            return None
        return Usage(
            input_tokens=self.counted.prompt_tokens,
            output_tokens=self.counted.completion_tokens,
            reasoning_tokens=self._reasoning_tokens(self.counted),
        )

    def _reasoning_tokens(self, counted: _Usage) -> int:
        """Return the tokens of the thinking; where nobody tells them apart, by its share of the text."""
        details = counted.completion_tokens_details
        if details is not None and details.reasoning_tokens is not None:
            return details.reasoning_tokens
        thinking, answer = len(self.thinking), len(self.text)
        return counted.completion_tokens * thinking // (thinking + answer) if thinking else 0
