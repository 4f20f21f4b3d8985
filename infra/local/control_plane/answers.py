"""What Azure Resource Manager answers, as far as it is asked here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.control_plane import deployments, sites
from infra.local.control_plane.estate import LOCATION, SUBSCRIPTION, TENANT, Estate, Json, group_of

_MODELS = Path(__file__).resolve().parents[2] / "models.json"
_DEPLOYMENT = re.compile(
    r"(?i)(?P<group>/subscriptions/[^/]+/resourcegroups/[^/]+)/providers/microsoft\.resources/deployments"
    r"(/(?P<name>[^/]+))?(/(?P<what>[^/]+))?$"
)
#: The host on which a site, given by its id, answers.
Host = Callable[[str], str]


@dataclass(frozen=True)
class Answer:
    """A status, a JSON body, headers."""

    status: int
    body: Json | list[Json] | None
    headers: dict[str, str] = field(default_factory=dict)


def respond(estate: Estate, method: str, path: str, body: bytes, host: Host) -> Answer:
    """Answer a request."""
    if found := _DEPLOYMENT.match(path):
        return _deployment(estate, method, found, body)
    site, rest = sites.split(path)
    if site and (method != "PUT" or rest):
        return _site(estate, method, path, (site, rest), body, host)
    if (known := _of_the_subscription(path)) is not None:
        return Answer(200, known)
    return _resource(estate, method, path, body, host)


def _deployment(estate: Estate, method: str, found: re.Match[str], body: bytes) -> Answer:
    group, name, what = found["group"], found["name"] or "", (found["what"] or "").casefold()
    match method, what:
        case "POST", "whatif":
            return Answer(200, deployments.what_if(estate, group, _json(body)))
        case "POST", "validate":
            properties = {**_json(body)["properties"], "provisioningState": "Succeeded"}
            return Answer(200, {"name": name, "properties": properties})
        case "PUT", _:
            return Answer(201, deployments.deploy(estate, group, name, _json(body)))
    return _kept_deployment(estate, name, what)


def _kept_deployment(estate: Estate, name: str, what: str) -> Answer:
    if not name:
        return Answer(200, {"value": [deployments.shown(each) for each in estate.deployments.values()]})
    if (kept := estate.deployments.get(name)) is None:
        return _missing(name)
    if what == "exporttemplate":
        return Answer(200, {"template": kept["template"]})
    return Answer(200, {"value": []} if what == "operations" else deployments.shown(kept))


def _site(estate: Estate, method: str, path: str, asked: tuple[str, str], body: bytes, host: Host) -> Answer:
    identity, rest = asked
    site = estate.get(identity)
    if site is None:
        return _missing(identity)
    if (method, rest) == ("PUT", "config/appsettings"):
        sites.set_settings(site, _json(body)["properties"])
    known: dict[tuple[str, str], Callable[[], Json | None]] = {
        ("GET", ""): lambda: sites.shown(site, host(identity)),
        ("POST", "config/appsettings/list"): lambda: {"id": path, "properties": sites.settings(site)},
        ("PUT", "config/appsettings"): lambda: {"id": path, "properties": sites.settings(site)},
        ("GET", "config/web"): lambda: {"id": path, "properties": site["properties"].get("siteConfig", {})},
        ("GET", "functions"): lambda: {"value": sites.functions(estate, identity)},
        ("GET", "config/configreferences/appsettings"): lambda: _references(estate, site),
        ("POST", "slotsswap"): lambda: sites.swap(estate, identity.casefold()),
        ("POST", "host/default/listkeys"): lambda: {
            "masterKey": "none",
            "functionKeys": {},
            "systemKeys": {},
        },
    }
    if (method, rest) == ("GET", "config/slotconfignames") and estate.get(path) is None:
        return Answer(200, {"id": path, "name": "slotConfigNames", "properties": {"appSettingNames": None}})
    answer = known.get((method, rest))
    return Answer(200, answer()) if answer else _resource(estate, method, path, body, host)


def _references(estate: Estate, site: Json) -> Json:
    """Tell which references to the vault lead somewhere."""
    secrets = {key.rpartition("/")[2] for key in estate.resources if "/vaults/" in key and "/secrets/" in key}
    found = []
    for name, value in sites.settings(site).items():
        if named := re.search(r"SecretName=([^)]+)", value):
            status = "Resolved" if named[1].casefold() in secrets else "SecretNotFound"
            found.append({"name": name, "properties": {"status": status}})
    return {"value": found}


def _of_the_subscription(path: str) -> Json | None:
    """Answer what belongs to no resource group."""
    subscription = {
        "id": f"/subscriptions/{SUBSCRIPTION}",
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
        "displayName": "stand-in",
        "state": "Enabled",
    }
    found: Json | None = None
    match path.strip("/").casefold().split("/"):
        case ["subscriptions"]:
            found = {"value": [subscription]}
        case ["subscriptions", _]:
            found = subscription
        case ["tenants"]:
            found = {"value": [{"id": f"/tenants/{TENANT}", "tenantId": TENANT}]}
        case ["subscriptions", _, "providers"]:
            found = {"value": []}
        case ["subscriptions", _, "providers", namespace]:
            found = {"namespace": namespace, "registrationState": "Registered", "resourceTypes": []}
        case ["subscriptions", _, "providers", "microsoft.cognitiveservices", "locations", _, "models"]:
            found = {"value": [{"kind": "AIServices", "model": _offered(each)} for each in _models()]}
        case ["subscriptions", _, "providers", "microsoft.cognitiveservices", "locations", _, "usages"]:
            found = {"value": [_usage(each) for each in _models()]}
    return found


def _models() -> list[Json]:
    found: list[Json] = json.loads(_MODELS.read_text())["deployments"]
    return found


def _offered(model: Json) -> Json:
    return {
        "format": model["format"],
        "name": model["model"],
        "version": model["version"],
        "lifecycleStatus": "GenerallyAvailable",
        "skus": [{"name": model["sku"], "usageName": f"AIServices.{model['sku']}.{model['model']}"}],
    }


def _usage(model: Json) -> Json:
    name = {"value": f"AIServices.{model['sku']}.{model['model']}"}
    return {"name": name, "currentValue": 0, "limit": 1000, "unit": "Count"}


def _resource(estate: Estate, method: str, path: str, body: bytes, host: Host) -> Answer:
    if method == "PUT":
        return Answer(201, estate.put(path, {"location": LOCATION, **_json(body)}))
    if (kept := estate.get(path)) is not None:
        return Answer(200, _with_counts(estate, path, kept))
    if path.casefold().endswith("/resources") and method == "GET":
        prefix = f"{group_of(path)}/".casefold()
        return Answer(
            200, {"value": [each for key, each in sorted(estate.resources.items()) if key.startswith(prefix)]}
        )
    return _collection(estate, path, host) if _is_collection(path) else _missing(path)


def _collection(estate: Estate, path: str, host: Host) -> Answer:
    is_sites = path.casefold().endswith(("/sites", "/slots"))
    shown = [
        sites.shown(each, host(each["id"])) if is_sites else _with_counts(estate, each["id"], each)
        for each in estate.children(path)
    ]
    return Answer(200, {"value": shown})


def _is_collection(path: str) -> bool:
    """Types and names take turns after the provider, so a path that ends in a type names a collection."""
    own = path.rpartition("/providers/")[2]
    return bool(own) and "/providers/" in path and len(own.split("/")) % 2 == 0


def _with_counts(estate: Estate, identity: str, resource: Json) -> Json:
    if not resource.get("type", "").casefold().endswith("/topics/subscriptions"):
        return resource
    waiting = estate.waiting.get(identity.rpartition("/")[2], 0)
    counts = {"activeMessageCount": waiting, "deadLetterMessageCount": 0}
    return {**resource, "properties": {**resource["properties"], "status": "Active", "countDetails": counts}}


def _missing(what: str) -> Answer:
    return Answer(404, {"error": {"code": "ResourceNotFound", "message": f"{what} was not found."}})


def _json(body: bytes) -> Json:
    """Read a body; `az` sends templates as JSON with one key that is not quoted."""
    text = body.decode() or "{}"
    loaded: Json = json.loads(re.sub(r"([{,]\s*)template\s*:(?=\s*[{])", r'\1"template":', text, count=1))
    return loaded
