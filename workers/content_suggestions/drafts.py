"""An idea as a model writes it."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from shared.ai.port import AnswerSchema
from workers.content_suggestions.brief import FEWEST_IDEAS, MAX_TEXT, MOST_IDEAS
from workers.content_suggestions.messages import Basis

UNDETERMINED = "und"


def _text(most: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


def _brief(most: int) -> Any:
    """Take an explanation that is too long as far as it goes: cutting it is cheaper than asking again."""
    return BeforeValidator(lambda value: value.strip()[:most] if isinstance(value, str) else value)


def _text_or_undetermined(value: Any) -> Any:
    return value if isinstance(value, str) else UNDETERMINED


def _known_basis(value: Any) -> Any:
    return value if isinstance(value, str) and value in {*Basis} else Basis.GENERAL


Explanation = Annotated[str, _brief(300), _text(300)]


class DraftTime(BaseModel):
    """When to publish."""

    when: Annotated[str, _text(80)]
    reason: Explanation
    basis: Annotated[Basis, BeforeValidator(_known_basis)] = Basis.GENERAL


class DraftPrice(BaseModel):
    """What to ask for it."""

    amount: Annotated[float, Field(gt=0, lt=10_000_000)]
    reason: Explanation


class Draft(BaseModel):
    """One idea."""

    title: Annotated[str, _text(120)]
    text: Annotated[str, _text(MAX_TEXT)]
    hook: Annotated[str, _text(200)]
    hashtags: Annotated[list[str], Field(max_length=60)] = []
    call_to_action: Annotated[str, _text(200)]
    best_time: DraftTime
    reason: Explanation
    price: DraftPrice | None = None


class Answer(BaseModel):
    """The answer as the model is asked for it."""

    language: Annotated[str, BeforeValidator(_text_or_undetermined)] = UNDETERMINED
    ideas: Annotated[list[Draft], Field(min_length=FEWEST_IDEAS, max_length=MOST_IDEAS)]


class LooseAnswer(BaseModel):
    """The answer as it is read: each idea is judged by itself."""

    language: Annotated[str, BeforeValidator(_text_or_undetermined)] = UNDETERMINED
    ideas: Annotated[list[Any], Field(min_length=1, max_length=20)]


@cache
def answer_schema() -> AnswerSchema:
    """Return the schema of an answer."""
    return AnswerSchema(name="content_suggestions", json_schema=Answer.model_json_schema())
