"""What a deployment would change is read rightly, and what would be lost is told from what would not."""

from __future__ import annotations

from typing import Any

import pytest

from infra.deploying.changes import destructive, of_change_set, of_what_if

GROUP = "/subscriptions/s/resourceGroups/g/providers"


def _foretold(change_type: str, identity: str, *paths: str) -> dict[str, Any]:
    delta = [{"path": path, "propertyChangeType": "Modify", "before": 1, "after": 2} for path in paths]
    return {"changes": [{"changeType": change_type, "resourceId": f"{GROUP}/{identity}", "delta": delta}]}


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        (_foretold("Create", "Microsoft.KeyVault/vaults/v"), False),
        (_foretold("Delete", "Microsoft.Web/sites/a"), True),
        (_foretold("Unsupported", "Microsoft.Web/sites/a"), True),
        (_foretold("Modify", "Microsoft.Web/sites/a", "properties.sku", "location"), False),
        (_foretold("Modify", "Microsoft.Storage/storageAccounts/a", "sku.name"), True),
        (_foretold("Modify", "Microsoft.Storage/storageAccounts/a", "tags.env"), False),
        (_foretold("Modify", "Microsoft.KeyVault/vaults/v", "properties.enablePurgeProtection"), True),
        (
            _foretold("Modify", "Microsoft.ServiceBus/namespaces/n/topics/t", "properties.requiresSession"),
            True,
        ),
        (
            _foretold(
                "Modify",
                "Microsoft.ServiceBus/namespaces/n/topics/t/subscriptions/s",
                "properties.lockDuration",
            ),
            False,
        ),
    ],
)
def test_azure_may_not_lose_what_holds_data(answer: dict[str, Any], *, lost: bool) -> None:
    assert bool(destructive(of_what_if(answer))) is lost


def test_what_stays_as_it_is_is_no_change() -> None:
    assert of_what_if(_foretold("NoChange", "Microsoft.Web/sites/a")) == []
    assert of_what_if(_foretold("Ignore", "Microsoft.Web/sites/a")) == []


def test_nested_changes_are_told_by_their_paths() -> None:
    """As Azure nests what changes in objects and arrays."""
    child = {"path": "value", "propertyChangeType": "Modify", "before": "a", "after": "b"}
    answer = _foretold("Modify", "Microsoft.SignalRService/signalR/s")
    answer["changes"][0]["delta"] = [
        {
            "path": "properties.features",
            "propertyChangeType": "Array",
            "children": [{"path": "0", "children": [child]}],
        }
    ]
    assert of_what_if(answer)[0].details == ("properties.features.0.value",)


@pytest.mark.parametrize(
    ("action", "kind", "replacement", "lost"),
    [
        ("Add", "AWS::RDS::DBInstance", None, False),
        ("Remove", "AWS::CloudWatch::Alarm", None, True),
        ("Modify", "AWS::RDS::DBInstance", "False", False),
        ("Modify", "AWS::RDS::DBInstance", "Conditional", True),
        ("Modify", "AWS::S3::Bucket", "True", True),
        ("Modify", "AWS::EC2::SecurityGroup", "True", False),
    ],
)
def test_aws_may_not_lose_what_holds_data(
    action: str, kind: str, replacement: str | None, *, lost: bool
) -> None:
    change = {"Action": action, "LogicalResourceId": "R", "ResourceType": kind, "Details": []}
    if replacement:
        change["Replacement"] = replacement
    assert bool(destructive(of_change_set({"Changes": [{"ResourceChange": change}]}))) is lost
