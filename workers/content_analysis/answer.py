"""What usable answers are: what the pictures show, and what is made of the content.

A model is never believed. Numbers are bounded, lists are short, drawers that do not exist are `other`, and no
text that a creator is shown holds a link, markup or code, whatever the content told the model to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from shared.ai.answers import UnusableAnswerError, parse_answer
from shared.ai.echoes import echoes
from shared.ai.plain_text import impurities
from shared.ai.port import AnswerSchema
from shared.ai.schemas import plain_schema
from workers.content_analysis.findings import Outlook, SafetyCategory, Sentiment, Severity

UNDETERMINED = "und"
#: Names that only the question holds: whoever writes them writes about it.
_TELLTALE = re.compile(
    r"\bJSON\b|\bBCP ?47\b|\bsystem prompt\b"
    r"|\b(?:answer_language|meant_as|asked_for|known_of_it|text_on_screen|people_count|\w+_hint|fan_\w+)\b",
    re.IGNORECASE,
)
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)


def _text(most: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


def _brief(most: int) -> Any:
    """Take a text that is too long as far as it goes: cutting it is cheaper than asking again."""
    return BeforeValidator(lambda value: value.strip()[:most] if isinstance(value, str) else value)


def _known_category(value: Any) -> Any:
    """Take a category of the model's own for `other`: the finding counts, not its drawer."""
    return value if isinstance(value, str) and value in {*SafetyCategory} else SafetyCategory.OTHER


def _tag_or_undetermined(value: Any) -> Any:
    """Take a language that is no tag for an unknown one: the judgement counts, not its name."""
    tag = value.strip().replace("_", "-") if isinstance(value, str) else ""
    return tag if _LANGUAGE_TAG.fullmatch(tag) else UNDETERMINED


Line = Annotated[str, _brief(60), _text(60)]
Sentence = Annotated[str, _brief(400), _text(400)]
Grade = Annotated[int, Field(ge=0, le=100)]


class Risk(BaseModel):
    """Something that a platform may object to."""

    category: Annotated[SafetyCategory, BeforeValidator(_known_category)]
    severity: Severity
    note: Sentence


class SeenQuality(BaseModel):
    """One side of how the picture is made."""

    aspect: Line
    score: Grade
    note: Sentence


class LookAnswer(BaseModel):
    """What the model sees."""

    description: Annotated[str, _brief(1_000), _text(1_000)]
    people_count: Annotated[int, Field(ge=0, le=100)]
    setting: Sentence
    mood: Line
    style: Line
    objects: Annotated[list[Line], Field(max_length=20)]
    text_on_screen: Annotated[list[Sentence], Field(max_length=20)]
    quality: Annotated[list[SeenQuality], Field(max_length=8)]
    safety: Annotated[list[Risk], Field(max_length=12)]


class JudgedAspect(BaseModel):
    """One side of the content."""

    name: Line
    score: Grade
    reason: Sentence


class Advice(BaseModel):
    """One thing to do."""

    topic: Line
    text: Annotated[str, _brief(800), _text(800)]


class Prediction(BaseModel):
    """How people will take to it."""

    outlook: Outlook
    score: Grade
    reasons: Annotated[list[Sentence], Field(min_length=1, max_length=5)]


class JudgementAnswer(BaseModel):
    """What is made of the content as a whole."""

    language: Annotated[str, BeforeValidator(_tag_or_undetermined)] = UNDETERMINED
    summary: Annotated[str, _brief(1_500), _text(1_500)]
    score: Grade
    sentiment: Sentiment
    tags: Annotated[list[Line], Field(min_length=1, max_length=12)]
    aspects: Annotated[list[JudgedAspect], Field(min_length=1, max_length=8)]
    strengths: Annotated[list[Sentence], Field(max_length=6)]
    engagement: Prediction
    recommendations: Annotated[list[Advice], Field(min_length=1, max_length=8)]
    safety: Annotated[list[Risk], Field(max_length=12)]


def read_look(text: str, *, rules: str = "") -> LookAnswer:
    """Return what the model saw.

    Args:
        text: the model's answer.
        rules: what it was told by us, which no answer quotes.

    Raises:
        UnusableAnswerError: it has another form, or a text that is shown is no plain words. What can be read
            in the picture is not shown, and may be anything.
    """
    answer = parse_answer(text, LookAnswer)
    _check(_look_texts(answer), rules)
    return answer


def read_judgement(text: str, *, rules: str = "") -> JudgementAnswer:
    """Return what the model made of the content.

    Args:
        text: the model's answer.
        rules: what it was told by us, which no answer quotes.

    Raises:
        UnusableAnswerError: it has another form, or a text in it is no plain words.
    """
    answer = parse_answer(text, JudgementAnswer)
    _check(_texts(answer), rules)
    return answer


def _check(texts: Iterator[str], rules: str) -> None:
    shown = list(texts)
    problems = sorted({problem for said in shown for problem in impurities(said)})
    whole = "\n".join(shown)
    if _TELLTALE.search(whole) or echoes(whole, (rules,)):
        problems.append("the answer quotes its instructions; write about the content.")
    if problems:
        raise UnusableAnswerError(*problems)


@cache
def look_schema() -> AnswerSchema:
    """Return the schema of what is seen."""
    return AnswerSchema(name="content_look", json_schema=plain_schema(LookAnswer))


@cache
def judgement_schema() -> AnswerSchema:
    """Return the schema of what is made of the content."""
    return AnswerSchema(name="content_judgement", json_schema=plain_schema(JudgementAnswer))


def _look_texts(answer: LookAnswer) -> Iterator[str]:
    """Yield every text that the creator is shown."""
    yield answer.description
    yield from answer.objects
    for seen in answer.quality:
        yield from (seen.aspect, seen.note)
    yield from (risk.note for risk in answer.safety)


def _texts(answer: JudgementAnswer) -> Iterator[str]:
    """Yield every text that the creator is shown."""
    yield answer.summary
    yield from answer.tags
    yield from answer.strengths
    yield from answer.engagement.reasons
    for aspect in answer.aspects:
        yield from (aspect.name, aspect.reason)
    for advice in answer.recommendations:
        yield from (advice.topic, advice.text)
    yield from (risk.note for risk in answer.safety)
