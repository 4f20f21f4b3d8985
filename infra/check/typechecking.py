"""Holds what a template says of its resources against Azure's published types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.check.findings import Fault, Finding
from infra.check.plan import Plan, PlannedResource
from infra.check.schemas.catalogue import Definition, ResourceType, Schemas
from infra.check.values import Located, LocatedList, Reference, Runtime, Unusable

_SCALARS: Mapping[str, type] = {"string": str, "int": int, "bool": bool}
#: Of these the list that is published is older than what Azure takes.
_OPEN: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where in a resource a value is said."""

    file: str
    line: int
    path: str
    of: ResourceType

    def within(self, key: str, container: object) -> _Place:
        """Return the place of a property or an item."""
        line, file = self.line, self.file
        if isinstance(container, Located):
            line, file = container.line_of(key), container.file
        elif isinstance(container, LocatedList) and container.lines:
            line, file = container.lines[min(int(key), len(container.lines) - 1)], container.file
        return _Place(file=file, line=line, path=f"{self.path}.{key}".lstrip("."), of=self.of)

    def fault(self, fault: Fault, message: str) -> Finding:
        return Finding(file=self.file, line=self.line, fault=fault, message=message)


def mistyped(plan: Plan, schemas: Schemas) -> Iterator[Finding]:
    """Yield where the plan's resources are not what Azure publishes."""
    for resource in plan.resources:
        yield from _resource(resource, schemas)


def _resource(resource: PlannedResource, schemas: Schemas) -> Iterator[Finding]:
    found = schemas.find(resource.type, resource.api_version)
    if found is None:
        known = schemas.versions(resource.type)
        hint = f"; the snapshot has {known}" if known else " in the snapshot"
        message = f"There is no {resource.type}@{resource.api_version}{hint}."
        yield Finding(file=resource.file, line=resource.line, fault=Fault.UNKNOWN_TYPE, message=message)
        return
    place = _Place(file=resource.file, line=resource.line, path="", of=found)
    yield from _object(resource.said, found.body, place, name=resource.name.rpartition("/")[2])


def _object(
    value: Mapping[str, Any], definition: Definition, place: _Place, name: str | None = None
) -> Iterator[Finding]:
    if "elements" in definition:
        key = definition["discriminator"]
        told = name if key == "name" and name is not None else value.get(key)
        chosen = definition["elements"].get(str(told))
        if chosen is None:
            choices = ", ".join(definition["elements"])
            yield place.fault(Fault.WRONG_ENUM, f"{key} has to be one of {choices}, not {told}.")
            return
        definition = place.of.definition(chosen) or {"properties": {}}
    properties: Mapping[str, Definition] = definition["properties"]
    for key, said in properties.items():
        if said.get("required") and value.get(key) is None:
            yield place.fault(Fault.MISSING_PROPERTY, f"{_of(place)} needs {key}.")
    for key, item in value.items():
        yield from _property(key, item, definition, place.within(key, value))


def _of(place: _Place) -> str:
    return place.path or "The resource"


def _property(key: str, item: Any, definition: Definition, place: _Place) -> Iterator[Finding]:
    said = definition["properties"].get(key)
    if said is None:
        more = definition.get("additional")
        if more is None:
            yield place.fault(Fault.UNKNOWN_PROPERTY, f"There is no {place.path}{_likely(key, definition)}.")
        else:
            yield from _value(item, more, place)
        return
    if said.get("readOnly"):
        yield place.fault(Fault.READ_ONLY, f"{place.path} is set by Azure alone.")
        return
    yield from _value(item, said["type"], place)
    yield from _bounds(item, said, place)


def _bounds(value: Any, said: Definition, place: _Place) -> Iterator[Finding]:
    """Yield where a number or a text is outside of what Azure says it takes."""
    if isinstance(value, str):
        value = value.rpartition("/")[2] if place.path == "name" else value
        size, kind = len(value), "Length"
        if "pattern" in said and not re.search(said["pattern"], value):
            yield place.fault(Fault.OUT_OF_BOUNDS, f"{place.path} has to match {said['pattern']}: {value}.")
    elif type(value) is int:
        size, kind = value, "Value"
    else:
        return
    least, most = said.get(f"min{kind}", size), said.get(f"max{kind}", size)
    if not least <= size <= most:
        bounds = " and ".join(str(said[key]) for key in (f"min{kind}", f"max{kind}") if key in said)
        message = f"{place.path} has a {kind.lower()} of {size}, bounded by {bounds}."
        yield place.fault(Fault.OUT_OF_BOUNDS, message)


def _likely(key: str, definition: Definition) -> str:
    folded = {name.casefold(): name for name in definition["properties"]}
    right = folded.get(key.casefold())
    return f"; it is written {right}" if right else ""


def _value(value: Any, type_text: str, place: _Place) -> Iterator[Finding]:
    if value is None or type_text in {"any", "object"} or isinstance(value, Runtime | Unusable):
        return
    if type_text.endswith("[]"):
        yield from _array(value, type_text.removesuffix("[]"), place)
        return
    definition = place.of.definition(type_text)
    if definition is not None:
        if isinstance(value, Mapping):
            yield from _object(value, definition, place)
        else:
            yield place.fault(Fault.WRONG_TYPE, f"{place.path} is an object, not {_shown(value)}.")
        return
    yield from _scalar(value, type_text, place)


def _array(value: Any, item_type: str, place: _Place) -> Iterator[Finding]:
    if not isinstance(value, list):
        yield place.fault(Fault.WRONG_TYPE, f"{place.path} is an array, not {_shown(value)}.")
        return
    for index, item in enumerate(value):
        yield from _value(item, item_type, place.within(str(index), value))


def _scalar(value: Any, type_text: str, place: _Place) -> Iterator[Finding]:
    if isinstance(value, Mapping | list | Reference):
        yield place.fault(Fault.WRONG_TYPE, f"{place.path} is {type_text}, not {_shown(value)}.")
        return
    expected = _SCALARS.get(type_text)
    if expected is not None:
        if type(value) is not expected:
            yield place.fault(Fault.WRONG_TYPE, f"{place.path} is {type_text}, not {_shown(value)}.")
        return
    choices = [choice.strip() for choice in type_text.split("|")]
    if value not in choices and place.path not in _OPEN:
        named = [choice for choice in choices if choice not in _SCALARS]
        message = f"{place.path} may be {', '.join(named)}, not {_shown(value)}."
        yield place.fault(Fault.WRONG_ENUM, message)


def _shown(value: object) -> str:
    if isinstance(value, Reference):
        return "a resource"
    return (
        "an object" if isinstance(value, Mapping) else "an array" if isinstance(value, list) else repr(value)
    )
