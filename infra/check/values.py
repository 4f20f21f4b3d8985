"""What Bicep's expressions evaluate to here: JSON values that know their lines, and what only Azure knows.

Azure fills in some values while it deploys: a property of a resource, an output of a module, a key. Bicep
wants names, conditions and loops to be known before; a `Runtime` value remembers that it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A value of which only Azure, or the one who deploys, knows the whole."""

    text: str
    #: Nobody may read it in a template's output or in a plain setting.
    secret: bool = False
    #: Known only while the deployment runs, not when it starts.
    deferred: bool = True

    @override
    def __str__(self) -> str:
        return self.text


class Located(dict[str, Any]):
    """An object, with the file and the line of each of its properties."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """Return the line of a property, or of the object when it has none such."""
        return self.lines.get(key, self.line)


class LocatedList(list[Any]):
    """An array, with the file and the line of each of its items."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: list[int] = []

    def add(self, item: object, line: int) -> None:
        """Append an item with its line."""
        self.append(item)
        self.lines.append(line)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A resource, as other expressions see it."""

    symbol: str
    type: str
    api_version: str
    #: With its parents' names: `namespace/topic`.
    name: str
    id: str
    parent: Reference | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ModuleReference:
    """A module, as other expressions see it."""

    symbol: str
    name: str
    outputs: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Unusable:
    """Stands for what could not be evaluated: the fault is reported once, where it is."""


UNUSABLE = Unusable()


def runtimes(value: object) -> Iterator[Runtime]:
    """Yield what a value has of Azure's in it."""
    if isinstance(value, Runtime):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from runtimes(key)
            yield from runtimes(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from runtimes(item)


def is_secret(value: object) -> bool:
    """Tell whether some of a value is secret."""
    return any(part.secret for part in runtimes(value))


def is_deferred(value: object) -> bool:
    """Tell whether some of a value is known only while the deployment runs."""
    return any(part.deferred for part in runtimes(value))


def joined(parts: Iterable[object]) -> str | Runtime:
    """Return the text of an interpolation."""
    held = list(parts)
    text = "".join(_text(part) for part in held)
    found = list(runtimes(held))
    if not found:
        return text
    return Runtime(text=text, secret=is_secret(held), deferred=is_deferred(held))


def started(value: Any, *, secure: bool = False) -> Any:
    """Return a value as the module that is given it sees it: known when its own deployment starts."""
    if isinstance(value, Runtime):
        return Runtime(text=value.text, secret=secure, deferred=False)
    if isinstance(value, Located):
        inner = Located(value.file, value.line)
        inner.lines = value.lines
        inner.update({key: started(item, secure=secure) for key, item in value.items()})
        return inner
    if isinstance(value, dict):
        return {key: started(item, secure=secure) for key, item in value.items()}
    if isinstance(value, list):
        return [started(item, secure=secure) for item in value]
    return Runtime(text=str(value), secret=True, deferred=False) if secure else value


def plain(value: Any) -> Any:
    """Return a value as JSON: what only Azure knows as its text."""
    if isinstance(value, Runtime):
        return value.text
    if isinstance(value, Reference):
        return value.id
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _text(part: object) -> str:
    if isinstance(part, bool):
        return "True" if part else "False"
    return "" if part is None else str(part)
