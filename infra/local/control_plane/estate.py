"""What is deployed: resources by id, the code of each site, deployments; and the faults that are ordered."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SUBSCRIPTION = "5b0c1e52-0000-4000-8000-00000000beef"
TENANT = "7e4a47aa-0000-4000-8000-00000000beef"
LOCATION = "eastus2"
_GROUP = re.compile(r"(?i)/subscriptions/[^/]+/resourcegroups/[^/]+")


@dataclass
class Fault:
    """An answer that is given instead of the right one, so many times."""

    method: str
    path: str
    status: int
    code: str
    times: int


@dataclass
class Code:
    """A package on a site."""

    digest: str = ""
    #: Where it answers that it can work: `always`, `never`, or `staging` alone.
    healthy: str = "always"


@dataclass
class Estate:
    """All of it; whoever reads or writes it holds the lock."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    resources: dict[str, Json] = field(default_factory=dict)
    deployments: dict[str, Json] = field(default_factory=dict)
    code: dict[str, Code] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    #: What the next packages will be like; so many of them, or all where it is negative.
    healthy: str = "always"
    healthy_times: int = -1
    #: Changes that what-if tells of beside its own.
    foretold: list[Json] = field(default_factory=list)
    #: The messages that wait in each subscription, by its id.
    waiting: dict[str, int] = field(default_factory=dict)

    def put(self, identity: str, resource: Json) -> Json:
        """Keep a resource."""
        key = identity.casefold()
        kept = {**resource, "id": identity, "name": identity.rpartition("/")[2]}
        kept["properties"] = {**kept.get("properties", {}), "provisioningState": "Succeeded"}
        self.resources[key] = kept
        return kept

    def get(self, identity: str) -> Json | None:
        """Return a resource."""
        return self.resources.get(identity.casefold())

    def children(self, collection: str) -> Iterator[Json]:
        """Yield what lies directly in a collection, such as `…/topics`."""
        prefix = f"{collection.casefold()}/"
        for key, resource in sorted(self.resources.items()):
            if key.startswith(prefix) and "/" not in key[len(prefix) :]:
                yield resource

    def fault(self, method: str, path: str) -> Fault | None:
        """Return the fault that is ordered for a request, once less."""
        for fault in self.faults:
            if fault.times > 0 and fault.method == method and fault.path.casefold() in path.casefold():
                fault.times -= 1
                return fault
        return None


def identity_of(resource: Json, group: str) -> str:
    """Return the id of a resource of a template: its types and names, by turns."""
    provider, *types = str(resource["type"]).split("/")
    pairs = zip(types, str(resource["name"]).split("/"), strict=True)
    own = "/".join([provider, *(part for pair in pairs for part in pair)])
    return f"{resource.get('scope') or group}/providers/{own}"


def group_of(path: str) -> str:
    """Return the resource group that a path leads through."""
    found = _GROUP.match(path)
    return found.group(0) if found else ""
