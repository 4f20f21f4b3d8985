"""Reads what a deployment would change, and says what must not happen unasked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: What holds data or keys: a change that replaces or narrows one of these is asked for by name.
STATEFUL_AZURE = (
    "Microsoft.KeyVault/vaults",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.CognitiveServices/accounts",
    "Microsoft.Communication/emailServices/domains",
    "Microsoft.OperationalInsights/workspaces",
)
#: Properties that can't be changed in place, or whose change loses messages, files or secrets.
_FIXED = (
    "location",
    "sku",
    "kind",
    "enablePurgeProtection",
    "softDeleteRetentionInDays",
    "requiresSession",
    "requiresDuplicateDetection",
    "defaultMessageTimeToLive",
    "shareQuota",
    "retentionInDays",
)
STATEFUL_AWS = ("AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::IAM::User")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that would change."""

    action: str
    what: str
    kind: str
    details: tuple[str, ...] = ()
    #: Why it is not done unasked; empty: it may be done.
    destructive: str = ""


def of_what_if(answer: Mapping[str, Any]) -> list[Change]:
    """Return what Azure's what-if foretells, without what stays as it is."""
    said = answer.get("changes") or answer.get("properties", {}).get("changes") or []
    return [_of_azure(each) for each in said if each["changeType"] not in {"NoChange", "Ignore"}]


def of_change_set(answer: Mapping[str, Any]) -> list[Change]:
    """Return what a change set of CloudFormation foretells."""
    return [_of_aws(each["ResourceChange"]) for each in answer.get("Changes", ())]


def destructive(changes: Iterable[Change]) -> list[Change]:
    """Return those that are not done unasked."""
    return [change for change in changes if change.destructive]


def _of_azure(said: Mapping[str, Any]) -> Change:
    identity = str(said["resourceId"])
    kind = kind_of(identity)
    paths = tuple(sorted(_paths(said.get("delta") or ())))
    why = ""
    if said["changeType"] in {"Delete", "Unsupported"}:
        why = (
            "it would be deleted" if said["changeType"] == "Delete" else "Azure can't tell what would happen"
        )
    elif said["changeType"] == "Modify" and kind.startswith(STATEFUL_AZURE):
        fixed = [path for path in paths if any(part in _FIXED for part in path.split("."))]
        why = f"it holds data, and {', '.join(fixed)} would change" if fixed else ""
    return Change(action=said["changeType"], what=_name(identity), kind=kind, details=paths, destructive=why)


def _of_aws(said: Mapping[str, Any]) -> Change:
    kind, action = said["ResourceType"], said["Action"]
    replaced = said.get("Replacement", "False")
    details = tuple(
        sorted(
            {
                str(each["Target"].get("Name") or each["Target"]["Attribute"])
                for each in said.get("Details", ())
            }
        )
    )
    why = ""
    if action == "Remove":
        why = "it would be removed"
    elif action == "Modify" and kind in STATEFUL_AWS and replaced != "False":
        why = (
            "it holds data, and might be replaced"
            if replaced == "Conditional"
            else "it holds data, and would be replaced"
        )
    return Change(action=action, what=said["LogicalResourceId"], kind=kind, details=details, destructive=why)


def kind_of(identity: str) -> str:
    """Return the type in a resource's id."""
    provider, *rest = identity.rpartition("/providers/")[2].split("/")
    return "/".join([provider, *rest[::2]])


def _name(identity: str) -> str:
    return "/".join(identity.rpartition("/providers/")[2].split("/")[2::2])


def _paths(delta: Iterable[Mapping[str, Any]], prefix: str = "") -> Iterable[str]:
    """Yield the paths that change; arrays and objects are told of by their parts."""
    for each in delta:
        path = f"{prefix}{each['path']}"
        if children := each.get("children"):
            yield from _paths(children, f"{path}.")
        elif json.dumps(each.get("before"), sort_keys=True) != json.dumps(each.get("after"), sort_keys=True):
            yield path
