"""Reading what a model answered: the thinking cut off, the JSON found, its shape checked.

Models wrap JSON in prose and code fences, think aloud before it, repeat themselves, and cut emojis in half.
All of that is tolerated. What is not: an answer that misses its schema, whatever the model was asked for,
because several deployments have no JSON mode at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from shared.ai.thinking import ANSWER_STARTS, THINKING, THOUGHT
from shared.errors import HuntazeError, InvalidPayloadError
from shared.messaging.sanitising import storable

#: No answer of ours comes near; more is a model that runs in circles.
MAX_ANSWER_CHARACTERS = 64_000
#: Braces in prose are tried as JSON this often, so that reading stays linear in practice.
_MAX_ATTEMPTS = 32
#: The model repairs the first problems; the rest are usually the same one again.
_MAX_PROBLEMS = 5

T = TypeVar("T", bound=BaseModel)


class UnusableAnswerError(HuntazeError):
    """The AI model's answer does not have the form that was asked for; it may be asked to repair it."""

    def __init__(self, *problems: str) -> None:
        super().__init__()
        #: What is wrong, in words that may be sent back to the model; they never quote the answer.
        self.problems = problems


def separate_thinking(text: str) -> tuple[str, str]:
    """Return a model's thinking and its answer, from an answer that may hold both.

    Some templates put the opening tag into the prompt, so that only the closing one is answered; and an
    answer that runs out of tokens may never close it. A tag inside the answer itself is left alone.
    """
    head = text.lstrip()
    if head.startswith(THINKING):
        thinking, _, answer = head[len(THINKING) :].partition(THOUGHT)
        return thinking.strip(), answer.strip()
    if THOUGHT in head and not head.startswith(ANSWER_STARTS):
        thinking, _, answer = head.partition(THOUGHT)
        return thinking.strip(), answer.strip()
    return "", text.strip()


def parse_answer(text: str, shape: type[T]) -> T:
    """Return the last JSON object of an answer that has the wanted shape.

    The last, because models draft before they answer.

    Raises:
        UnusableAnswerError: there is none; `problems` says why, for the model to repair.
    """
    problems: tuple[str, ...] = ("The answer holds no JSON object.",)
    found: T | None = None
    for candidate in _json_objects(text[:MAX_ANSWER_CHARACTERS]):
        try:
            found = shape.model_validate(storable(candidate))
        except ValidationError as error:
            problems = _problems(error)
        except InvalidPayloadError:
            problems = ("The JSON is nested too deeply.",)
    if found is None:
        raise UnusableAnswerError(*problems)
    return found


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the outermost JSON objects in a text, in order."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    position = text.find("{")
    for _ in range(_MAX_ATTEMPTS):
        if position < 0:
            return
        try:
            value, end = decoder.raw_decode(text, position)
        except (
            ValueError,
            RecursionError,
        ):  # ValueError also for a number of more digits than Python converts
            end = position + 1
        else:
            yield value
        position = text.find("{", end)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _problems(error: ValidationError) -> tuple[str, ...]:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return tuple(f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}" for e in found[:_MAX_PROBLEMS])
