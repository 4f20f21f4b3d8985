"""The snapshot of Azure's resource types, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Definition = Mapping[str, Any]
_EVERY_RESOURCE = frozenset(("id", "name", "type", "apiVersion"))


class ResourceType:
    """One type of resource in one version."""

    def __init__(self, definition: Definition) -> None:
        self.body: Definition = definition["body"]
        self._definitions: Mapping[str, Definition] = definition["definitions"]

    def definition(self, type_text: str) -> Definition | None:
        """Return what an object of this type may hold; `None`: it is no object's type."""
        return self._definitions.get(type_text)


class Schemas:
    """All types of the snapshot."""

    def __init__(self, types: Mapping[str, Definition]) -> None:
        self._types = {name.casefold(): ResourceType(definition) for name, definition in types.items()}
        self._names = {name.partition("@")[0].casefold(): name for name in types}

    def find(self, resource_type: str, api_version: str) -> ResourceType | None:
        """Return a type in a version."""
        return self._types.get(f"{resource_type}@{api_version}".casefold())

    def versions(self, resource_type: str) -> str:
        """Return the name and version that the snapshot has of a type; empty if none."""
        return self._names.get(resource_type.casefold(), "")

    def readable(self, resource_type: str, api_version: str, path: tuple[str, ...]) -> bool:
        """Tell whether a deployed resource has such a property; of unknown types anything is believed."""
        found = self.find(resource_type, api_version)
        if found is None:
            return True
        definition: Definition | None = found.body
        for key in path:
            if definition is None or "elements" in definition or key in _EVERY_RESOURCE:
                return True
            said = definition["properties"].get(key)
            if said is None:
                return "additional" in definition
            definition = found.definition(said["type"])
        return True


@cache
def snapshot() -> Schemas:
    """Return the snapshot that lies beside this file."""
    types: dict[str, Definition] = {}
    for file in sorted(Path(__file__).parent.glob("*.json")):
        types |= json.loads(file.read_text())
    return Schemas(types)
