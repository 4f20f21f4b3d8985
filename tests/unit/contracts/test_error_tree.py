"""The error tree: what is published of it, and what it promises."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from docs.contracts.catalogue import error_codes
from shared import errors
from shared.errors import HuntazeError, JobError, PermanentError, TransientError

PERMANENT = {
    "INVALID_PAYLOAD",
    "VIDEO_NOT_FOUND",
    "UNSUPPORTED_MEDIA",
    "CONTENT_FILTERED",
    "FORBIDDEN_URL",
    "POISON_MESSAGE",
    "CANCELLED",
}
TRANSIENT = {"RATE_LIMIT", "TIMEOUT", "NETWORK_ERROR", "MODEL_ERROR", "BUDGET_EXCEEDED", "INTERNAL_ERROR"}

_CLASSES = [
    error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, HuntazeError)
]
_CODED = [error for error in _CLASSES if issubclass(error, JobError) and "code" in vars(error)]


def test_each_code_is_one_class() -> None:
    """Nothing shows two codes for one failure, nor one for two."""
    assert Counter(error.code for error in _CODED) == dict.fromkeys(PERMANENT | TRANSIENT, 1)


def test_every_failure_of_a_job_has_a_code() -> None:
    """A leaf without a code could not be announced; a special case has its parent's."""
    grown = {base for error in _CLASSES for base in error.__bases__}
    leaves = [error for error in _CLASSES if issubclass(error, JobError) and error not in grown]
    assert {_coded(leaf) for leaf in leaves} == set(_CODED)


def _coded(error: type[JobError]) -> type[JobError]:
    return next(cls for cls in error.__mro__ if "code" in vars(cls) and issubclass(cls, JobError))


def test_the_branch_says_whether_trying_again_helps() -> None:
    """The published kinds follow from the branches."""
    published = {entry.code: entry.permanent for entry in error_codes()}
    assert published == {**dict.fromkeys(PERMANENT, True), **dict.fromkeys(TRANSIENT, False)}
    assert all(issubclass(error, PermanentError) != issubclass(error, TransientError) for error in _CODED)


@pytest.mark.parametrize("error", _CODED, ids=lambda error: error.code)
def test_an_error_without_words_uses_its_docstring(error: type[JobError]) -> None:
    """So every code has a sentence that a creator may read."""
    assert error().message == str(error()) == (error.__doc__ or "").strip()
    assert error().message.endswith(".")
    assert error("Said otherwise.").message == "Said otherwise."


def test_a_transient_error_carries_the_pause_that_a_service_asked_for() -> None:
    """And none when it asked for none."""
    assert errors.RateLimitError(retry_after_seconds=7.5).retry_after_seconds == 7.5
    assert errors.RateLimitError().retry_after_seconds is None


def test_the_drawing_shows_every_class_and_its_code() -> None:
    """The tree in the module's docstring is the tree in its code."""
    drawn = dict(re.findall(r"[├└]── (\w+Error)(?: +([A-Z_]+)$)?", errors.__doc__ or "", re.MULTILINE))
    assert set(drawn) | {"HuntazeError"} == {error.__name__ for error in _CLASSES}
    assert {name: code for name, code in drawn.items() if code} == {
        error.__name__: error.code for error in _CODED
    }
