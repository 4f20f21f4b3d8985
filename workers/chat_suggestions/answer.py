"""What a usable answer is: three replies that a creator can send as they stand.

A model is never believed. Each reply is checked for what creators would be ashamed of: an unfilled
placeholder, the same thing said twice, a link, markup, or a piece of our own instructions.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, StringConstraints

from shared.ai.answers import UnusableAnswerError, parse_answer
from shared.ai.echoes import echoes
from shared.ai.placeholders import has_placeholder
from shared.ai.plain_text import impurities, is_plain
from shared.ai.port import AnswerSchema
from workers.chat_suggestions.messages import FlagCode

#: Longer is no chat message; the model is asked for less, so that only a runaway is refused.
MAX_TEXT_CHARACTERS = 600
SUGGESTIONS = 3
UNDETERMINED = "und"
#: A name this long may hold what our instructions say; a shorter one would only tear words apart.
_LONG_NAME_CHARACTERS = 20

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)
#: What our instructions speak of, and no person does.
_TELLTALE = re.compile(r"\bJSON\b|\bBCP ?47\b|\b(?:fan_(?:message|name)|creator_voice)\b", re.IGNORECASE)
#: A model writes three texts; which is which is told by their places: (tone, intent).
PLACES = (("warm", "connect"), ("playful", "tease"), ("curious", "ask back"))


def _text_or_undetermined(value: Any) -> Any:
    """Take a language that is no text for an unknown one: three good replies are worth more than its name."""
    return value if isinstance(value, str) else UNDETERMINED


#: What a model may flag.
_CODES = [code for code in FlagCode if code is not FlagCode.REFUSED]


def _code_or_nothing(value: Any) -> Any:
    return value if value in _CODES else None


class Draft(BaseModel):
    """One reply as the model writes it."""

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT_CHARACTERS)
    ]
    tone: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    intent: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


def _drafts(value: Any) -> Any:
    """Give bare texts the tones of their places; a model that writes more than was asked may do so."""
    if not isinstance(value, list) or len(value) != SUGGESTIONS:
        return value
    return [
        {"text": said, "tone": tone, "intent": intent} if isinstance(said, str) else said
        for said, (tone, intent) in zip(value, PLACES, strict=True)
    ]


class Answer(BaseModel):
    """The answer as the model is asked for it: texts alone, since every word of it is paid for."""

    language: Annotated[str, BeforeValidator(_text_or_undetermined)] = UNDETERMINED
    suggestions: Annotated[
        list[Draft],
        BeforeValidator(_drafts),
        Field(
            min_length=SUGGESTIONS,
            max_length=SUGGESTIONS,
            validation_alias=AliasChoices("suggestions", "replies"),
        ),
    ]
    #: What is forbidden in the conversation, as far as the model sees; what it makes up is nothing.
    flag: Annotated[FlagCode | None, BeforeValidator(_code_or_nothing)] = None


@lru_cache(maxsize=1)  # the cache asks whether an answer is usable, and then the handler reads the same one
def read_answer(text: str, *, rules: str, fan_name: str) -> Answer:
    """Return the answer in a model's text.

    Args:
        text: what the model wrote, without its thinking.
        rules: our instructions, the creator's voice among them, which no reply may quote.
        fan_name: what the fan is called, which no rule may refuse, be it `[VIP] Tom`.

    Raises:
        UnusableAnswerError: it can't be shown to a creator; `problems` says why.
    """
    answer = parse_answer(text, Answer)
    problems = [
        f"suggestions.{number}: {problem}"
        for number, draft in enumerate(answer.suggestions)
        for problem in problems_of(draft, rules, fan_name)
    ]
    if len({essence(draft.text) for draft in answer.suggestions}) < SUGGESTIONS:
        problems.append("Two suggestions say the same; write three different ones.")
    if problems:
        raise UnusableAnswerError(*problems)
    return answer


@cache
def answer_schema() -> AnswerSchema:
    """Return the schema of an answer."""
    return AnswerSchema(name="chat_suggestions", json_schema=Answer.model_json_schema())


def is_visible(text: str) -> bool:
    """Say whether a person sees anything of a text; zero-width characters alone are none."""
    return any(character.isprintable() and not character.isspace() for character in text)


def language_tag(text: str) -> str | None:
    """Return a text as a BCP 47 tag, or `None` when it is none (`French` is not)."""
    tag = text.strip().replace("_", "-")
    return tag if _LANGUAGE_TAG.fullmatch(tag) else None


def problems_of(draft: Draft, rules: str, fan_name: str) -> list[str]:
    """Say why a reply can't be sent as it stands, in words that a model can mend it by."""
    text = draft.text
    problems = list(impurities(text))
    if not is_visible(text):
        problems.append("the text is empty.")
    if has_placeholder(text.replace(fan_name, "") if has_placeholder(fan_name) else text):
        problems.append("a placeholder is left in the text; write it ready to send.")
    if not (is_plain(draft.tone) and is_plain(draft.intent)):
        problems.append("tone and intent are a few plain English words.")
    own_words = text.replace(fan_name, "") if len(fan_name) >= _LONG_NAME_CHARACTERS else text
    if _TELLTALE.search(text) or any(
        echoes(said, (rules,)) for said in (own_words, draft.tone, draft.intent)
    ):
        problems.append("the text quotes your instructions; reply to the fan instead.")
    return problems


def essence(text: str) -> str:
    """Return a text without case, spacing and punctuation; emojis count only when nothing else is left."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum()) or "".join(folded.split())
