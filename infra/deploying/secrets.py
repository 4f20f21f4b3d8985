"""Secrets on their way into the vault: from a file or from AWS, through one file that lives for one command.

They are written as resources of the deployment, so whoever deploys needs no right to read the vault. What is
in the vault already is never asked for again, and never replaced unasked.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.deploying.arm import Arm
from infra.deploying.stopping import RefusedError

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
_SECRETS = "2024-11-01"
_OTHERS = 0o077
#: What the deployment takes from AWS by itself.
FROM_AWS = ("database-url", "aws-access-key-id", "aws-secret-access-key")


def supplied(path: Path | None) -> dict[str, str]:
    """Read the secrets that the operator gives.

    Raises:
        RefusedError: others may read the file, or it is no file of parameters.
    """
    if path is None:
        return {}
    if path.stat().st_mode & _OTHERS:
        raise RefusedError(f"Others may read {path}: chmod 600 it.")
    try:
        values = json.loads(path.read_text())["parameters"]["secretValues"]["value"]
    except (ValueError, KeyError, TypeError):
        raise RefusedError(
            f"{path} is no file of parameters with secretValues; see docs/deployment.md."
        ) from None
    return {str(name): str(value) for name, value in values.items()}


def in_vault(arm: Arm) -> frozenset[str]:
    """Return the names of the secrets that are in the group's vault; their values are not asked for.

    The vault may be there though no deployment has succeeded: one that failed half-way has filled it, too.
    """
    vaults = arm.all("/providers/Microsoft.KeyVault/vaults", _SECRETS)
    found = [each for vault in vaults for each in arm.all(f"{vault['id']}/secrets", _SECRETS)]
    return frozenset(str(each["name"]).rpartition("/")[2] for each in found)


def missing(named: Sequence[str], present: frozenset[str], given: Mapping[str, str]) -> list[str]:
    """Return the secrets that settings will refer to and that are nowhere."""
    return [name for name in named if name not in present and name not in given]


@contextmanager
def as_parameters(values: Mapping[str, str]) -> Iterator[Path | None]:
    """Hold secrets in a file of parameters that nobody else can read, and that is gone afterwards."""
    if not values:
        yield None
        return
    memory = Path("/dev/shm")  # noqa: S108 - kept off the disk where that is possible
    handle, name = tempfile.mkstemp(suffix=".json", dir=memory if os.access(memory, os.W_OK) else None)
    path = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(_document(values), file)
        yield path
    finally:
        path.write_bytes(b"\0" * path.stat().st_size)
        path.unlink()


def _document(values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"secretValues": {"value": dict(values)}},
    }
