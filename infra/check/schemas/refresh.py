"""Make the snapshot of Azure's resource types anew: `python infra/check/schemas/refresh.py AZMCP`.

Published sources, needed by nothing else here, so both go into a virtual environment of their own:
`pip install msmcp-azure azure-mgmt-monitor azure-mgmt-redisenterprise azure-mgmt-signalr` (177 MB, MIT). The
program `azmcp` of the first prints Bicep's own types, the latest stable version of each; it runs offline. The
others fill the gaps that a fault of its packaging leaves, from the names and rules in their models. The
script runs in that environment.

What is kept of a type: its properties, which of them are required or read-only, their scalar types, enums and
nesting. Descriptions are not.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PUBLISHED = (
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.CognitiveServices/accounts",
    "Microsoft.CognitiveServices/accounts/deployments",
    "Microsoft.Communication/communicationServices",
    "Microsoft.Communication/emailServices",
    "Microsoft.Communication/emailServices/domains",
    "Microsoft.Consumption/budgets",
    "Microsoft.Insights/components",
    "Microsoft.KeyVault/vaults",
    "Microsoft.KeyVault/vaults/secrets",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/natGateways",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.ServiceBus/namespaces/topics",
    "Microsoft.ServiceBus/namespaces/topics/authorizationRules",
    "Microsoft.ServiceBus/namespaces/topics/subscriptions",
    "Microsoft.ServiceBus/namespaces/topics/subscriptions/rules",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Storage/storageAccounts/blobServices",
    "Microsoft.Storage/storageAccounts/blobServices/containers",
    "Microsoft.Storage/storageAccounts/fileServices",
    "Microsoft.Storage/storageAccounts/fileServices/shares",
    "Microsoft.Storage/storageAccounts/managementPolicies",
    "Microsoft.Web/serverfarms",
    "Microsoft.Web/sites",
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
    "Microsoft.Web/sites/config",
    "Microsoft.Web/sites/slots",
    "Microsoft.Web/sites/slots/basicPublishingCredentialsPolicies",
)
#: Resource type: the package, its class, and the version that the package speaks.
_FROM_MODELS = {
    "Microsoft.Cache/redisEnterprise": ("azure-mgmt-redisenterprise", "Cluster", "2025-07-01"),
    "Microsoft.Cache/redisEnterprise/databases": ("azure-mgmt-redisenterprise", "Database", "2025-07-01"),
    "Microsoft.Insights/actionGroups": ("azure-mgmt-monitor", "ActionGroupResource", "2023-01-01"),
    "Microsoft.Insights/metricAlerts": ("azure-mgmt-monitor", "MetricAlertResource", "2018-03-01"),
    "Microsoft.Insights/scheduledQueryRules": (
        "azure-mgmt-monitor",
        "ScheduledQueryRuleResource",
        "2023-12-01",
    ),
    "Microsoft.SignalRService/signalR": ("azure-mgmt-signalr", "SignalRResource", "2023-02-01"),
}
#: `config` has many names, each a type of its own; of most we have no use.
_KEPT_NAMES = frozenset(("appsettings", "metadata", "slotConfigNames", "web", "scm", "ftp"))
_PRIMITIVES = frozenset(("string", "int", "bool", "any", "object"))
_SCALARS = {
    "str": "string",
    "int": "int",
    "bool": "bool",
    "float": "int",
    "long": "int",
    "duration": "string",
}
_NAMED = re.compile(r"[A-Za-z_][\w/.]*")
_BOUND = re.compile(r"(minValue|maxValue|minLength|maxLength): (\d+)")
_VARTYPE = re.compile(r":vartype (\w+): [^\n]*?~[\w.]+\.(\w+)", re.DOTALL)

Definition = dict[str, Any]


def main(azmcp: str) -> None:
    """Write one file for each resource provider."""
    here, providers = Path(__file__).parent, dict[str, dict[str, Any]]()
    for resource_type in _PUBLISHED:
        name, reduced = _published(azmcp, resource_type)
        providers.setdefault(resource_type.partition("/")[0], {})[name] = reduced
    for resource_type, (package, cls, api_version) in _FROM_MODELS.items():
        reduced = _from_models(package, cls)
        providers.setdefault(resource_type.partition("/")[0], {})[f"{resource_type}@{api_version}"] = reduced
    for provider, types in providers.items():
        text = json.dumps(types, indent=1, sort_keys=True)
        (here / f"{provider}.json").write_text(_compact(text) + "\n")


def _compact(text: str) -> str:
    """Put what is innermost on one line each, so that a change of a type is a line of a diff."""
    return re.sub(r"\{\n\s+([^{}\[\]]*?)\n\s+\}", lambda m: "{" + re.sub(r"\n\s+", " ", m[1]) + "}", text)


def _published(azmcp: str, resource_type: str) -> tuple[str, Definition]:
    quiet = {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "AZURE_MCP_COLLECT_TELEMETRY": "false"}
    printed = subprocess.run(  # noqa: S603 - the program is the caller's, the type from the list above
        [azmcp, "bicepschema", "get", "--resource-type", resource_type],
        check=True,
        capture_output=True,
        env=os.environ | quiet,
    ).stdout
    found = json.loads(printed)["results"]["BicepSchemaResult"]
    resource = next(item for item in found if item["$type"] == "Resource")
    definitions: dict[str, Definition] = {}
    for item in found:
        if item["$type"] in {"Object", "DiscriminatedObject"}:
            definitions[item["name"]] = _definition(item, definitions)
    body = _definition(resource["bodyType"], definitions)
    return resource["name"], _reachable(body, definitions, f"msmcp-azure {version('msmcp-azure')}")


def _definition(item: Definition, definitions: dict[str, Definition]) -> Definition:
    if item["$type"] == "DiscriminatedObject":
        return _discriminated(item, definitions)
    properties = {each["name"]: _property(each) for each in item["properties"]}
    more = item.get("additionalPropertiesType")
    return {"properties": properties} | ({"additional": more} if more else {})


def _discriminated(item: Definition, definitions: dict[str, Definition]) -> Definition:
    base = {each["name"]: _property(each) for each in item.get("baseProperties", ())}
    choices = [_definition(element, definitions) for element in item["elements"]]
    discriminator = _discriminator(choices)
    elements = {}
    for reduced in choices:
        reduced["properties"] |= base
        value = reduced["properties"][discriminator]["type"]
        if discriminator != "name" or value in _KEPT_NAMES:
            elements[value] = f"{item.get('name', 'body')}:{value}"
            definitions[elements[value]] = reduced
    return {"discriminator": discriminator, "elements": elements}


def _discriminator(choices: list[Definition]) -> str:
    """Return the property that has another literal for a type in each of the choices."""
    for name in choices[0]["properties"]:
        types = {choice["properties"].get(name, {}).get("type") for choice in choices}
        if len(types) == len(choices) and not types & {None, *_PRIMITIVES} and name != "properties":
            return str(name)
    raise ValueError("No property tells the choices apart.")


def _property(each: Definition) -> Definition:
    flags = (each.get("flags") or "").split(", ")
    reduced: Definition = {"type": each["type"]}
    for flag, name in (("Required", "required"), ("ReadOnly", "readOnly"), ("WriteOnly", "writeOnly")):
        if flag in flags:
            reduced[name] = True
    return reduced | _bounds(each.get("modifiers") or "")


def _bounds(modifiers: str) -> Definition:
    """Return the bounds of a value: `minLength: 3, maxLength: 24, pattern: ^[a-z0-9]+$`."""
    text, _, pattern = modifiers.partition("pattern: ")
    found: Definition = {name: int(value) for name, value in _BOUND.findall(text)}
    return found | ({"pattern": pattern} if pattern else {})


def _reachable(body: Definition, definitions: dict[str, Definition], source: str) -> Definition:
    """Return a body with the definitions that it leads to, and no others."""
    kept: dict[str, Definition] = {}
    waiting = [body]
    while waiting:
        for name in _names(waiting.pop()):
            if name in definitions and name not in kept:
                kept[name] = definitions[name]
                waiting.append(definitions[name])
    return {"source": source, "body": body, "definitions": kept}


def _names(definition: Definition) -> set[str]:
    if "elements" in definition:
        return set(definition["elements"].values())
    writable = (each["type"] for each in definition["properties"].values())
    texts = [*writable, definition.get("additional", "")]
    return {name for text in texts for name in _NAMED.findall(text)} - _PRIMITIVES


def _from_models(package: str, cls: str) -> Definition:
    models = import_module(f"{package.replace('-', '.')}.models")
    definitions: dict[str, Definition] = {}
    body = _class(models, cls, definitions)
    body["properties"]["name"] = {"type": "string", "required": True}
    return {"source": f"{package} {version(package)}", "body": body, "definitions": definitions}


def _class(models: Any, name: str, definitions: dict[str, Definition]) -> Definition:
    cls = getattr(models, name)
    enums = dict(_VARTYPE.findall(cls.__doc__ or ""))
    reduced: Definition = {"properties": {}}
    for attribute, mapped in _attributes(cls).items():
        *path, key = (part.replace("\\", "") for part in re.split(r"(?<!\\)\.", mapped["key"]))
        if mapped["key"] == "":
            reduced["additional"] = "any"
            continue
        rules = cls._validation.get(attribute, {})
        kind = _kind(models, mapped["type"], enums.get(attribute), definitions)
        said: Definition = {"type": kind}
        said |= {"required": True} if rules.get("required") else {}
        said |= {"readOnly": True} if rules.get("readonly") else {}
        _nested(reduced, path, definitions, name)["properties"][key] = said
    return reduced


def _nested(body: Definition, path: list[str], definitions: dict[str, Definition], owner: str) -> Definition:
    """Return the definition that a flattened attribute belongs into."""
    if not path:
        return body
    nested = f"{owner}:{path[0]}"
    body["properties"].setdefault(path[0], {"type": nested, "required": True})
    return definitions.setdefault(nested, {"properties": {}})


def _attributes(cls: Any) -> Definition:
    attributes: Definition = cls._attribute_map
    return attributes


def _kind(models: Any, kind: str, enum: str | None, definitions: dict[str, Definition]) -> str:
    if kind.startswith("["):
        return _kind(models, kind[1:-1], enum, definitions) + "[]"
    if kind.startswith("{"):
        name = f"map:{kind[1:-1]}"
        more = _kind(models, kind[1:-1], None, definitions)
        definitions.setdefault(name, {"properties": {}, "additional": more})
        return name
    if kind in _SCALARS:
        values = getattr(models, enum, None) if enum and kind == "str" else None
        return " | ".join(member.value for member in values) if values else _SCALARS[kind]
    if hasattr(models, kind) and hasattr(getattr(models, kind), "_attribute_map"):
        return _object(models, kind, definitions)
    return "string" if kind in {"iso-8601", "rfc-1123"} else "any"


def _object(models: Any, kind: str, definitions: dict[str, Definition]) -> str:
    if kind in definitions:
        return kind
    definitions[kind] = {"properties": {}}
    subtypes = getattr(getattr(models, kind), "_subtype_map", None)
    if not subtypes:
        definitions[kind] = _class(models, kind, definitions)
        return kind
    ((attribute, values),) = subtypes.items()
    mapping = _attributes(getattr(models, kind))
    key = mapping[attribute]["key"].replace("\\", "")
    for name in values.values():
        definitions[name] = _class(models, name, definitions)
        definitions[name]["additional"] = "any"
    definitions[kind] = {"discriminator": key, "elements": dict(values)}
    return kind


if __name__ == "__main__":
    main(sys.argv[1])
