"""What a deployment would ask for: every resource of the template and its modules, with its properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.check.values import Located, plain


@dataclass(frozen=True, kw_only=True)
class PlannedResource:
    """One resource."""

    file: str
    line: int
    symbol: str
    type: str
    api_version: str
    #: With its parents' names.
    name: str
    id: str
    #: What the template says of it, lines included.
    said: Located
    #: The resource that an extension, such as a role's assignment, belongs to.
    scope: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """What the template says of it, as JSON."""
        body: dict[str, Any] = plain(self.said)
        return body

    @property
    def properties(self) -> dict[str, Any]:
        """Its `properties`."""
        properties: dict[str, Any] = self.body.get("properties", {})
        return properties


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All resources of a deployment."""

    resources: tuple[PlannedResource, ...]
    outputs: Mapping[str, Any]

    def of(self, resource_type: str) -> list[PlannedResource]:
        """Return the resources of a type."""
        return [each for each in self.resources if each.type == resource_type]

    def below(self, resource_type: str, parent: str) -> Iterator[PlannedResource]:
        """Yield the resources of a type that belong to a parent, given by its name."""
        return (each for each in self.of(resource_type) if each.name.rpartition("/")[0] == parent)
