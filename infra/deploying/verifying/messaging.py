"""Service Bus: topics, subscriptions and rules as in the topology, and who may do what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from infra.deploying.arm import Arm
from infra.deploying.options import ROOT
from infra.deploying.verifying.check import Check, differences, look

_VERSION = "2024-01-01"
_KEPT = {
    "LockDuration": "lockDuration",
    "MaxDeliveryCount": "maxDeliveryCount",
    "DefaultMessageTimeToLive": "defaultMessageTimeToLive",
    "DeadLetteringOnMessageExpiration": "deadLetteringOnMessageExpiration",
    "RequiresSession": "requiresSession",
}


@dataclass(frozen=True, kw_only=True)
class MessagingChecks:
    """What is looked at in the namespace."""

    arm: Arm
    namespace: str
    send_only_policy: bool

    def all(self) -> Iterator[Check]:
        """Look at all of it."""
        topics = json.loads((ROOT / "infra" / "topology.json").read_text())["UserConfig"]["Namespaces"][0][
            "Topics"
        ]
        yield look("service bus", "topics", partial(self._topics, topics))
        for topic in topics:
            name = topic["Name"]
            yield look("service bus", f"{name}: subscriptions", partial(self._subscriptions, topic))
            yield look("service bus", f"{name}: rules", partial(self._rules, topic))
            yield look("service bus", f"{name}: dead letters", partial(self._dead, topic))
        yield look("service bus", "keys", self._keys)

    def _topics(self, topics: list[dict[str, Any]]) -> Iterator[str]:
        found = self.arm.all(f"{self._path}/topics", _VERSION)
        yield from differences(
            "topics", (topic["Name"] for topic in topics), (each["name"] for each in found)
        )

    def _subscriptions(self, topic: Mapping[str, Any]) -> Iterator[str]:
        found = self._found(topic)
        yield from differences("subscriptions", (each["Name"] for each in topic["Subscriptions"]), found)
        for each in topic["Subscriptions"]:
            properties = found.get(each["Name"], {})
            for said, name in _KEPT.items():
                if properties and properties.get(name) != each["Properties"][said]:
                    yield f"{each['Name']}: {name} is {properties.get(name)}, not {each['Properties'][said]}"
            if properties.get("status", "Active") != "Active":
                yield f"{each['Name']}: it is {properties['status']}"

    def _rules(self, topic: Mapping[str, Any]) -> Iterator[str]:
        for each in topic["Subscriptions"]:
            rules = self.arm.all(
                f"{self._path}/topics/{topic['Name']}/subscriptions/{each['Name']}/rules", _VERSION
            )
            wanted = each["Rules"][0]["Properties"]["SqlFilter"]["SqlExpression"]
            said = [rule["properties"].get("sqlFilter", {}).get("sqlExpression", "") for rule in rules]
            if said != [wanted]:
                yield f"{each['Name']}: {len(rules)} rules, {'; '.join(said) or 'nothing'}, not one, {wanted}"

    def _dead(self, topic: Mapping[str, Any]) -> Iterator[str]:
        most = json.loads((ROOT / "infra" / "alerts.json").read_text())["thresholds"][
            "deadLettersPerSubscription"
        ]
        for name, properties in self._found(topic).items():
            count = properties.get("countDetails", {}).get("deadLetterMessageCount", 0)
            if count > most:
                yield f"{name}: {count} dead letters"

    def _keys(self) -> Iterator[str]:
        """The front end's key sends and does nothing else; without it nobody signs in with a key."""
        rules = self.arm.all(f"{self._path}/topics/huntaze-jobs/authorizationRules", _VERSION)
        found = {str(each["name"]): list(each["properties"]["rights"]) for each in rules}
        wanted = {"front-end": ["Send"]} if self.send_only_policy else {}
        if found != wanted:
            yield f"huntaze-jobs: {found}, not {wanted}"
        namespace = self.arm.get(self._path, _VERSION) or {"properties": {}}
        if not self.send_only_policy and not namespace["properties"].get("disableLocalAuth"):
            yield "keys are taken, though nobody should have one"

    @property
    def _path(self) -> str:
        return f"/providers/Microsoft.ServiceBus/namespaces/{self.namespace}"

    def _found(self, topic: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        found = self.arm.all(f"{self._path}/topics/{topic['Name']}/subscriptions", _VERSION)
        return {str(each["name"]): each["properties"] for each in found}
