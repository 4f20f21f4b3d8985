"""What usable ideas are: at least three that a creator can publish as they stand, each another one.

A model is never believed. An idea that can't be shown costs nothing but itself: the others are served while
there are enough of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from shared.ai.answers import UnusableAnswerError, parse_answer
from workers.content_suggestions.brief import FEWEST_IDEAS, Brief
from workers.content_suggestions.checks import problems_of
from workers.content_suggestions.drafts import UNDETERMINED, Draft, LooseAnswer
from workers.content_suggestions.likeness import are_alike
from workers.content_suggestions.preferences import language_tag
from workers.content_suggestions.tongues import primary_language

#: A model repairs the first problems; the rest are usually the same ones again.
_MAX_PROBLEMS = 8
#: Nobody asked for more, and judging takes time.
_MOST_JUDGED = 8


@dataclass(frozen=True, kw_only=True)
class Ideas:
    """Usable ideas."""

    #: BCP 47, or `None` where the model named none.
    language: str | None
    drafts: tuple[Draft, ...]


@lru_cache(maxsize=16)  # the cache asks whether an answer is usable, and then the handler reads the same one
def read_ideas(text: str, brief: Brief, *, rules: str) -> Ideas:
    """Return the ideas in a model's text that can be shown to the creator.

    Args:
        text: what the model wrote, without its thinking.
        brief: what was asked for.
        rules: our instructions, which no idea may quote.

    Raises:
        UnusableAnswerError: there are too few; `problems` says what is wrong with the others.
    """
    answer = parse_answer(text, LooseAnswer)
    language = None if answer.language == UNDETERMINED else language_tag(answer.language)
    _must_be_wanted(language, brief)
    drafts, problems = list[Draft](), list[str]()
    for number, written in enumerate(answer.ideas[:_MOST_JUDGED]):
        found = _judged(written, brief, rules, drafts)
        if isinstance(found, Draft):
            drafts.append(found)
        else:
            problems += [f"ideas.{number}: {problem}" for problem in found]
    if len(drafts) < FEWEST_IDEAS:
        few = f"Only {len(drafts)} usable ideas are left; write {brief.count} that differ."
        raise UnusableAnswerError(*problems[:_MAX_PROBLEMS], few)
    return Ideas(language=language, drafts=tuple(drafts[: brief.count]))


def _must_be_wanted(language: str | None, brief: Brief) -> None:
    if language and brief.language and primary_language(language) != primary_language(brief.language):
        raise UnusableAnswerError(f"language: write in {brief.language}.")


def _judged(written: Any, brief: Brief, rules: str, before: Sequence[Draft]) -> Draft | list[str]:
    """Return an idea, or what is wrong with it."""
    try:
        draft = Draft.model_validate(written)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return [f"{'.'.join(map(str, each['loc'])) or 'the idea'}: {each['msg']}" for each in found]
    return [*problems_of(draft, brief, rules), *_repetitions(draft, brief, before)] or draft


def _repetitions(draft: Draft, brief: Brief, before: Sequence[Draft]) -> Iterator[str]:
    if any(are_alike(draft.text, each.text) or are_alike(draft.title, each.title) for each in before):
        yield "it says the same as an idea before it; take another angle."
    if any(are_alike(used, part) for used in brief.used for part in (draft.title, draft.text)):
        yield "the creator had this idea before; take another angle."
