"""Every setting that the app reads is set by the templates, and no other; no secret in the open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from docs.contracts.tables import setting_name
from infra.check.checking import PARAMETERS, parameters_of
from infra.check.plan import Plan
from shared.ai.model_settings import PATTERN, model_setting_names
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
SAID: dict[str, Any] = json.loads((ROOT / "infra" / "azure" / "settings.json").read_text())
#: Read by the platform, its host, its bindings, and the SDKs of Azure and AWS.
PLATFORM = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AZURE_CLIENT_ID",
    "AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls",
    "AzureFunctionsWebHost__hostid",
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_RUNTIME",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "SERVICEBUS_CONNECTION__clientId",
    "SERVICEBUS_CONNECTION__credential",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_SKIP_CONTENTSHARE_VALIDATION",
}
#: Declared as secrets, for they may be; these hold no key, as the app signs in as itself.
KEYLESS = {"AZURE_STORAGE_CONNECTION_STRING"}


def _read() -> dict[str, str]:
    """Return the settings that the app reads, by their names in any case."""
    names = (setting_name(name, field) for name, field in Settings.model_fields.items())
    return {name.upper(): name for name in names}


def _said() -> set[str]:
    """Return what the templates can set: also what has no value in an environment, and so its default."""
    of_an_environment = parameters_of(PARAMETERS / "beta.json")["appSettings"]
    secrets = {each["setting"] for each in SAID["secrets"]}
    return {*SAID["fixed"], *of_an_environment, *secrets}


def _set(plan: Plan) -> dict[str, str]:
    sites = [*plan.of("Microsoft.Web/sites"), *plan.of("Microsoft.Web/sites/slots")]
    every = (each for site in sites for each in site.properties["siteConfig"]["appSettings"])
    return {each["name"]: each["value"] for each in every if not each["name"].endswith(".Disabled")}


def test_every_setting_is_set_or_left_out_for_a_reason(beta: Plan) -> None:
    """A new one belongs into infra/azure/settings.json, or into the appSettings of infra/azure/params."""
    known = {name.upper() for name in (*_set(beta), *_said(), *SAID["leftOut"])}
    missing = sorted(name for key, name in _read().items() if key not in known)
    assert not missing, f"the templates in infra/azure do not set: {', '.join(missing)}"


@pytest.mark.parametrize("plan_name", ["beta", "flex"])
def test_no_other_setting_is_set(plan_name: str, request: pytest.FixtureRequest) -> None:
    """A setting that nothing reads is a promise that nothing keeps."""
    plan: Plan = request.getfixturevalue(plan_name)
    by_pattern = {name for name, _, _ in model_setting_names()}
    unread = {name for name in {*_set(plan), *_said()} - PLATFORM if name.upper() not in _read()}
    assert not unread - by_pattern, f"nothing reads: {', '.join(sorted(unread - by_pattern))}"


def test_what_is_the_same_everywhere_is_the_apps_own_default() -> None:
    """Written down so that an operator sees it; a default that changes has to change there, too."""
    required = {"database_url": "unused", "servicebus_connection": "unused", "azure_ai_endpoint": "unused"}
    fixed = {name.lower(): value for name, value in SAID["fixed"].items()}
    settings = Settings.model_validate({**required, **fixed})
    defaults = {name: Settings.model_fields[name].default for name in fixed}
    assert {name: getattr(settings, name) for name in fixed} == defaults


def test_what_is_left_out_is_really_left_out(beta: Plan) -> None:
    """And exists, so that a reason does not outlive its setting."""
    assert {name.upper() for name in SAID["leftOut"]} <= _read().keys()
    assert PATTERN in SAID["leftOut"]
    assert not {name.upper() for name in SAID["leftOut"]} & {name.upper() for name in _set(beta)}


def test_environments_differ_in_values_and_not_in_names() -> None:
    """What is forgotten in one of them would fall back to a default that nobody chose."""
    environments = [parameters_of(path) for path in sorted(PARAMETERS.glob("*.json"))]
    assert len({frozenset(each) for each in environments}) == 1
    assert len({frozenset(each["appSettings"]) for each in environments}) == 1


@pytest.mark.parametrize("plan_name", ["beta", "flex"])
def test_every_secret_setting_is_a_reference_to_the_vault(
    plan_name: str, request: pytest.FixtureRequest
) -> None:
    """Whatever Settings declares a secret, and whatever opens AWS."""
    plan: Plan = request.getfixturevalue(plan_name)
    secret = {
        setting_name(name, field).upper()
        for name, field in Settings.model_fields.items()
        if SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))
    }
    secret |= {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING"}
    (vault,) = plan.of("Microsoft.KeyVault/vaults")
    for name, value in _set(plan).items():
        if name.upper() in secret - KEYLESS:
            assert value.startswith(f"@Microsoft.KeyVault(VaultName={vault.name};SecretName="), name


@pytest.mark.parametrize("plan_name", ["beta", "flex"])
def test_every_reference_leads_to_a_secret(plan_name: str, request: pytest.FixtureRequest) -> None:
    """Which the templates make, or the operator gives: a dangling one would be read as it is written."""
    plan: Plan = request.getfixturevalue(plan_name)
    made = {each.name.rpartition("/")[2] for each in plan.of("Microsoft.KeyVault/vaults/secrets")}
    given = set(parameters_of(PARAMETERS / "beta.json")["suppliedSecrets"])
    values = [value for value in _set(plan).values() if value.startswith("@Microsoft.KeyVault(")]
    named = {value.rpartition("SecretName=")[2].rstrip(")") for value in values}
    assert named <= made | given
    assert given <= {each["secret"] for each in SAID["secrets"] if each["by"] == "operator"}


@pytest.mark.parametrize("plan_name", ["beta", "flex"])
def test_the_app_takes_the_values(
    plan_name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Types and bounds: a deployment with a wrong one would fail at its first job."""
    plan: Plan = request.getfixturevalue(plan_name)
    stand_ins = {
        "AUTH_JWT_SECRET": "s" * 32,
        "MAIL_SENDER": "DoNotReply@mail.example",
        "OPERATOR_KEYS": f"founder:admin:{'0' * 64}",
        "WEBHOOK_SECRETS_KEYS": "A" * 43 + "=",
    }
    for name, value in _set(plan).items():
        monkeypatch.setenv(name, stand_ins.get(name, value))
    settings = Settings()
    assert settings.servicebus_connection__fullyqualifiednamespace.endswith(".servicebus.windows.net")
    assert settings.azure_ai_endpoint.endswith("/openai/v1")


def test_the_apps_sign_in_as_themselves(beta: Plan) -> None:
    """To the broker and to the host's storage, by the identity that they run under."""
    found = _set(beta)
    for prefix in ("SERVICEBUS_CONNECTION", "AzureWebJobsStorage"):
        assert found[f"{prefix}__credential"] == "managedidentity"
        assert found[f"{prefix}__clientId"] == found["AZURE_CLIENT_ID"]
    for site in beta.of("Microsoft.Web/sites"):
        (identity,) = site.body["identity"]["userAssignedIdentities"]
        assert site.properties["keyVaultReferenceIdentity"] == identity
