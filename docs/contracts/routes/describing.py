"""How one route is described: who may ask, what for, and every status that may be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from shared.access.operators import Role

FUNCTION_KEY, OPERATOR_KEY, CREATOR_TOKEN = "functionKey", "operatorKey", "creatorToken"
JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may ask."""

    #: For people.
    who: str
    #: Each one alone suffices: the security schemes that are needed together.
    schemes: tuple[tuple[str, ...], ...]
    #: Of the operator, at least; `None`: no operator is asked for.
    role: Role | None = None
    #: Whether one of the ways in does without the operator's key.
    optional: bool = False


OPEN = Access(who="anybody", schemes=((),))
FRONT_END = Access(who="the front end", schemes=((FUNCTION_KEY,),))
CREATOR = Access(who="a creator", schemes=((CREATOR_TOKEN,),))
SIGNER = Access(who="Azure Speech, by its signature", schemes=((),))
OPEN_OR_VIEWER = Access(
    who="anybody; `viewer` learns more", schemes=((), (OPERATOR_KEY,)), role=Role.VIEWER, optional=True
)


def operator(role: Role) -> Access:
    """Return that an operator may ask."""
    return Access(who=f"`{role}`", schemes=((FUNCTION_KEY, OPERATOR_KEY),), role=role)


def front_end_or(role: Role) -> Access:
    """Return that the front end may ask for one creator, and an operator for all."""
    return Access(
        who=f"the front end for a creator, `{role}` for all",
        schemes=((FUNCTION_KEY,), (FUNCTION_KEY, OPERATOR_KEY)),
        role=role,
        optional=True,
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered with one status."""

    what: str
    #: The JSON's shape; without one the body is of `media_types`, or there is none.
    model: type[BaseModel] | None = None
    media_types: tuple[str, ...] = ()
    #: The headers that always come with it.
    headers: tuple[str, ...] = ()
    example: Any = None


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one HTTP function."""

    #: As it is registered.
    function: str
    method: str
    access: Access
    answers: Mapping[int, Answer]
    #: Further errors, by status: the codes. Those that follow from access, query and body need no mention.
    refused: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    body_required: bool = True
    body_example: Any = None
    #: Optional headers of the request that count, with what they mean.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Parameters of the query that only a higher role may set.
    raised: Mapping[str, Role] = field(default_factory=dict)
    #: In place of the function's own first line, where that stands for several methods.
    summary: str | None = None
    #: Whether errors are told as JSON with a code; pages and files are answered to browsers.
    tells_codes: bool = True

    @property
    def refusals(self) -> dict[int, tuple[str, ...]]:
        """Return every error's codes, by status."""
        found: dict[int, list[str]] = {}
        for status, code in (*self._by_access(), *self._by_input(), *self._own()):
            codes = found.setdefault(status, [])
            if code not in codes:
                codes.append(code)
        return {status: tuple(found[status]) for status in sorted(found)}

    def _by_access(self) -> list[tuple[int, str]]:
        if not self.tells_codes or self.access is SIGNER:
            return []
        if self.access is CREATOR:
            return [(401, "UNAUTHENTICATED")]
        found = [(500, "INTERNAL_ERROR")] if self.access is not OPEN else []
        if self.access.role is not None:
            found += [(401, "OPERATOR_KEY_NEEDED"), (503, "DATABASE_UNAVAILABLE")]
            if self.access.role is not Role.VIEWER or self.raised:
                found.append((403, "ROLE_TOO_LOW"))
        return found

    def _by_input(self) -> list[tuple[int, str]]:
        found = []
        if self.query is not None and self.tells_codes and self.access is not SIGNER:
            found.append((400, "INVALID_REQUEST"))
        if self.body is not None:
            found += [(400, "INVALID_REQUEST"), (413, "TOO_LARGE")]
        return found

    def _own(self) -> list[tuple[int, str]]:
        return [(status, code) for status, codes in self.refused.items() for code in codes]
