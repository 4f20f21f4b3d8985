"""Function apps and their slots: settings, functions, packages, swaps, and how they say they are."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from infra.local.control_plane.estate import Code, Estate, Json

_SITE = re.compile(r"(?i)(?P<site>.*/providers/microsoft\.web/sites/[^/]+(/slots/[^/]+)?)(?P<rest>(/.*)?)$")
_SWITCH = re.compile(r"AzureWebJobs\.(?P<name>.+)\.Disabled")


def split(path: str) -> tuple[str, str]:
    """Return the id of the site in a path, and what follows it; two empty strings if there is none."""
    found = _SITE.match(path)
    return (found["site"], found["rest"].strip("/").casefold()) if found else ("", "")


def shown(site: Json, host: str) -> Json:
    """Return a site as Azure shows it: with its hosts, without its settings."""
    properties = {**site["properties"], "state": "Running", "enabled": True, "defaultHostName": host}
    properties["siteConfig"] = {
        key: value for key, value in properties.get("siteConfig", {}).items() if key != "appSettings"
    }
    properties["hostNames"] = [host]
    properties["hostNameSslStates"] = [
        {"name": host, "sslState": "Disabled", "hostType": "Standard"},
        {"name": host, "sslState": "Disabled", "hostType": "Repository"},
    ]
    properties.setdefault("sku", "FlexConsumption" if "functionAppConfig" in properties else "ElasticPremium")
    return {**site, "properties": properties}


def settings(site: Json) -> dict[str, str]:
    """Return a site's settings."""
    said = site["properties"].get("siteConfig", {}).get("appSettings", [])
    return {each["name"]: each["value"] for each in said}


def set_settings(site: Json, values: dict[str, str]) -> None:
    """Put other settings in their place."""
    config = site["properties"].setdefault("siteConfig", {})
    config["appSettings"] = [{"name": name, "value": value} for name, value in values.items()]


def functions(estate: Estate, identity: str) -> list[Json]:
    """Return the functions that a site's package has; none before it has a package."""
    site = estate.get(identity)
    if site is None or not estate.code.get(identity.casefold(), Code()).digest:
        return []
    switches = {
        found["name"]: value for name, value in settings(site).items() if (found := _SWITCH.match(name))
    }
    app = identity.partition("/sites/")[2].replace("/slots/", "/")
    return [
        {
            "id": f"{identity}/functions/{name}",
            "name": f"{app}/{name}",
            "type": "Microsoft.Web/sites/functions",
            "properties": {"name": name, "isDisabled": value == "true", "language": "python"},
        }
        for name, value in switches.items()
    ]


def publish(estate: Estate, identity: str, package: bytes) -> None:
    """Give a site a package."""
    digest = hashlib.sha256(package).hexdigest()
    estate.code[identity.casefold()] = Code(digest=digest, healthy=estate.healthy)
    estate.healthy_times -= 1
    if estate.healthy_times == 0:
        estate.healthy = "always"


def swap(estate: Estate, slot: str) -> None:
    """Exchange a slot's code with that of the live site; the settings here are all sticky."""
    live = slot.rpartition("/slots/")[0]
    codes = estate.code
    one, other = codes.get(slot, Code()), codes.get(live, Code())
    codes[slot], codes[live] = replace(other), replace(one)


def is_healthy(estate: Estate, identity: str) -> bool:
    """Tell whether a site says that it can work."""
    code = estate.code.get(identity.casefold(), Code())
    return bool(code.digest) and (
        code.healthy == "always" or (code.healthy == "staging" and "/slots/" in identity)
    )
