"""Calls functions: those that need nothing else, and those that ask where the deployment goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.check.functions import OF_THE_DEPLOYMENT, PURE, WITH_LAMBDAS, Function, resource_id
from infra.check.values import Runtime, is_deferred, is_secret

#: Reads a file; tests read other contents than the disk's.
Read = Callable[[Path], str]


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the deployment goes: stands in for what Azure would answer."""

    subscription_id: str = "00000000-0000-0000-0000-000000000000"
    tenant_id: str = "11111111-1111-1111-1111-111111111111"
    resource_group: str = "rg-huntaze"
    location: str = "eastus2"

    @property
    def subscription(self) -> str:
        """The id of the subscription as a scope."""
        return f"/subscriptions/{self.subscription_id}"

    @property
    def scope(self) -> str:
        """The id of the resource group."""
        return f"{self.subscription}/resourceGroups/{self.resource_group}"


def known_functions() -> frozenset[str]:
    """Return the names of all functions that the checker knows."""
    return frozenset((*PURE, *WITH_LAMBDAS, *OF_THE_DEPLOYMENT))


class Calls:
    """The functions, for one file of one deployment."""

    def __init__(self, *, target: Target, directory: Path, read: Read) -> None:
        self._target = target
        self._directory = directory
        self._read = read
        self._of_the_deployment: Mapping[str, Callable[..., Any]] = {
            "deployment": lambda: {"name": "main"},
            "environment": lambda: {
                "name": "AzureCloud",
                "suffixes": {"storage": "core.windows.net", "keyvaultDns": ".vault.azure.net"},
            },
            "loadJsonContent": self._json,
            "resourceGroup": lambda: {
                "id": target.scope,
                "name": target.resource_group,
                "location": target.location,
            },
            "resourceId": lambda kind, *names: resource_id(kind, *names, scope=target.scope),
            "subscription": lambda: {
                "id": target.subscription,
                "subscriptionId": target.subscription_id,
                "tenantId": target.tenant_id,
            },
            "subscriptionResourceId": lambda kind, *names: resource_id(
                kind, *names, scope=target.subscription
            ),
            "tenant": lambda: {"tenantId": target.tenant_id},
        }

    def call(self, name: str, given: Sequence[Any]) -> Any:
        """Call a function.

        Raises:
            KeyError: there is none of this name.
            TypeError, ValueError, IndexError, AttributeError: it can't be called with these arguments.
        """
        if name in OF_THE_DEPLOYMENT:
            _check_count(len(given), *OF_THE_DEPLOYMENT[name])
            return self._of_the_deployment[name](*given)
        function = PURE.get(name) or WITH_LAMBDAS.get(name)
        if function is None:
            raise KeyError("the checker does not know this function")
        return _called(name, function, given)

    def _json(self, name: str, path: str = "") -> Any:
        try:
            content = json.loads(self._read((self._directory / name).resolve()))
        except OSError:
            raise ValueError("there is no such file") from None
        for key in filter(None, path.split(".")):
            content = content[key]
        return content


def _called(name: str, function: Function, given: Sequence[Any]) -> Any:
    _check_count(len(given), function.least, function.most)
    if name == "empty" and isinstance(given[0], Runtime):
        return not given[0].text
    if any(isinstance(each, Runtime) for each in given):
        text = f"{name}({', '.join(str(each) for each in given)})"
        held = list(given)
        return Runtime(text=text, secret=is_secret(held), deferred=is_deferred(held))
    return function.call(*given)


def _check_count(count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        raise ValueError(f"{count} arguments are given, {least} to {most} are taken")
