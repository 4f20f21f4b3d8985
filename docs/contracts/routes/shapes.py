"""Shapes that answers have in common. They document what is answered; tests hold real answers to them."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, RootModel
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    """Part of an answer: camelCase, and nothing that is not described."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class RefusalReason(Shape):
    """Why something was not done."""

    #: Tells programs why; stable.
    code: str
    #: Tells people why; never quotes what was asked.
    message: str


class Refusal(Shape):
    """Every error looks like this."""

    error: RefusalReason


T = TypeVar("T")


class OneOf(RootModel[T], Generic[T]):
    """One of several shapes."""
