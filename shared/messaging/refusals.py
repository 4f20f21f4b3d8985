"""Why a message is no job, in words for people: which field, what it should have been, never its value."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from pydantic import ValidationError

from shared.messaging.sanitising import storable_error

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: A reason is read by a person: the first problems are enough.
_MAX_FIELDS = 3

#: A field's name; what else stands in an error's place names a branch of a union.
_FIELD = re.compile(r"(?!(?:str|int|float|bool)$)[a-z][A-Za-z0-9]*")

#: By Pydantic's error types; the braces are filled from the error's context, which holds our own limits.
_WORDS = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "has more than {max_length} characters",
    "string_pattern_mismatch": "is too long or has characters that are not allowed",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "sequence_str": "must be a list",
    "too_long": "has more than {max_length} entries",
    "too_short": "has fewer than {min_length} entries",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "bool_type": "must be true or false",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "value_error": "{error}",
}
_DATE = "must be a date and time such as 2026-11-24T10:00:00.000Z"


def reason(error: ValidationError) -> str:
    """Return what is wrong with a message's fields."""
    problems: defaultdict[str, list[str]] = defaultdict(list)
    for problem in error.errors(include_url=False, include_input=False):
        words = _words(problem)
        if words not in problems[place := _place(problem)]:
            problems[place].append(words)
    said = [f"{place}: {' or '.join(words)}" for place, words in problems.items()]
    more = f" (and {len(said) - _MAX_FIELDS} more)" if len(said) > _MAX_FIELDS else ""
    return storable_error("; ".join(said[:_MAX_FIELDS]) + more)


def _place(problem: ErrorDetails) -> str:
    """Name the field, such as `context.recentMessages.0.text`."""
    return ".".join(str(part) for part in problem["loc"] if isinstance(part, int) or _FIELD.fullmatch(part))


def _words(problem: ErrorDetails) -> str:
    if problem["type"].startswith("date"):
        return _DATE
    return _WORDS.get(problem["type"], "is not valid").format(**problem.get("ctx", {}))
