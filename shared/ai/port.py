"""The one port to language models: `ChatModel`.

Everything that calls a model, and every policy around a call (cache, fallback, retry, budget, metering),
speaks this port; a policy is a `ChatModel` that wraps a `ChatModel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Literal, Protocol


class Role(StrEnum):
    """What a model is wanted for; the catalogue maps a role to a deployment."""

    GENERATION = "generation"
    CREATIVE = "creative"
    REASONING = "reasoning"
    VISION = "vision"
    CLASSIFICATION = "classification"


class CacheScope(StrEnum):
    """Who may be served an answer again."""

    #: Any creator: the request holds nothing personal.
    SHARED = "shared"
    #: The same creator only.
    CREATOR = "creator"
    #: Nobody.
    NONE = "none"


class FinishReason(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"


class Complexity(StrEnum):
    """How much thought a request takes."""

    #: A rule or a small model is enough.
    SIMPLE = "simple"
    STANDARD = "standard"
    #: Several steps of reasoning.
    COMPLEX = "complex"


class Thrift(IntEnum):
    """How much the budget asks a request to save; each rung includes those before it."""

    NONE = 0
    #: Answer more briefly.
    BRIEF = 1
    #: Ask cheaper models.
    CHEAP = 2


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a kind of request is, apart from its content: declared once, beside its prompt."""

    #: `chat.suggest`, `chat.classify`, …; part of the cache key and of every span and ledger row.
    name: str
    #: Raised whenever the prompt's wording changes, so that old answers are not served for new prompts.
    prompt_version: int
    role: Role
    cache_scope: CacheScope
    cache_ttl_seconds: int
    max_output_tokens: int
    temperature: float
    #: How much thought a request takes is worth finding out: by rules, or by asking a small model.
    routed_by_complexity: bool = False
    #: Said at the end of the question when the budget asks for brief answers.
    brief_words: str = ""
    #: An older answer is still served while somebody gets a new one; `None`: as long as it is kept.
    cache_fresh_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Image:
    """A picture for a vision model."""

    data: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """One turn of the conversation with the model."""

    role: Literal["system", "user", "assistant"]
    text: str
    images: Sequence[Image] = ()


@dataclass(frozen=True, kw_only=True)
class AnswerSchema:
    """The JSON an answer must be. Models without a JSON mode are told it in words; all are checked by us."""

    name: str
    json_schema: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens as the service counted them; reasoning tokens are part of the output tokens.

    A service that doesn't tell reasoning tokens apart has them estimated by the thinking's share of the text.
    """

    input_tokens: int
    output_tokens: int
    reasoning_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class ModelCall:
    """One paid call of a model, for the ledger; counted even when its answer was refused."""

    task: str
    #: Speech is paid by the second, and no model of the router's plays that role.
    role: Role | Literal["transcription"]
    deployment: str
    usage: Usage
    cost_usd_micros: int
    #: Nobody counted it: the call was cut off, and the service may bill it all the same.
    is_estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class ModelRequest:
    """One question to a model."""

    task: Task
    #: The tenant that pays, and whose answers may be served again under `CacheScope.CREATOR`.
    creator_id: str
    messages: Sequence[Message]
    #: Monotonic seconds (of the process' clock) after which no answer is wanted.
    deadline: float
    #: Told of every paid call at the moment it is paid, refused answers included, so that no failure and
    #: no cancellation can lose money out of sight. The engine's is `JobContext.spent`.
    spent: Callable[[ModelCall], None]
    answer_schema: AnswerSchema | None = None
    #: BCP 47 language the answer is wanted in, where known.
    language: str | None = None
    #: The most that this request may cost; `None` leaves it to the budget.
    budget_usd_micros: int | None = None
    #: Whether an answer's text is one the caller can use: only such an answer is kept, or served again.
    accepts: Callable[[str], bool] | None = None
    #: How much thought it takes, where the caller knows; otherwise rules decide, or a small model.
    complexity: Complexity | None = None
    #: Set by the budget on the request's way.
    thrift: Thrift = Thrift.NONE
    #: Given pieces of the answer as they are written. Once it has been, no other model is asked.
    on_text: Callable[[str], None] | None = None

    def but(self, **changes: Any) -> ModelRequest:
        """Return a copy that differs in some fields.

        This is `dataclasses.replace` at a quarter of its CPU time; each of the policies makes a copy or two.
        """
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__, **changes)
        return copied


@dataclass(frozen=True, kw_only=True)
class ModelReply:
    """A model's answer."""

    #: The answer itself; a model's thinking is never part of it.
    text: str
    #: The deployment that wrote it.
    deployment: str
    finish_reason: FinishReason
    usage: Usage
    #: What was paid for this answer now, refused tries included: 0 when it came from the cache.
    cost_usd_micros: int
    cached: bool = False


class ChatModel(Protocol):
    """Answers questions."""

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer.

        Raises:
            JobError: what went wrong, in the engine's terms (`RateLimitError`, `ModelError`,
                `NetworkError`, `JobTimeoutError`, `ContentFilteredError`, `BudgetExceededError`).
        """
        ...
