"""Bicep's functions, as far as the templates use them; what is not here is reported as unknown."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote

from infra.check.values import Located

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
#: Azure's own namespace of `guid()`.
_GUIDS = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function, and how many arguments it takes."""

    call: Callable[..., Any]
    least: int
    most: int


def _function(call: Callable[..., Any], least: int, most: int | None = None) -> Function:
    return Function(call=call, least=least, most=least if most is None else most)


def unique_string(*parts: str) -> str:
    """Return 13 letters that depend on the arguments: of Azure's form, but not Azure's own."""
    digest = hashlib.sha256("-".join(parts).encode()).digest()
    return "".join(_LETTERS[byte % 32] for byte in digest[:13])


def resource_id(resource_type: str, *names: str, scope: str) -> str:
    """Return the id of a resource below a scope."""
    provider, *types = resource_type.split("/")
    levels = "/".join(f"{kind}/{name}" for kind, name in zip(types, names, strict=True))
    return f"{scope}/providers/{provider}/{levels}"


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(_GUIDS, "-".join(parts)))


def _union(*values: Any) -> Any:
    if isinstance(values[0], list):
        found: list[Any] = []
        for item in chain.from_iterable(values):
            if item not in found:
                found.append(item)
        return found
    merged = _copied(values[0])
    for value in values[1:]:
        merged = _merged(merged, value)
    return merged


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    merged = _copied(first)
    for key, value in second.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    if isinstance(merged, Located) and isinstance(second, Located) and second.file == merged.file:
        merged.lines |= second.lines
        return merged
    return dict(merged)  # of two files: it is the place of the call that counts


def _copied(value: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value, Located):
        return dict(value)
    copied = Located(value.file, value.line)
    copied.update(value)
    copied.lines = dict(value.lines)
    return copied


def _concat(*values: Any) -> Any:
    return list(chain.from_iterable(values)) if isinstance(values[0], list) else "".join(values)


def _contains(container: Any, item: Any) -> bool:
    if isinstance(container, Mapping):
        return item.casefold() in {key.casefold() for key in container}
    return item in container


def _format(text: str, *values: Any) -> str:
    return text.format(*values)


def _items(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value[key]} for key in sorted(value)]


def _flatten(value: Sequence[Sequence[Any]]) -> list[Any]:
    return list(chain.from_iterable(value))


def _range(start: int, count: int) -> list[int]:
    return list(range(start, start + count))


def _length(value: Any) -> int:
    return len(value)


def _empty(value: Any) -> bool:
    return value is None or len(value) == 0


def _string(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


_MANY = 99
#: Those that depend on nothing but their arguments.
PURE: Mapping[str, Function] = {
    "base64": _function(lambda text: base64.b64encode(text.encode()).decode(), 1),
    "bool": _function(lambda value: str(value).lower() in {"true", "1"}, 1),
    "concat": _function(_concat, 1, _MANY),
    "contains": _function(_contains, 2),
    "empty": _function(_empty, 1),
    "endsWith": _function(lambda text, end: text.casefold().endswith(end.casefold()), 2),
    "first": _function(lambda value: value[0], 1),
    "flatten": _function(_flatten, 1),
    "format": _function(_format, 1, _MANY),
    "guid": _function(_guid, 1, _MANY),
    "int": _function(int, 1),
    "items": _function(_items, 1),
    "join": _function(lambda values, between: between.join(values), 2),
    "last": _function(lambda value: value[-1], 1),
    "length": _function(_length, 1),
    "max": _function(max, 1, _MANY),
    "min": _function(min, 1, _MANY),
    "range": _function(_range, 2),
    "replace": _function(lambda text, old, new: text.replace(old, new), 3),
    "split": _function(lambda text, between: text.split(between), 2),
    "startsWith": _function(lambda text, start: text.casefold().startswith(start.casefold()), 2),
    "string": _function(_string, 1),
    "substring": _function(lambda text, start, length: text[start : start + length], 3),
    "take": _function(lambda value, count: value[:count], 2),
    "toLower": _function(lambda text: text.lower(), 1),
    "toUpper": _function(lambda text: text.upper(), 1),
    "trim": _function(lambda text: text.strip(), 1),
    "union": _function(_union, 2, _MANY),
    "uniqueString": _function(unique_string, 1, _MANY),
    "uriComponent": _function(lambda text: quote(text, safe=""), 1),
}

Lambda = Callable[..., Any]


def _mapped(values: Sequence[Any], change: Lambda) -> list[Any]:
    return [change(value) for value in values]


def _filtered(values: Sequence[Any], keep: Lambda) -> list[Any]:
    return [value for value in values if keep(value)]


def _object(values: Sequence[Any], key: Lambda, value: Lambda | None = None) -> dict[str, Any]:
    return {key(item): value(item) if value else item for item in values}


#: Those that take a lambda.
WITH_LAMBDAS: Mapping[str, Function] = {
    "filter": _function(_filtered, 2),
    "map": _function(_mapped, 2),
    "toObject": _function(_object, 2, 3),
}
#: Those that ask where the deployment goes; `loadJsonContent` reads a file.
OF_THE_DEPLOYMENT: Mapping[str, tuple[int, int]] = {
    "deployment": (0, 0),
    "environment": (0, 0),
    "loadJsonContent": (1, 2),
    "resourceGroup": (0, 0),
    "resourceId": (2, _MANY),
    "subscription": (0, 0),
    "subscriptionResourceId": (2, _MANY),
    "tenant": (0, 0),
}
