"""Faults that people make in Bicep, put into the real files: the checker finds each, where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.check.calling import Target
from infra.check.checking import MAIN, PARAMETERS, ROOT, parameters_of, read_file, resolve
from infra.check.findings import Fault
from infra.check.plan import Plan
from infra.check.resolving import Resolution
from infra.check.schemas.catalogue import snapshot

MODULES = MAIN.parent / "modules"


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """One fault: the text of a file that is replaced, and what the checker has to call it."""

    name: str
    file: Path
    old: str
    new: str
    fault: Fault
    #: What stands in the line that is named.
    at: str
    switches: tuple[tuple[str, Any], ...] = ()
    #: Found where the module is used, not in it.
    whole: bool = False


FAULTS = [
    Seeded(
        name="a property is misspelt",
        file=MODULES / "messaging.bicep",
        old="maxDeliveryCount:",
        new="maxDeliveriesCount:",
        fault=Fault.UNKNOWN_PROPERTY,
        at="maxDeliveriesCount",
    ),
    Seeded(
        name="a property has the wrong case",
        file=MODULES / "app-ep1.bicep",
        old="httpsOnly: true",
        new="httpsonly: true",
        fault=Fault.UNKNOWN_PROPERTY,
        at="httpsonly",
    ),
    Seeded(
        name="always-ready instances are asked of the plan instead of the app",
        file=MODULES / "plan.bicep",
        old="maximumElasticWorkerCount: maximumWorkers",
        new="maximumElasticWorkerCount: maximumWorkers\n    minimumElasticInstanceCount: 1",
        fault=Fault.UNKNOWN_PROPERTY,
        at="minimumElasticInstanceCount",
    ),
    Seeded(
        name="a property stands outside of properties",
        file=MODULES / "security.bicep",
        old="  tags: tags\n  properties: {\n    tenantId",
        new="  tags: tags\n  enablePurgeProtection: true\n  properties: {\n    tenantId",
        fault=Fault.UNKNOWN_PROPERTY,
        at="  enablePurgeProtection: true",
    ),
    Seeded(
        name="a property deep in a list of objects is misspelt",
        file=MODULES / "network.bicep",
        old="serviceName: delegation",
        new="service: delegation",
        fault=Fault.UNKNOWN_PROPERTY,
        at="service: delegation",
    ),
    Seeded(
        name="a type does not exist",
        file=MODULES / "messaging.bicep",
        old="namespaces/topics@2024-01-01",
        new="namespaces/topic@2024-01-01",
        fault=Fault.UNKNOWN_TYPE,
        at="namespaces/topic@",
    ),
    Seeded(
        name="a version does not exist",
        file=MODULES / "plan.bicep",
        old="serverfarms@2024-11-01",
        new="serverfarms@2024-11-31",
        fault=Fault.UNKNOWN_TYPE,
        at="2024-11-31",
    ),
    Seeded(
        name="a required property is missing: a store without a location",
        file=MODULES / "content-share.bicep",
        old="  location: location\n",
        new="",
        fault=Fault.MISSING_PROPERTY,
        at="",
    ),
    Seeded(
        name="a required property is missing: an alert without a severity",
        file=MODULES / "alerts.bicep",
        old="    severity: 1\n",
        new="",
        fault=Fault.MISSING_PROPERTY,
        at="properties: {",
    ),
    Seeded(
        name="what Azure alone sets is written",
        file=MODULES / "messaging.bicep",
        old="minimumTlsVersion: '1.2'",
        new="status: 'Active'",
        fault=Fault.READ_ONLY,
        at="status: 'Active'",
    ),
    Seeded(
        name="an enum has a value that does not exist",
        file=MODULES / "messaging.bicep",
        old="filterType: 'SqlFilter'",
        new="filterType: 'Sql'",
        fault=Fault.WRONG_ENUM,
        at="filterType",
    ),
    Seeded(
        name="a minimum TLS version is written as another service has it",
        file=MODULES / "storage.bicep",
        old="minimumTlsVersion: 'TLS1_2'",
        new="minimumTlsVersion: '1.2'",
        fault=Fault.WRONG_ENUM,
        at="minimumTlsVersion",
    ),
    Seeded(
        name="the configuration of slots has a name of its own",
        file=MODULES / "app-ep1.bicep",
        old="name: 'slotConfigNames'",
        new="name: 'slotconfignames2'",
        fault=Fault.WRONG_ENUM,
        at="",
    ),
    Seeded(
        name="a text stands for a number",
        file=MODULES / "monitoring.bicep",
        old="retentionInDays: 30",
        new="retentionInDays: '30'",
        fault=Fault.WRONG_TYPE,
        at="retentionInDays",
    ),
    Seeded(
        name="a number stands for a text in a list of settings",
        file=MODULES / "app-ep1.bicep",
        old="WEBSITE_SKIP_CONTENTSHARE_VALIDATION: '1'",
        new="WEBSITE_SKIP_CONTENTSHARE_VALIDATION: [\n    1\n  ]",
        fault=Fault.WRONG_TYPE,
        at="appSettings",
    ),
    Seeded(
        name="an object stands for a list",
        file=MODULES / "mail.bicep",
        old="linkedDomains: [\n      domain.id\n    ]",
        new="linkedDomains: {\n      id: domain.id\n    }",
        fault=Fault.WRONG_TYPE,
        at="linkedDomains",
    ),
    Seeded(
        name="a resource stands for its id",
        file=MODULES / "network.bicep",
        old="id: gateway.id",
        new="id: gateway",
        fault=Fault.WRONG_TYPE,
        at="id: gateway",
    ),
    Seeded(
        name="a name is not declared",
        file=MODULES / "ai.bicep",
        old="parent: account",
        new="parent: acount",
        fault=Fault.UNDECLARED,
        at="acount",
    ),
    Seeded(
        name="a name in a branch that is not taken is not declared",
        file=MAIN,
        old="network.outputs.subnetId : ''\n  }\n  // Its",
        new="netwrok.outputs.subnetId : ''\n  }\n  // Its",
        fault=Fault.UNDECLARED,
        at="netwrok",
    ),
    Seeded(
        name="a parameter is not used",
        file=MODULES / "plan.bicep",
        old="maximumElasticWorkerCount: maximumWorkers",
        new="maximumElasticWorkerCount: 3",
        fault=Fault.UNUSED,
        at="param maximumWorkers",
    ),
    Seeded(
        name="a function does not exist",
        file=MAIN,
        old="take(uniqueString(",
        new="take(uniqString(",
        fault=Fault.UNKNOWN_FUNCTION,
        at="uniqString",
    ),
    Seeded(
        name="a function is given too little",
        file=MODULES / "ai.bicep",
        old="subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cognitiveServicesUser)",
        new="subscriptionResourceId(cognitiveServicesUser)",
        fault=Fault.WRONG_ARGUMENTS,
        at="subscriptionResourceId",
    ),
    Seeded(
        name="a key of a shared file is misspelt",
        file=MODULES / "messaging.bicep",
        old="taker.Rules[0].Properties",
        new="taker.Rules[0].Property",
        fault=Fault.UNKNOWN_MEMBER,
        at="taker.Rules[0].Property",
    ),
    Seeded(
        name="a property is read that the resource does not have",
        file=MODULES / "security.bicep",
        old="output identityClientId string = identity.properties.clientId",
        new="output identityClientId string = identity.properties.clientID",
        fault=Fault.UNKNOWN_MEMBER,
        at="clientID",
    ),
    Seeded(
        name="an output is read that the module does not have",
        file=MAIN,
        old="workspaceId: monitoring.outputs.workspaceId",
        new="workspaceId: monitoring.outputs.workspace",
        fault=Fault.UNKNOWN_MEMBER,
        at="monitoring.outputs.workspace",
    ),
    Seeded(
        name="a module is not given what it needs",
        file=MAIN,
        old="    startDate: budgetStart\n",
        new="",
        fault=Fault.PARAMETER,
        at="",
    ),
    Seeded(
        name="a module is given what it does not take",
        file=MAIN,
        old="    startDate: budgetStart\n",
        new="    startDate: budgetStart\n    endDate: budgetStart\n",
        fault=Fault.PARAMETER,
        at="endDate",
    ),
    Seeded(
        name="a module is given a text for a number",
        file=MAIN,
        old="dailyQuotaGb: dailyLogQuotaGb",
        new="dailyQuotaGb: string(dailyLogQuotaGb)",
        fault=Fault.PARAMETER,
        at="param dailyQuotaGb",
    ),
    Seeded(
        name="a choice is not one of those allowed",
        file=MAIN,
        old="param planSku string = 'EP1'",
        new="param planSku string = 'EP4'",
        fault=Fault.PARAMETER,
        at="param planSku",
        switches=(("planSku", "EP4"),),
    ),
    Seeded(
        name="a child has a parent of another type",
        file=MODULES / "messaging.bicep",
        old="  parent: namespace\n",
        new="  parent: owns\n",
        fault=Fault.WRONG_PARENT,
        at="parent: owns",
    ),
    Seeded(
        name="a child's name leaves out a level",
        file=MODULES / "messaging.bicep",
        old="${each.topic}/${each.name}/$Default",
        new="${each.name}/$Default",
        fault=Fault.WRONG_PARENT,
        at="$Default",
    ),
    Seeded(
        name="a name depends on what is known only later",
        file=MODULES / "security.bicep",
        old="guid(vault.id, identityName, secretsUser)",
        new="guid(vault.id, identity.properties.principalId, secretsUser)",
        fault=Fault.NOT_AT_START,
        at="guid",
    ),
    Seeded(
        name="a condition depends on what is known only later",
        file=MAIN,
        old="module contentShare 'modules/content-share.bicep' = if (plan == 'ep1') {",
        new="module contentShare 'modules/content-share.bicep' = if (!empty(security.outputs.identityId) && "
        "security.outputs.identityId != plan) {",
        fault=Fault.NOT_AT_START,
        at="contentShare",
    ),
    Seeded(
        name="an output shows a key",
        file=MODULES / "realtime.bicep",
        old="resource vault",
        new="output key string = signalR.listKeys().primaryKey\n\nresource vault",
        fault=Fault.SECRET,
        at="output key",
    ),
    Seeded(
        name="a plain setting holds a key",
        file=MODULES / "content-share.bicep",
        old="  tags: tags\n",
        new="  tags: union(tags, { key: share[0].listKeys().keys[0].value })\n",
        fault=Fault.SECRET,
        at="tags",
    ),
    Seeded(
        name="a secret setting is no reference to the vault",
        file=MAIN,
        old="  FUNCTIONS_URL: 'https",
        new="  OPERATOR_KEYS: 'founder:admin:0'\n  FUNCTIONS_URL: 'https",
        fault=Fault.SECRET,
        at="",
    ),
    Seeded(
        name="a secret is handed to a parameter that is none",
        file=MODULES / "security.bicep",
        old="@secure()\nparam secretValues",
        new="param secretValues",
        fault=Fault.SECRET,
        at="secretValues: secretValues",
        whole=True,
    ),
    Seeded(
        name="a secret has a default that everybody can read",
        file=MAIN,
        old="param secretValues object = {}",
        new="param secretValues object = {\n  'database-url': 'x'\n}",
        fault=Fault.SECRET,
        at="param secretValues",
        switches=(("secretValues", None),),
    ),
    Seeded(
        name="a key is written down",
        file=MODULES / "realtime.bicep",
        old="contentType: 'text/plain'",
        new="contentType: 'endpoint=https://x/;accesskey=c2VjcmV0'",
        fault=Fault.SECRET,
        at="accesskey",
    ),
    Seeded(
        name="a bracket is missing",
        file=MODULES / "plan.bicep",
        old="output planId string = plan.id",
        new="output planId string = [plan.id",
        fault=Fault.SYNTAX,
        at="",
    ),
    Seeded(
        name="a name is declared twice",
        file=MODULES / "plan.bicep",
        old="param location string\n",
        new="param location string\nparam location string\n",
        fault=Fault.DUPLICATE,
        at="param location",
    ),
    Seeded(
        name="a property is set twice",
        file=MODULES / "plan.bicep",
        old="  kind: 'elastic'\n",
        new="  kind: 'elastic'\n  kind: 'linux'\n",
        fault=Fault.DUPLICATE,
        at="kind: 'linux'",
    ),
]


VALUES = {"secretValues": {"database-url": "given"}, "suppliedSecrets": ["database-url"]}


@pytest.fixture(scope="module")
def given() -> Mapping[Path, Mapping[str, Any]]:
    """Return the parameters of every file, as the deployment of everything hands them over."""
    resolution = Resolution(root=ROOT, target=Target(), schemas=snapshot(), read=read_file)
    parameters = {**parameters_of(PARAMETERS / "beta.json"), **VALUES}
    resolution.plan(MAIN, {**parameters, "vnet": True})
    return {MAIN: parameters, **resolution.given}


@pytest.mark.parametrize("seeded", FAULTS, ids=[seeded.name for seeded in FAULTS])
def test_a_fault_is_found(seeded: Seeded, given: Mapping[Path, Mapping[str, Any]]) -> None:
    """Under its name, in its file, at its line."""
    original = read_file(seeded.file)
    changed = original.replace(seeded.old, seeded.new)
    assert changed != original

    def read(path: Path) -> str:
        return changed if path == seeded.file else read_file(path)

    main = MAIN if seeded.whole else seeded.file
    parameters = {**given[main], **dict(seeded.switches)}
    kept = {name: value for name, value in parameters.items() if value is not None}
    _, findings = resolve(kept, main=main, read=read)
    told = [
        read(ROOT / finding.file).splitlines()[finding.line - 1]
        for finding in findings
        if finding.fault is seeded.fault
    ]
    assert any(seeded.at in line for line in told), [str(finding) for finding in findings]


def test_the_files_themselves_are_clean(beta: Plan, flex: Plan) -> None:
    """These two are resolved without a finding; so is production. `make check` tries every choice."""
    _, findings = resolve({**parameters_of(PARAMETERS / "prod.json"), **VALUES, "vnet": True})
    assert findings == []
    assert beta.resources
    assert flex.resources
