"""App settings: what they are, and what the host itself does with them.

Settings are the environment plus the `Values` of `local.settings.json`; the environment wins, as it does
with Core Tools. The host expands `%NAME%` in bindings, finds connections, and knows disabled functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.host.errors import HostError

_PLACEHOLDER = re.compile(r"%([^%\s]+)%")
_NAMESPACE_SUFFIX = "__fullyQualifiedNamespace"


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach a Service Bus namespace: with a connection string, or by name and an Azure identity."""

    connection_string: str | None = None
    fully_qualified_namespace: str | None = None


def local_values(root: Path) -> dict[str, str]:
    """Return the `Values` of `local.settings.json`, or nothing when the file does not exist.

    Raises:
        HostError: the file is not what Core Tools would read.
    """
    try:
        document = json.loads((root / "local.settings.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise HostError(f"local.settings.json is not valid JSON: {error}.") from None
    if not isinstance(document, dict):
        raise HostError("local.settings.json must be an object.")
    if document.get("IsEncrypted"):
        raise HostError("local.settings.json is encrypted: run `func settings decrypt` first.")
    values = document.get("Values", {})
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise HostError("local.settings.json: Values must be an object of texts.")
    return values


def expanded(value: Any, settings: Mapping[str, str]) -> Any:
    """Return a binding's value with each `%NAME%` replaced by that setting.

    Raises:
        HostError: a setting does not exist.
    """
    if not isinstance(value, str):
        return value
    return _PLACEHOLDER.sub(lambda match: _setting(match[1], settings), value)


def connection(name: str, settings: Mapping[str, str]) -> Connection:
    """Find the connection that a binding names: a setting, or the prefix of identity-based settings.

    Raises:
        HostError: neither exists.
    """
    for key in (name, f"AzureWebJobs{name}"):
        if settings.get(key):
            return Connection(connection_string=settings[key])
    if namespace := settings.get(name + _NAMESPACE_SUFFIX):
        return Connection(fully_qualified_namespace=namespace)
    raise HostError(f"the connection setting {name} (or {name}{_NAMESPACE_SUFFIX}) does not exist")


def is_disabled(function: str, settings: Mapping[str, str]) -> bool:
    """Say whether a setting disables a function; Linux spells the setting with underscores."""
    names = (f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs_{function}_Disabled")
    return any(settings.get(name, "").strip().lower() in ("true", "1") for name in names)


def number(name: str, settings: Mapping[str, str], default: float) -> float:
    """Return a setting that is a number.

    Raises:
        HostError: it is none, or negative.
    """
    try:
        value = float(settings.get(name) or default)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise HostError(f"the setting {name} must be a number that is not negative")
    return value


def _setting(name: str, settings: Mapping[str, str]) -> str:
    try:
        return settings[name]
    except KeyError:
        raise HostError(f"the setting {name} does not exist") from None
