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

Count = Annotated[int, Field(ge=0)]


def _text(content: Any) -> Any:
    """Join content that arrives in parts; no content, as after a filter, is an empty text."""
    if content is None:
        return ""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return content


class _Message(BaseModel):
    content: Annotated[str, BeforeValidator(_text)] = ""


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
        details = self.counted.completion_tokens_details
        return Usage(
            input_tokens=self.counted.prompt_tokens,
            output_tokens=self.counted.completion_tokens,
            reasoning_tokens=(details and details.reasoning_tokens) or 0,
        )
