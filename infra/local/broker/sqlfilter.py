"""Service Bus filters: SQL text, or properties to compare, to a predicate over messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.broker.sqllogic import (
    ORDERINGS,
    Condition,
    FilterError,
    Routed,
    Term,
    Truth,
    arithmetic,
    both,
    compare,
    either,
    like,
    literal,
    negate,
    system_property,
    user_property,
)

_TOKENS = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)
    | (?P<text>'(?:[^']|'')*')
    | (?P<name>[A-Za-z_][A-Za-z0-9_@$\#]*)
    | (?P<quoted>"(?:[^"]|"")+" | \[(?:[^\]]|\]\])+\])
    | (?P<sign><>|!=|<=|>=|[=<>(),.+\-*/%])
    )""",
    re.VERBOSE,
)
_KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "LIKE", "ESCAPE", "IS", "NULL", "EXISTS", "TRUE", "FALSE"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _lex(expression: str) -> list[_Token]:
    tokens, at = [], 0
    end = len(expression.rstrip())
    while at < end:
        match = _TOKENS.match(expression, at)
        if match is None or match.lastgroup is None:
            raise FilterError(f"unexpected character at {at}")
        kind, text = match.lastgroup, match[match.lastgroup]
        if kind == "name" and text.upper() in _KEYWORDS:
            kind, text = "keyword", text.upper()
        tokens.append(_Token(kind=kind, text=text, at=match.start(match.lastgroup)))
        at = match.end()
    tokens.append(_Token(kind="end", text="", at=end))
    return tokens


class _Parser:
    """Recursive descent, one method for each level of precedence."""

    def __init__(self, expression: str) -> None:
        self._tokens = _lex(expression)
        self._at = 0

    def parse(self) -> Condition:
        condition = self._disjunction()
        if self._peek().kind != "end":
            raise self._unexpected()
        return condition

    def _disjunction(self) -> Condition:
        left = self._conjunction()
        while self._accept("keyword", "OR"):
            left = either(left, self._conjunction())
        return left

    def _conjunction(self) -> Condition:
        left = self._negation()
        while self._accept("keyword", "AND"):
            left = both(left, self._negation())
        return left

    def _negation(self) -> Condition:
        if self._accept("keyword", "NOT"):
            inner = self._negation()
            return lambda message: negate(inner(message))
        return self._predicate()

    def _predicate(self) -> Condition:
        if self._accept("keyword", "EXISTS"):
            return self._exists()
        start = self._at
        if self._accept("sign", "("):
            grouped = self._group()
            if grouped is not None:
                return grouped
            self._at = start
        return self._comparison(self._term())

    def _group(self) -> Condition | None:
        """Parse `( condition )`, or return None when the parenthesis opens a value."""
        try:
            inner = self._disjunction()
            self._expect("sign", ")")
        except FilterError:
            return None
        return None if self._continues_a_value() else inner

    def _continues_a_value(self) -> bool:
        token = self._peek()
        return (token.kind == "sign" and token.text not in "),") or (
            token.kind == "keyword" and token.text in {"IN", "LIKE", "IS"}
        )

    def _exists(self) -> Condition:
        self._expect("sign", "(")
        scope, name = self._reference()
        self._expect("sign", ")")
        if scope == "sys":
            value = system_property(name)
            return lambda message: value(message) is not None
        return lambda message: name in message.application_properties

    def _comparison(self, left: Term) -> Condition:
        token = self._peek()
        if token.kind == "sign" and token.text in ORDERINGS:
            self._at += 1
            right, sign = self._term(), token.text
            return lambda message: compare(sign, left(message), right(message))
        if self._accept("keyword", "IS"):
            return self._null_test(left)
        negative = self._accept("keyword", "NOT")
        if self._accept("keyword", "IN"):
            condition = self._membership(left)
        elif self._accept("keyword", "LIKE"):
            condition = self._pattern(left)
        elif negative:
            raise self._unexpected()
        else:
            return lambda message: _as_truth(left(message))
        return (lambda message: negate(condition(message))) if negative else condition

    def _null_test(self, left: Term) -> Condition:
        negative = self._accept("keyword", "NOT")
        self._expect("keyword", "NULL")
        return lambda message: (left(message) is None) is not negative

    def _membership(self, left: Term) -> Condition:
        self._expect("sign", "(")
        choices = [self._term()]
        while self._accept("sign", ","):
            choices.append(self._term())
        self._expect("sign", ")")

        def evaluate(message: Routed) -> Truth:
            value = left(message)
            found = [compare("=", value, choice(message)) for choice in choices]
            if True in found:
                return True
            return None if value is None or None in found else False

        return evaluate

    def _pattern(self, left: Term) -> Condition:
        pattern = self._text()
        escape = self._text() if self._accept("keyword", "ESCAPE") else None
        matcher = like(pattern, escape)

        def evaluate(message: Routed) -> Truth:
            value = left(message)
            return matcher.fullmatch(value) is not None if isinstance(value, str) else None

        return evaluate

    def _text(self) -> str:
        token = self._peek()
        if token.kind != "text":
            raise self._unexpected()
        self._at += 1
        return _unquote(token.text)

    def _term(self) -> Term:
        left = self._product()
        while self._peek().kind == "sign" and self._peek().text in "+-":
            sign = self._next().text
            left = arithmetic(sign, left, self._product())
        return left

    def _product(self) -> Term:
        left = self._value()
        while self._peek().kind == "sign" and self._peek().text in "*/%":
            sign = self._next().text
            left = arithmetic(sign, left, self._value())
        return left

    def _value(self) -> Term:
        if self._accept("sign", "("):
            inner = self._term()
            self._expect("sign", ")")
            return inner
        if self._accept("sign", "-"):
            return arithmetic("-", literal(0), self._value())
        if self._accept("sign", "+"):
            return self._value()
        token = self._peek()
        if token.kind in {"name", "quoted"}:
            scope, name = self._reference()
            return system_property(name) if scope == "sys" else user_property(name)
        self._at += 1
        return literal(self._constant(token))

    def _constant(self, token: _Token) -> Any:
        if token.kind == "number":
            return int(token.text) if token.text.isdigit() else float(token.text)
        if token.kind == "text":
            return _unquote(token.text)
        if token.kind == "keyword" and token.text in _WORDS:
            return _WORDS[token.text]
        self._at -= 1
        raise self._unexpected()

    def _reference(self) -> tuple[str, str]:
        first = self._identifier()
        if not self._accept("sign", "."):
            return "user", first
        scope = first.lower()
        if scope not in {"sys", "user"}:
            raise FilterError(f"unknown scope {first!r}")
        return scope, self._identifier()

    def _identifier(self) -> str:
        token = self._next()
        if token.kind == "quoted":
            closing = token.text[-1]
            return token.text[1:-1].replace(closing * 2, closing)
        if token.kind != "name":
            self._at -= 1
            raise self._unexpected()
        return token.text

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def _accept(self, kind: str, text: str) -> bool:
        token = self._tokens[self._at]
        if (token.kind, token.text) != (kind, text):
            return False
        self._at += 1
        return True

    def _expect(self, kind: str, text: str) -> None:
        if not self._accept(kind, text):
            raise self._unexpected()

    def _unexpected(self) -> FilterError:
        token = self._peek()
        return FilterError(f"unexpected {token.text or 'end'!r} at {token.at}")


_WORDS: dict[str, Any] = {"TRUE": True, "FALSE": False, "NULL": None}


def _unquote(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _as_truth(value: Any) -> Truth:
    return value if isinstance(value, bool) else None


def compile_sql(expression: str) -> Condition:
    """Compile an expression into a condition over messages.

    Raises:
        FilterError: the expression is not in the language.
    """
    return _Parser(expression).parse()


def compile_correlation(*, system: Mapping[str, Any], properties: Mapping[str, Any]) -> Condition:
    """Compile a correlation filter: every named property equals its value.

    Raises:
        FilterError: a system property's name is unknown.
    """
    wanted = [(system_property(name), value) for name, value in system.items()]
    wanted += [(user_property(name), value) for name, value in properties.items()]
    return lambda message: all(term(message) == value for term, value in wanted)
