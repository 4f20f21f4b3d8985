"""Deployments: what would change, what changes, what was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from infra.local.control_plane.estate import Estate, Json, identity_of

#: As Azure writes the outputs of what is known only to it.
_KNOWN_LATER = {"egressAddress": "203.0.113.7", "mailSender": "DoNotReply@mail.example"}


def what_if(estate: Estate, group: str, said: Json) -> Json:
    """Compare a template with what is there, as `whatIf` answers."""
    changes = [_change(estate, identity, new) for identity, new in _wanted(group, said)]
    return {
        "status": "Succeeded",
        "properties": {"correlationId": "0", "changes": [*changes, *estate.foretold]},
    }


def deploy(estate: Estate, group: str, name: str, said: Json) -> Json:
    """Do what a template says, in Incremental mode: nothing that it leaves out is removed."""
    resources = []
    for identity, new in _wanted(group, said):
        if _differs(estate.get(identity), new):
            estate.put(identity, new)
        resources.append({"id": identity})
    _keep_secrets(estate, group, said)
    deployed: Json = {
        "id": f"{group}/providers/Microsoft.Resources/deployments/{name}",
        "name": name,
        "type": "Microsoft.Resources/deployments",
        "properties": {
            "provisioningState": "Succeeded",
            "timestamp": datetime.now(tz=UTC).isoformat(),
            "mode": said["properties"].get("mode", "Incremental"),
            "parameters": _shown_parameters(said),
            "outputs": _outputs(said),
            "outputResources": resources,
            "duration": "PT1S",
            "correlationId": "0",
            "providers": [],
            "dependencies": [],
        },
    }
    estate.deployments[name] = {**deployed, "template": said["properties"]["template"]}
    return deployed


def shown(deployment: Json) -> Json:
    """Return a deployment as it is shown: without its template."""
    return {key: value for key, value in deployment.items() if key != "template"}


def _wanted(group: str, said: Json) -> Iterator[tuple[str, Json]]:
    for each in said["properties"]["template"]["resources"]:
        new = {key: value for key, value in each.items() if key not in {"apiVersion", "scope"}}
        yield identity_of(each, group), new


def _differs(old: Json | None, new: Json) -> bool:
    return old is None or _said_of(old, new) != _said_of(new, new)


def _said_of(resource: Json, keys: Json) -> Json:
    """Return of a resource what a template says of it."""
    said = {key: resource.get(key) for key in keys if key not in {"name", "properties"}}
    properties = resource.get("properties", {})
    return {**said, "properties": {key: properties.get(key) for key in keys.get("properties", {})}}


def _change(estate: Estate, identity: str, new: Json) -> Json:
    old = estate.get(identity)
    if old is None:
        return {"resourceId": identity, "changeType": "Create", "after": new}
    if not _differs(old, new):
        return {"resourceId": identity, "changeType": "NoChange", "before": old, "after": new}
    delta = [
        {"path": f"properties.{key}", "propertyChangeType": "Modify", "before": None, "after": value}
        for key, value in new.get("properties", {}).items()
        if old.get("properties", {}).get(key) != value
    ]
    return {"resourceId": identity, "changeType": "Modify", "before": old, "after": new, "delta": delta}


def _keep_secrets(estate: Estate, group: str, said: Json) -> None:
    given = said["properties"].get("parameters", {}).get("secretValues", {}).get("value", {})
    vaults = [key for key in estate.resources if "/providers/microsoft.keyvault/vaults/" in key]
    vault = next(iter(sorted(vaults, key=len)), "")
    for name in given:
        vault_name = vault.rpartition("/")[2]
        identity = f"{group}/providers/Microsoft.KeyVault/vaults/{vault_name}/secrets/{name}"
        estate.put(identity, {"type": "Microsoft.KeyVault/vaults/secrets", "properties": {}})


def _shown_parameters(said: Json) -> Json:
    """Return the parameters as Azure shows them: of what is secret, only that it was given."""
    secure = {
        name
        for name, parameter in said["properties"]["template"].get("parameters", {}).items()
        if str(parameter["type"]).casefold().startswith("secure")
    }
    given = said["properties"].get("parameters", {})
    return {
        name: {"type": "SecureObject"} if name in secure else {"type": "Object", **value}
        for name, value in given.items()
    }


def _outputs(said: Json) -> Json:
    outputs: dict[str, Any] = said["properties"]["template"].get("outputs", {})
    return {
        name: {"type": "String", "value": _KNOWN_LATER.get(name, output["value"])}
        for name, output in outputs.items()
    }
