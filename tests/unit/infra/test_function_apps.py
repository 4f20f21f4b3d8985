"""Every function runs in exactly one app, which has what it needs and begins nothing twice."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from function_app import app as package
from infra.check.checking import PARAMETERS, parameters_of, resolve
from infra.check.plan import Plan, PlannedResource

SITES = "Microsoft.Web/sites"
SLOTS = "Microsoft.Web/sites/slots"


def _registered() -> dict[str, str]:
    """Return the functions of the package, with the kinds of their triggers."""
    found = {}
    for builder in package._function_builders:
        trigger = builder._function.get_trigger()
        assert trigger is not None
        found[str(builder._function.get_function_name())] = str(trigger.type)
    return found


def _settings(site: PlannedResource) -> dict[str, str]:
    return {each["name"]: each["value"] for each in site.properties["siteConfig"]["appSettings"]}


def _running(site: PlannedResource) -> set[str]:
    found = _settings(site)
    switches = {name.split(".")[1]: value for name, value in found.items() if name.endswith(".Disabled")}
    assert set(switches.values()) <= {"true", "false"}
    return {name for name, disabled in switches.items() if disabled == "false"}


def _switched(site: PlannedResource) -> set[str]:
    """Return the functions that an app is told about, on or off."""
    return {name.split(".")[1] for name in _settings(site) if name.endswith(".Disabled")}


def test_every_function_of_the_package_has_an_app(apps: list[dict[str, Any]], everywhere: set[str]) -> None:
    """A new function would run in all three otherwise: say in infra/apps.json where it belongs."""
    listed = [*everywhere, *(name for app in apps for name in (*app["triggered"], *app["http"]))]
    missing = sorted(set(_registered()) - set(listed))
    gone = sorted(set(listed) - set(_registered()))
    assert not missing, f"infra/apps.json does not say where these functions run: {', '.join(missing)}"
    assert not gone, f"infra/apps.json names functions that the package does not have: {', '.join(gone)}"
    assert len(listed) == len(set(listed)), "infra/apps.json names a function twice"


def test_every_function_can_be_disabled_on_linux() -> None:
    """Where the name of a setting takes no hyphen (azure-functions-python-worker #1308)."""
    assert all(name.isidentifier() for name in _registered())


def test_what_only_answers_http_is_told_apart(apps: list[dict[str, Any]], everywhere: set[str]) -> None:
    """In a staging slot the others are off: in the wrong list, one would take jobs there, or not answer."""
    triggers = _registered()
    listed = {name: kind == "http" for app in apps for kind in ("http", "triggered") for name in app[kind]}
    listed |= dict.fromkeys(everywhere, True)
    known = {name: triggers[name] == "httpTrigger" for name in listed if name in triggers}
    assert {name: listed[name] for name in known} == known


@pytest.mark.parametrize("plan_name", ["beta", "flex"])
def test_the_apps_share_the_functions_out(
    plan_name: str, apps: list[dict[str, Any]], everywhere: set[str], request: pytest.FixtureRequest
) -> None:
    """Each runs its own, and each function runs once; but every app tells how it stands."""
    plan: Plan = request.getfixturevalue(plan_name)
    assert all(_running(site) >= everywhere for site in plan.of(SITES))
    running = [_running(site) - everywhere for site in plan.of(SITES)]
    assert running == [{*app["triggered"], *app["http"]} for app in apps]
    listed = {name for app in apps for name in (*app["triggered"], *app["http"])}
    assert sorted(chain.from_iterable(running)) == sorted(listed)
    assert all(_switched(site) == listed | everywhere for site in plan.of(SITES))


def test_each_app_has_its_own_concurrency(beta: Plan, apps: list[dict[str, Any]]) -> None:
    """It is one value for a whole app, which is why there are three."""
    name = "AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls"
    assert [_settings(site)[name] for site in beta.of(SITES)] == [
        str(app["maxConcurrentCalls"]) for app in apps
    ]


def test_a_staging_slot_begins_nothing_by_itself(
    beta: Plan, apps: list[dict[str, Any]], everywhere: set[str]
) -> None:
    """It would take jobs from the live app, with code that nobody has verified."""
    slots = beta.of(SLOTS)
    assert [slot.name.rpartition("/")[2] for slot in slots] == ["staging"] * len(apps)
    assert [_running(slot) for slot in slots] == [{*app["http"], *everywhere} for app in apps]


def test_a_swap_exchanges_the_code_and_leaves_the_switches(beta: Plan) -> None:
    """Otherwise the old code would go on taking jobs in the slot, and the new code none."""
    for site in beta.of(SITES):
        live, staged = (_settings(each) for each in (site, *beta.below(SLOTS, site.name)))
        (sticky,) = beta.below("Microsoft.Web/sites/config", site.name)
        differing = {name for name in live | staged if live.get(name) != staged.get(name)}
        names = set(sticky.properties["appSettingNames"])
        assert sticky.name.endswith("/slotConfigNames")
        assert differing == {*names & differing, "WEBSITE_CONTENTSHARE"}
        assert names <= set(live) & set(staged)


def test_a_deployment_after_a_swap_leaves_the_code_where_it_is() -> None:
    """The shares are named by letters, not by what is in them: it is said which of them is live."""
    name, parameters = "WEBSITE_CONTENTSHARE", parameters_of(PARAMETERS / "beta.json")
    swapped, findings = resolve({**parameters, "liveShares": {"text": "b"}})
    assert findings == []
    live = [_settings(site)[name] for site in swapped.of(SITES)]
    staged = [_settings(slot)[name] for slot in swapped.of(SLOTS)]
    assert live == ["video-a", "text-b", "operations-a"]
    assert staged == ["video-b", "text-a", "operations-b"]


def test_the_platform_asks_every_app_whether_it_lives(beta: Plan, everywhere: set[str]) -> None:
    """By a function that runs in all of them, asks for no key, and asks nobody else."""
    for site in (*beta.of(SITES), *beta.of(SLOTS)):
        assert site.properties["siteConfig"]["healthCheckPath"] == "/api/health"
    assert "health" in everywhere


def test_no_two_hosts_take_each_other_for_themselves(beta: Plan) -> None:
    """A host's name decides who runs a timer; files of two hosts in one share would overwrite each other."""
    hosts = [_settings(site) for site in (*beta.of(SITES), *beta.of(SLOTS))]
    for name in ("AzureFunctionsWebHost__hostid", "WEBSITE_CONTENTSHARE"):
        values = [host[name] for host in hosts]
        assert len(set(values)) == len(values)
        assert all(len(value) <= 32 for value in values)
    shares = [each.name for each in beta.of("Microsoft.Storage/storageAccounts/fileServices/shares")]
    assert {name.rpartition("/")[2] for name in shares} == {host["WEBSITE_CONTENTSHARE"] for host in hosts}


def test_the_plan_runs_python_and_stays_warm(beta: Plan) -> None:
    """One plan for all apps: Linux, elastic; how many instances are ready is said of the apps."""
    (plan,) = beta.of("Microsoft.Web/serverfarms")
    assert plan.body["kind"] == "elastic"
    assert plan.body["sku"]["name"] == "EP1"
    assert plan.properties["reserved"] is True
    for site in (*beta.of(SITES), *beta.of(SLOTS)):
        assert site.properties["serverFarmId"] == plan.id
        assert site.properties["siteConfig"]["linuxFxVersion"] == "Python|3.12"
        assert site.properties["siteConfig"]["minimumElasticInstanceCount"] >= 1


def test_flex_has_a_plan_for_each_app_and_no_slots(flex: Plan, apps: list[dict[str, Any]]) -> None:
    """Its packages lie in containers that exist, and it is not told what its platform decides."""
    assert len(flex.of("Microsoft.Web/serverfarms")) == len(apps)
    assert not flex.of(SLOTS)
    containers = {each.name.rpartition("/")[2] for each in flex.of(_CONTAINERS)}
    for site in flex.of(SITES):
        storage = site.properties["functionAppConfig"]["deployment"]["storage"]
        assert storage["value"].rpartition("/")[2] in containers
        assert not _settings(site).keys() & _DECIDED_BY_FLEX


_CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_DECIDED_BY_FLEX = {
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_RUNTIME",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_RUN_FROM_PACKAGE",
}


def test_nobody_gets_in_without_tls_or_by_password(beta: Plan) -> None:
    """HTTPS alone, TLS 1.2 at least, no FTP, no publishing passwords."""
    for site in (*beta.of(SITES), *beta.of(SLOTS)):
        assert site.properties["httpsOnly"] is True
        assert site.properties["siteConfig"]["minTlsVersion"] == "1.2"
        assert site.properties["siteConfig"]["ftpsState"] == "Disabled"
    policies = (
        *beta.of("Microsoft.Web/sites/basicPublishingCredentialsPolicies"),
        *beta.of("Microsoft.Web/sites/slots/basicPublishingCredentialsPolicies"),
    )
    assert {policy.properties["allow"] for policy in policies} == {False}
    assert {policy.name.rpartition("/")[0] for policy in policies} == {
        site.name for site in (*beta.of(SITES), *beta.of(SLOTS))
    }
