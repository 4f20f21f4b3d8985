"""What the apps use: rights, models, SignalR, the cache, alerts, the budget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from infra.deploying.arm import Arm
from infra.deploying.options import ROOT
from infra.deploying.preflight import models
from infra.deploying.verifying.check import Check, look

#: The rights of the identity that all apps share: the provider's type of the scope, and the role's id.
RIGHTS = (
    ("Microsoft.ServiceBus/namespaces", "090c5cfd-751d-490a-894a-3ce6f1109419"),
    ("Microsoft.KeyVault/vaults", "4633458b-17de-408a-b874-0445c86b69e6"),
    ("Microsoft.Storage/storageAccounts", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    ("Microsoft.Storage/storageAccounts", "974c5e8b-45b9-4653-ba55-5f855dd0fb88"),
    ("Microsoft.Storage/storageAccounts", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"),
    ("Microsoft.CognitiveServices/accounts", "a97b65f3-24c7-4388-baec-2e87135dc908"),
)
_VERSIONS = {
    "Microsoft.ServiceBus/namespaces": "2024-01-01",
    "Microsoft.KeyVault/vaults": "2024-11-01",
    "Microsoft.Storage/storageAccounts": "2025-01-01",
    "Microsoft.CognitiveServices/accounts": "2025-06-01",
}


@dataclass(frozen=True, kw_only=True)
class ServiceChecks:
    """What is looked at beside the apps."""

    arm: Arm
    environment: str
    outputs: Mapping[str, Any]
    cache: bool

    def all(self) -> Iterator[Check]:
        """Look at all of it."""
        yield look("identity", "rights", self._rights)
        yield look("models", str(self.outputs["aiAccount"]), self._models)
        yield look("signalr", str(self.outputs["signalRName"]), self._signalr)
        if self.cache:
            yield look("cache", "Azure Managed Redis", self._cache)
        yield look("alerts", "enabled, and somebody is told", self._alerts)
        yield look("budget", f"huntaze-{self.environment}", self._budget)

    def _rights(self) -> Iterator[str]:
        identity = self.arm.get(
            f"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/huntaze-{self.environment}-workers",
            "2024-11-30",
        )
        principal = (identity or {"properties": {}})["properties"].get("principalId")
        granted = {
            kind: {
                str(each["properties"]["roleDefinitionId"]).rpartition("/")[2]
                for resource in self.arm.all(f"/providers/{kind}", version)
                for each in self.arm.all(
                    f"{resource['id']}/providers/Microsoft.Authorization/roleAssignments", "2022-04-01"
                )
                if principal in (None, each["properties"]["principalId"])
            }
            for kind, version in _VERSIONS.items()
        }
        for kind, role in RIGHTS:
            if role not in granted[kind]:
                yield f"no {role} at {kind}"

    def _models(self) -> Iterator[str]:
        today = datetime.now(tz=UTC).date()
        path = f"/providers/Microsoft.CognitiveServices/accounts/{self.outputs['aiAccount']}/deployments"
        found = {str(each["name"]): each["properties"] for each in self.arm.all(path, "2025-06-01")}
        for model in models():
            properties = found.get(model["name"])
            if properties is None:
                yield f"{model['name']}: not deployed"
                continue
            if properties.get("provisioningState") != "Succeeded":
                yield f"{model['name']}: {properties.get('provisioningState')}"
            if properties["model"]["version"] != model["version"]:
                yield f"{model['name']}: version {properties['model']['version']}, not {model['version']}"
            if model["retiresOn"] and date.fromisoformat(model["retiresOn"]) <= today:
                yield f"{model['name']} retired on {model['retiresOn']}"

    def _signalr(self) -> Iterator[str]:
        found = self.arm.get(
            f"/providers/Microsoft.SignalRService/signalR/{self.outputs['signalRName']}", "2023-02-01"
        )
        features = (found or {"properties": {}})["properties"].get("features") or ()
        mode = {each["flag"]: each["value"] for each in features}.get("ServiceMode")
        if mode != "Serverless":
            yield f"its mode is {mode}, not Serverless"

    def _cache(self) -> Iterator[str]:
        found = self.arm.all("/providers/Microsoft.Cache/redisEnterprise", "2025-07-01")
        if not found:
            yield "there is none"
        for each in found:
            if each["properties"].get("provisioningState") != "Succeeded":
                yield f"{each['name']}: {each['properties'].get('provisioningState')}"

    def _alerts(self) -> Iterator[str]:
        said = json.loads((ROOT / "infra" / "alerts.json").read_text())["events"]
        rules = self.arm.all("/providers/Microsoft.Insights/scheduledQueryRules", "2023-12-01")
        metrics = self.arm.all("/providers/Microsoft.Insights/metricAlerts", "2018-03-01")
        names = {str(each["name"]) for each in rules}
        for event in said:
            if f"huntaze-{self.environment}-{event['event']}" not in names:
                yield f"{event['event']}: no rule"
        if not metrics:
            yield "no rule for the dead letters of a topic"
        for each in (*rules, *metrics):
            if not each["properties"].get("enabled", True):
                yield f"{each['name']} is off"
            if not each["properties"].get("actions"):
                yield f"{each['name']} tells nobody"

    def _budget(self) -> Iterator[str]:
        if not self.arm.all("/providers/Microsoft.Consumption/budgets", "2023-11-01"):
            yield "there is none"
