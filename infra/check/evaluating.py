"""Evaluates Bicep's expressions, as far as anything is known before Azure is asked."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tree_sitter import Node

from infra.check.calling import Calls
from infra.check.findings import Fault
from infra.check.schemas.catalogue import Schemas
from infra.check.syntax import children, line_of, string_parts, text_of
from infra.check.values import (
    UNUSABLE,
    Located,
    LocatedList,
    ModuleReference,
    Reference,
    Runtime,
    Unusable,
    is_deferred,
    is_secret,
    joined,
)

Locals = Mapping[str, Any]
#: Says what is wrong, at a line.
Report = Callable[[int, Fault, str], None]

#: What services call their keys.
_SECRET_NAMES = frozenset(
    name.casefold()
    for name in (
        "connectionString",
        "instrumentationKey",
        "primaryKey",
        "secondaryKey",
        "primaryConnectionString",
        "secondaryConnectionString",
        "primarySharedKey",
        "secondarySharedKey",
    )
)
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.floordiv,
    "%": operator.mod,
    "&&": lambda one, other: one and other,
    "||": lambda one, other: one or other,
    "??": lambda one, other: other if one is None else one,
}
_OF_A_RESOURCE = frozenset(("properties", "identity", "sku", "location", "tags", "kind", "plan", "zones"))


@dataclass(frozen=True, kw_only=True)
class Reading(Runtime):
    """A property of a deployed resource."""

    reference: Reference
    path: tuple[str, ...] = ()


class Evaluator:
    """Evaluates the expressions of one file.

    Args:
        file: its name, for findings.
        lookup: the value of a declared name; raises KeyError for others.
        calls: the functions.
        schemas: which properties can be read from a resource.
        report: takes findings.
    """

    def __init__(
        self, *, file: str, lookup: Callable[[str], Any], calls: Calls, schemas: Schemas, report: Report
    ) -> None:
        self._file = file
        self._lookup = lookup
        self._calls = calls
        self._schemas = schemas
        self._report = report
        self._handlers: Mapping[str, Callable[[Node, Locals], Any]] = {
            "string": self._text,
            "number": lambda node, _: int(text_of(node)),
            "boolean": lambda node, _: text_of(node) == "true",
            "null": lambda _node, _local: None,
            "identifier": self._name,
            "parenthesized_expression": lambda node, local: self.evaluate(children(node)[0], local),
            "object": self._object,
            "array": self._array,
            "for_statement": self._loop,
            "member_expression": self._member,
            "subscript_expression": self._subscript,
            "call_expression": self._call,
            "ternary_expression": self._choice,
            "binary_expression": self._operation,
            "unary_expression": self._operation,
        }

    def evaluate(self, node: Node, local: Locals) -> Any:
        """Return an expression's value; `UNUSABLE` once a fault is reported."""
        handler = self._handlers.get(node.type)
        if handler is None:
            return self._fault(node, Fault.SYNTAX, f"The checker does not read {node.type}.")
        return handler(node, local)

    def iterations(self, node: Node, local: Locals) -> list[Locals]:
        """Return what is local in each turn of a loop."""
        parameters, array, _ = children(node)
        values = self.evaluate(array, local)
        if isinstance(values, Unusable):
            return []
        if not isinstance(values, list):
            fault = Fault.NOT_AT_START if isinstance(values, Runtime) else Fault.WRONG_TYPE
            self._fault(array, fault, f"A loop needs an array, which {text_of(array)} is not.")
            return []
        names = [text_of(name) for name in children(parameters)] or [text_of(parameters)]
        turns = ((value, index) for index, value in enumerate(values))
        return [{**local, **dict(zip(names, turn, strict=False))} for turn in turns]

    def _text(self, node: Node, local: Locals) -> str | Runtime:
        parts = string_parts(node)
        if all(isinstance(part, str) for part in parts):
            return "".join(map(str, parts))
        return joined(self._piece(part, local) for part in parts)

    def _piece(self, part: str | Node, local: Locals) -> object:
        if isinstance(part, str):
            return part
        value = self.evaluate(part, local)
        if isinstance(value, dict | list | Reference | ModuleReference):
            return self._fault(part, Fault.WRONG_TYPE, f"{text_of(part)} is no text, and stands in one.")
        return value

    def _name(self, node: Node, local: Locals) -> Any:
        name = text_of(node)
        if name in local:
            return local[name]
        try:
            return self._lookup(name)
        except KeyError:
            return UNUSABLE  # reported where the names of the file are looked at

    def _object(self, node: Node, local: Locals) -> Located:
        found = Located(self._file, line_of(node))
        for each in children(node):
            key_node, value = children(each)
            key = str(self.evaluate(key_node, local)) if key_node.type == "string" else text_of(key_node)
            if key in found:
                self._fault(each, Fault.DUPLICATE, f"{key} is set twice.")
            found[key] = self.evaluate(value, local)
            found.lines[key] = line_of(each)
        return found

    def _array(self, node: Node, local: Locals) -> LocatedList:
        found = LocatedList(self._file, line_of(node))
        for each in children(node):
            found.add(self.evaluate(each, local), line_of(each))
        return found

    def _loop(self, node: Node, local: Locals) -> LocatedList:
        found, body = LocatedList(self._file, line_of(node)), children(node)[-1]
        for turn in self.iterations(node, local):
            found.add(self.evaluate(body, turn), line_of(body))
        return found

    def _member(self, node: Node, local: Locals) -> Any:
        target, name = children(node)
        return self._part(node, self.evaluate(target, local), text_of(name))

    def _subscript(self, node: Node, local: Locals) -> Any:
        target, index = children(node)
        value, key = self.evaluate(target, local), self.evaluate(index, local)
        if isinstance(key, Unusable | Runtime):
            return key
        if isinstance(value, list) and isinstance(key, int):
            if key < len(value):
                return value[key]
            return self._fault(node, Fault.UNKNOWN_MEMBER, f"{text_of(target)} has no item {key}.")
        return self._part(node, value, str(key))

    def _part(self, node: Node, value: Any, key: str) -> Any:
        if isinstance(value, ModuleReference):
            value = {"name": value.name, "outputs": value.outputs}
        match value:
            case Unusable():
                return value
            case dict() if key in value:
                return value[key]
            case Reference():
                return self._of_resource(node, value, key)
            case Reading():
                return self._read(node, value, key)
            case Runtime():
                return replace(value, text=f"{value.text}.{key}")
        return self._fault(node, Fault.UNKNOWN_MEMBER, f"There is no {key} in {_shortened(node)}.")

    def _of_resource(self, node: Node, value: Reference, key: str) -> Any:
        known = {"id": value.id, "type": value.type, "apiVersion": value.api_version}
        if key == "name":
            return value.name.rpartition("/")[2]
        if key in known:
            return known[key]
        if key not in _OF_A_RESOURCE:
            return self._fault(node, Fault.UNKNOWN_MEMBER, f"A resource has no {key}.")
        return self._read(node, Reading(text=value.symbol, reference=value), key)

    def _read(self, node: Node, value: Reading, key: str) -> Any:
        path = (*value.path, key)
        if not self._schemas.readable(value.reference.type, value.reference.api_version, path):
            message = f"{value.reference.type} has no {'.'.join(path)} to read."
            return self._fault(node, Fault.UNKNOWN_MEMBER, message)
        secret = value.secret or key.casefold() in _SECRET_NAMES
        return replace(value, text=f"{value.text}.{key}", path=path, secret=secret)

    def _call(self, node: Node, local: Locals) -> Any:
        function, arguments = children(node)
        if function.type == "member_expression":
            return self._method(node, function, local)
        given = [self._argument(each, local) for each in children(arguments)]
        if any(isinstance(each, Unusable) for each in given):
            return UNUSABLE
        try:
            return self._calls.call(text_of(function), given)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            fault = Fault.UNKNOWN_FUNCTION if isinstance(error, KeyError) else Fault.WRONG_ARGUMENTS
            return self._fault(node, fault, f"{_shortened(node)}: {error}")

    def _method(self, node: Node, function: Node, local: Locals) -> Any:
        target, name = children(function)
        value = self.evaluate(target, local)
        if isinstance(value, Reference) and text_of(name) == "listKeys":
            return Runtime(text=f"{value.symbol}.listKeys()", secret=True)
        if isinstance(value, Unusable):
            return value
        return self._fault(node, Fault.UNKNOWN_FUNCTION, f"{_shortened(node)} is no function.")

    def _argument(self, node: Node, local: Locals) -> Any:
        if node.type != "lambda_expression":
            return self.evaluate(node, local)
        *names, body = children(node)
        parameters = [text_of(name) for name in names]
        return lambda *given: self.evaluate(body, {**local, **dict(zip(parameters, given, strict=True))})

    def _choice(self, node: Node, local: Locals) -> Any:
        """Evaluate the branch that is taken, as Azure does; both when only Azure knows which."""
        test, then, otherwise = children(node)
        condition = self.evaluate(test, local)
        if isinstance(condition, Runtime):
            values = [self.evaluate(each, local) for each in (then, otherwise)]
            text = f"{condition.text} ? {values[0]} : {values[1]}"
            return Runtime(text=text, secret=is_secret(values))
        return self.evaluate(then if condition else otherwise, local)

    def _operation(self, node: Node, local: Locals) -> Any:
        values = [self.evaluate(each, local) for each in children(node)]
        sign = text_of(next(child for child in node.children if not child.is_named))
        if any(isinstance(value, Unusable) for value in values):
            return UNUSABLE
        if any(isinstance(value, Runtime) for value in values):
            text = f" {sign} ".join(str(value) for value in values)
            return Runtime(text=text, secret=is_secret(values), deferred=is_deferred(values))
        if len(values) == 1:
            return not values[0] if sign == "!" else -values[0]
        try:
            return _OPERATORS[sign](*values)
        except (KeyError, TypeError):
            return self._fault(node, Fault.WRONG_TYPE, f"{_shortened(node)} can't be worked out.")

    def _fault(self, node: Node, fault: Fault, message: str) -> Unusable:
        self._report(line_of(node), fault, message)
        return UNUSABLE


def _shortened(node: Node) -> str:
    text = " ".join(text_of(node).split())
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - half a line
