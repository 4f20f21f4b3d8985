"""What the Bicep files ask Azure for: messaging as in the topology, rights, keys, models, alerts, money."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.check.plan import Plan

ROOT = Path(__file__).resolve().parents[3]
TOPICS = "Microsoft.ServiceBus/namespaces/topics"
SUBSCRIPTIONS = f"{TOPICS}/subscriptions"
RULES = f"{SUBSCRIPTIONS}/rules"
NETWORK = ("virtualNetworks", "natGateways", "publicIPAddresses")
ROLES = "Microsoft.Authorization/roleAssignments"

#: Azure's own, by what they allow.
DATA_OWNER_OF_SERVICE_BUS = "090c5cfd-751d-490a-894a-3ce6f1109419"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
COGNITIVE_SERVICES_USER = "a97b65f3-24c7-4388-baec-2e87135dc908"
MAIL_OWNER = "09976791-48a7-449e-bb21-39d1a415f350"
BLOB_DATA_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
QUEUE_DATA_CONTRIBUTOR = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
TABLE_DATA_CONTRIBUTOR = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def test_the_topics_and_subscriptions_are_those_of_the_topology(beta: Plan, topology: dict[str, Any]) -> None:
    """With their locks, times to live and deliveries."""
    assert {_last(topic.name) for topic in beta.of(TOPICS)} == set(topology)
    for name, topic in topology.items():
        planned = {
            _last(each.name): each.properties for each in beta.of(SUBSCRIPTIONS) if f"/{name}/" in each.name
        }
        assert set(planned) == {subscription["Name"] for subscription in topic["Subscriptions"]}
        for subscription in topic["Subscriptions"]:
            wanted, found = subscription["Properties"], planned[subscription["Name"]]
            for key in ("LockDuration", "MaxDeliveryCount", "DefaultMessageTimeToLive"):
                assert found[key[0].lower() + key[1:]] == wanted[key]
            assert found["deadLetteringOnMessageExpiration"] is True


def test_every_subscription_has_one_rule_in_place_of_the_one_it_is_born_with(
    beta: Plan, topology: dict[str, Any]
) -> None:
    """Under any other name there would be two, and the second lets everything pass."""
    rules = {each.name.rpartition("/")[0]: each for each in beta.of(RULES)}
    assert {_last(each.name) for each in beta.of(RULES)} == {"$Default"}
    assert set(rules) == {each.name for each in beta.of(SUBSCRIPTIONS)}
    assert len(rules) == len(beta.of(RULES))
    for topic in topology.values():
        for subscription in topic["Subscriptions"]:
            (wanted,) = subscription["Rules"]
            (found,) = (each for name, each in rules.items() if _last(name) == subscription["Name"])
            assert found.properties == {
                "filterType": "SqlFilter",
                "sqlFilter": {"sqlExpression": wanted["Properties"]["SqlFilter"]["SqlExpression"]},
            }


def test_the_front_end_may_send_jobs_and_nothing_else(beta: Plan, bare: Plan) -> None:
    """One policy, of one topic; without it nobody signs in with a key."""
    (policy,) = beta.of(f"{TOPICS}/authorizationRules")
    assert policy.name.split("/")[1:] == ["huntaze-jobs", "front-end"]
    assert policy.properties["rights"] == ["Send"]
    assert not bare.of(f"{TOPICS}/authorizationRules")
    (namespace,) = bare.of("Microsoft.ServiceBus/namespaces")
    assert namespace.properties["disableLocalAuth"] is True


def test_the_namespace_is_as_the_topics_need_it(beta: Plan) -> None:
    """Basic has no topics, Premium costs seventy times as much."""
    (namespace,) = beta.of("Microsoft.ServiceBus/namespaces")
    assert namespace.body["sku"] == {"name": "Standard", "tier": "Standard"}
    assert namespace.properties["minimumTlsVersion"] == "1.2"


@pytest.mark.parametrize("plan_name", ["beta", "flex"])
def test_the_workers_have_the_rights_that_they_need_and_no_others(
    plan_name: str, request: pytest.FixtureRequest
) -> None:
    """Scaling by messages needs the right to manage; each right is of one resource, not of the group."""
    plan: Plan = request.getfixturevalue(plan_name)
    granted = {
        (each.scope.split("/")[6], _last(each.properties["roleDefinitionId"])) for each in plan.of(ROLES)
    }
    assert granted == {
        ("Microsoft.ServiceBus", DATA_OWNER_OF_SERVICE_BUS),
        ("Microsoft.KeyVault", SECRETS_USER),
        ("Microsoft.CognitiveServices", COGNITIVE_SERVICES_USER),
        ("Microsoft.Communication", MAIL_OWNER),
        ("Microsoft.Storage", BLOB_DATA_OWNER),
        ("Microsoft.Storage", QUEUE_DATA_CONTRIBUTOR),
        ("Microsoft.Storage", TABLE_DATA_CONTRIBUTOR),
    }
    principals = {each.properties["principalId"] for each in plan.of(ROLES)}
    assert principals == {"identity.properties.principalId"}
    assert len({each.name for each in plan.of(ROLES)}) == len(plan.of(ROLES))


def test_keys_open_nothing_but_what_knows_no_identity(beta: Plan, flex: Plan) -> None:
    """Azure Files alone, which only the plan with slots needs."""
    opened = {
        each.symbol: each.properties["allowSharedKeyAccess"]
        for each in beta.of("Microsoft.Storage/storageAccounts")
    }
    assert opened == {"host": False, "content": True}
    assert [each.symbol for each in flex.of("Microsoft.Storage/storageAccounts")] == ["host"]
    (account,) = beta.of("Microsoft.CognitiveServices/accounts")
    assert account.properties["disableLocalAuth"] is True
    assert account.properties["customSubDomainName"] == account.name


def test_nothing_that_stores_is_open(beta: Plan) -> None:
    """No anonymous blobs, TLS 1.2 at least, and a vault that nobody can purge."""
    for account in beta.of("Microsoft.Storage/storageAccounts"):
        assert account.properties["allowBlobPublicAccess"] is False
        assert account.properties["minimumTlsVersion"] == "TLS1_2"
        assert account.properties["supportsHttpsTrafficOnly"] is True
    (vault,) = beta.of("Microsoft.KeyVault/vaults")
    assert vault.properties["enableRbacAuthorization"] is True
    assert vault.properties["enablePurgeProtection"] is True


def test_names_are_as_long_as_azure_takes_them(beta: Plan) -> None:
    """And they depend on nothing but the resource group, so that a second deployment changes, not adds."""
    for account in beta.of("Microsoft.Storage/storageAccounts"):
        assert re.fullmatch(r"[a-z0-9]{3,24}", account.name)
    (vault,) = beta.of("Microsoft.KeyVault/vaults")
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,22}[a-z0-9]", vault.name)
    for site in beta.of("Microsoft.Web/sites"):
        assert re.fullmatch(r"[a-z0-9-]{2,43}", site.name)
    (group,) = beta.of("Microsoft.Insights/actionGroups")
    assert len(group.properties["groupShortName"]) <= 12


def test_signalr_serves_browsers_without_a_server(beta: Plan) -> None:
    """In any other mode it waits for a server that does not exist."""
    (signalr,) = beta.of("Microsoft.SignalRService/signalR")
    assert signalr.properties["features"] == [{"flag": "ServiceMode", "value": "Serverless"}]
    assert "*" not in signalr.properties["cors"]["allowedOrigins"]


def test_mail_has_a_sender(beta: Plan) -> None:
    """A domain that Azure keeps, linked to the service that sends."""
    (domain,) = beta.of("Microsoft.Communication/emailServices/domains")
    assert domain.properties["domainManagement"] == "AzureManaged"
    assert domain.name.endswith("/AzureManagedDomain")
    (service,) = beta.of("Microsoft.Communication/communicationServices")
    assert service.properties["linkedDomains"] == [domain.id]


def test_everything_that_takes_tags_says_whose_it_is(beta: Plan) -> None:
    """So that costs can be told apart."""
    untagged = {
        "Microsoft.Authorization",
        "Microsoft.Consumption",
    }
    for resource in beta.resources:
        top = resource.type.count("/") == 1 and resource.type.partition("/")[0] not in untagged
        if top or "location" in resource.body:
            assert {"project", "env", "cost-center"} <= set(resource.body["tags"]), resource.name


@pytest.mark.parametrize("plan_name", ["beta", "flex"])
def test_everything_that_the_apps_send_leaves_through_one_address(
    plan_name: str, request: pytest.FixtureRequest
) -> None:
    """The database lets in that one, and no other."""
    plan: Plan = request.getfixturevalue(plan_name)
    network, gateway, address = (plan.of(f"Microsoft.Network/{kind}")[0] for kind in NETWORK)
    (subnet,) = network.properties["subnets"]
    assert subnet["properties"]["natGateway"]["id"] == gateway.id
    assert gateway.properties["publicIpAddresses"] == [{"id": address.id}]
    assert address.properties["publicIPAllocationMethod"] == "Static"
    (delegation,) = subnet["properties"]["delegations"]
    served = {"beta": "Microsoft.Web/serverFarms", "flex": "Microsoft.App/environments"}
    assert delegation["properties"]["serviceName"] == served[plan_name]
    for site in (*plan.of("Microsoft.Web/sites"), *plan.of("Microsoft.Web/sites/slots")):
        assert site.properties["virtualNetworkSubnetId"] == f"{network.id}/subnets/{subnet['name']}"


def test_what_is_switched_off_is_not_there(bare: Plan) -> None:
    """Neither paid for nor named in a setting."""
    assert not any(bare.of(f"Microsoft.Network/{kind}") for kind in NETWORK)
    assert not bare.of("Microsoft.Cache/redisEnterprise")
    for site in bare.of("Microsoft.Web/sites"):
        assert site.properties["virtualNetworkSubnetId"] is None
        assert "REDIS_URL" not in {each["name"] for each in site.properties["siteConfig"]["appSettings"]}


def test_the_cache_is_one_node_behind_tls(beta: Plan) -> None:
    """Scripts touch several keys at once, which a cluster refuses."""
    (cluster,) = beta.of("Microsoft.Cache/redisEnterprise")
    (database,) = beta.of("Microsoft.Cache/redisEnterprise/databases")
    assert cluster.properties["minimumTlsVersion"] == "1.2"
    assert database.properties["clientProtocol"] == "Encrypted"
    assert database.properties["clusteringPolicy"] == "NoCluster"


def test_the_budget_tells_the_operator_at_each_mark(beta: Plan) -> None:
    """At 70, 90 and 100 % of what was spent, and when all of it will be."""
    (budget,) = beta.of("Microsoft.Consumption/budgets")
    marks = budget.properties["notifications"].values()
    assert [(mark["threshold"], mark["thresholdType"]) for mark in marks] == [
        (70, "Actual"),
        (90, "Actual"),
        (100, "Actual"),
        (100, "Forecasted"),
    ]
    assert all(mark["enabled"] and mark["contactEmails"] for mark in marks)


def test_every_alert_reaches_the_operator(beta: Plan) -> None:
    """An alert without an action is a line in a list that nobody opens."""
    (group,) = beta.of("Microsoft.Insights/actionGroups")
    assert group.properties["emailReceivers"][0]["emailAddress"]
    for alert in beta.of("Microsoft.Insights/metricAlerts"):
        assert alert.properties["actions"] == [{"actionGroupId": group.id}]
    for rule in beta.of("Microsoft.Insights/scheduledQueryRules"):
        assert rule.properties["actions"] == {"actionGroups": [group.id]}


def test_dead_letters_are_watched_by_azure_itself(beta: Plan, topology: dict[str, Any]) -> None:
    """For each topic, as Azure counts no finer; an average would hide them, so it is the maximum."""
    watched = {}
    for alert in beta.of("Microsoft.Insights/metricAlerts"):
        (criterion,) = alert.properties["criteria"]["allOf"]
        assert criterion["metricName"] == "DeadletteredMessages"
        assert criterion["timeAggregation"] == "Maximum"
        watched[criterion["dimensions"][0]["values"][0]] = criterion["threshold"]
    assert watched == dict.fromkeys(topology, 10)


def test_every_finding_of_the_monitor_has_a_rule(beta: Plan) -> None:
    """It reads the marker, the event and a field that the event has."""
    said = json.loads((ROOT / "infra" / "alerts.json").read_text())
    rules = {
        rule.properties["displayName"]: rule for rule in beta.of("Microsoft.Insights/scheduledQueryRules")
    }
    assert set(rules) == {event["event"] for event in said["events"]} | {"function-failures"}
    for event in said["events"]:
        (criterion,) = rules[event["event"]].properties["criteria"]["allOf"]
        assert f'startswith "{said["marker"]} {{"' in criterion["query"]
        assert f'tostring(finding.event) == "{event["event"]}"' in criterion["query"]
        assert f"tostring(finding.{event['groupBy']})" in criterion["query"]
        assert event["groupBy"] in event["fields"]


def test_models_are_made_one_after_the_other(beta: Plan) -> None:
    """The account refuses two at a time."""
    text = (ROOT / "infra" / "azure" / "modules" / "ai.bicep").read_text()
    assert re.search(r"@batchSize\(1\)\nresource deployment ", text)
    models = json.loads((ROOT / "infra" / "models.json").read_text())["deployments"]
    deployed = beta.of("Microsoft.CognitiveServices/accounts/deployments")
    assert [_last(each.name) for each in deployed] == [model["name"] for model in models]
