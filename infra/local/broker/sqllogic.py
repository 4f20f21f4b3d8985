"""SQL's three-valued logic over messages: what a filter's expressions mean.

`None` stands for UNKNOWN throughout: a property that is not there is NULL, a comparison with NULL or between
types without a common order is UNKNOWN, and only TRUE lets a message in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

Truth = bool | None


class Routed(Protocol):
    """What a filter may know of a message."""

    @property
    def application_properties(self) -> Mapping[str, Any]:
        """The sender's own properties."""
        ...

    def property(self, index: int) -> Any:
        """One of AMQP's thirteen properties, by position."""
        ...


Term = Callable[[Routed], Any]
Condition = Callable[[Routed], Truth]

_SYSTEM_PROPERTIES = {
    "messageid": 0,
    "to": 2,
    "label": 3,
    "subject": 3,
    "replyto": 4,
    "correlationid": 5,
    "contenttype": 6,
    "sessionid": 10,
    "replytosessionid": 12,
}


class FilterError(ValueError):
    """The expression is not in the language; the message says where."""


def negate(truth: Truth) -> Truth:
    """NOT: UNKNOWN stays UNKNOWN."""
    return None if truth is None else not truth


def both(left: Condition, right: Condition) -> Condition:
    """AND: FALSE decides, UNKNOWN is what remains."""

    def evaluate(message: Routed) -> Truth:
        first = left(message)
        if first is False:
            return False
        second = right(message)
        if second is False:
            return False
        return None if first is None or second is None else True

    return evaluate


def either(left: Condition, right: Condition) -> Condition:
    """OR: TRUE decides, UNKNOWN is what remains."""

    def evaluate(message: Routed) -> Truth:
        first = left(message)
        if first is True:
            return True
        second = right(message)
        if second is True:
            return True
        return None if first is None or second is None else False

    return evaluate


ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "<>": lambda left, right: bool(left != right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}


def compare(sign: str, left: Any, right: Any) -> Truth:
    """Compare two values; UNKNOWN for NULL and for types that have no common order."""
    if left is None or right is None or not _comparable(left, right):
        return None
    return ORDERINGS[sign](left, right)


def _comparable(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool)
    if isinstance(left, (int, float)):
        return isinstance(right, (int, float))
    return isinstance(right, type(left)) or isinstance(left, type(right))


def arithmetic(sign: str, left: Term, right: Term) -> Term:
    """Calculate with numbers, or join two texts with `+`; NULL for anything else."""

    def evaluate(message: Routed) -> Any:
        first, second = left(message), right(message)
        if isinstance(first, str) and isinstance(second, str) and sign == "+":
            return first + second
        if not _is_number(first) or not _is_number(second) or (sign in "/%" and second == 0):
            return None
        return _CALCULATIONS[sign](first, second)

    return evaluate


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_CALCULATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: (
        int(left / right) if isinstance(left, int) and isinstance(right, int) else left / right
    ),
    "%": math.fmod,
}


def like(pattern: str, escape: str | None) -> re.Pattern[str]:
    """Turn a LIKE pattern into a regular expression: % is any text, _ any one character."""
    parts, at = [], 0
    while at < len(pattern):
        character = pattern[at]
        if escape is not None and character == escape and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(character))
        at += 1
    return re.compile("".join(parts), re.DOTALL)


def literal(value: Any) -> Term:
    """Return the same value for every message."""
    return lambda _: value


def user_property(name: str) -> Term:
    """Return a sender's property, NULL when it is not there."""
    return lambda message: message.application_properties.get(name)


def system_property(name: str) -> Term:
    """Return one of AMQP's properties by its Service Bus name, in any case.

    Raises:
        FilterError: there is none of that name.
    """
    index = _SYSTEM_PROPERTIES.get(name.lower())
    if index is None:
        raise FilterError(f"unknown system property {name!r}")
    return lambda message: message.property(index)
