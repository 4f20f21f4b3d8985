"""Whether a secret stands where it can be read: a plain setting, a template, a file of parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.check.findings import Fault, Finding
from infra.check.plan import Plan, PlannedResource
from infra.check.syntax import Kind, Template
from infra.check.values import Located, LocatedList, Runtime, is_secret

_VAULTS = "Microsoft.KeyVault/vaults/secrets"
_APPS = frozenset(("Microsoft.Web/sites", "Microsoft.Web/sites/slots"))
#: A setting of this name holds a secret, whatever its value looks like.
_SECRET_SETTING = re.compile(
    r"(KEY|SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL|CONNECTION_?STRING)S?$", re.IGNORECASE
)
_REFERENCE = re.compile(r"@Microsoft\.KeyVault\(.+\)")
#: What a key looks like when it is written down.
_KEY = re.compile(
    r"(AccountKey|SharedAccessKey|accesskey)=[^;<>{}]|://[^/\s:@]*:[^/\s@]+@|\bAKIA[0-9A-Z]{16}\b"
)
_SECRET_PARAMETER = re.compile(r"(Key|Secret|Password|Token|ConnectionString)$")


def exposed(plan: Plan, templates: Mapping[Any, Template]) -> Iterator[Finding]:
    """Yield where a plan or its templates show a secret."""
    for resource in plan.resources:
        yield from _resource(resource)
        if resource.type in _APPS:
            yield from _settings(resource)
    for template in templates.values():
        yield from _parameters(template)


def exposed_text(file: str, text: str) -> Iterator[Finding]:
    """Yield the lines of a file that have a key in them."""
    for line, content in enumerate(text.splitlines(), start=1):
        if _KEY.search(content) and "${" not in content:
            yield _finding(file, line, "A key is written down here.")


def _resource(resource: PlannedResource) -> Iterator[Finding]:
    if resource.type == _VAULTS:
        return
    for line, path in _secrets(resource.said, resource.line, ""):
        yield _finding(resource.file, line, f"{path} of {resource.type} is a secret in the open.")


def _secrets(value: Any, line: int, path: str) -> Iterator[tuple[int, str]]:
    """Yield the lines and paths of secrets, as deep as they are."""
    if isinstance(value, Runtime):
        if value.secret:
            yield line, path
    elif isinstance(value, dict):
        for key, item in value.items():
            at = value.line_of(key) if isinstance(value, Located) else line
            yield from _secrets(item, at, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        lines = value.lines if isinstance(value, LocatedList) else [line] * len(value)
        for index, (item, at) in enumerate(zip(value, lines, strict=True)):
            yield from _secrets(item, at, f"{path}[{index}]")


def _settings(resource: PlannedResource) -> Iterator[Finding]:
    configuration = resource.said.get("properties", {}).get("siteConfig", {})
    settings = configuration.get("appSettings", ()) if isinstance(configuration, Mapping) else ()
    for setting in settings if isinstance(settings, list) else ():
        name, value = str(setting["name"]), setting["value"]
        if is_secret(value) or not _SECRET_SETTING.search(name):
            continue  # the first is reported above
        if not _REFERENCE.fullmatch(str(value)) and not str(value).startswith("https://"):
            line = (
                configuration.line_of("appSettings") if isinstance(configuration, Located) else resource.line
            )
            message = f"The setting {name} is a secret, and is no reference to Key Vault."
            yield _finding(resource.file, line, message)


def _parameters(template: Template) -> Iterator[Finding]:
    for parameter in template.of(Kind.PARAM):
        if _SECRET_PARAMETER.search(parameter.name) and not parameter.secure:
            yield _finding(template.file, parameter.line, f"{parameter.name} is a secret: declare it so.")


def _finding(file: str, line: int, message: str) -> Finding:
    return Finding(file=file, line=line, fault=Fault.SECRET, message=message)
