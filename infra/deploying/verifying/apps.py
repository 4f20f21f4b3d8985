"""The function apps: running, with the functions that are theirs, and with no secret in sight."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.deploying.arm import Arm
from infra.deploying.options import ROOT
from infra.deploying.verifying.check import Check, differences, look

_WEB = "2024-11-01"
_OK = 200
_REFERENCE = "@Microsoft.KeyVault("
#: A value that looks like a key, or a name that says so.
_SECRET_VALUE = re.compile(
    r"AccountKey=|SharedAccessKey=|AccessKey=|://[^:/@\s]*:[^@\s]+@|BEGIN [A-Z ]*PRIVATE KEY"
)
_SECRET_NAME = re.compile(
    r"(_KEY|_KEYS|_SECRET|_SECRETS|PASSWORD|CONNECTIONSTRING|_CONNECTION_STRING)$", re.IGNORECASE
)
_OF_THE_SLOT = ("AzureFunctionsWebHost__hostid",)


@dataclass(frozen=True, kw_only=True)
class AppChecks:
    """What is looked at in each app.

    Args:
        arm: reads Azure.
        names: the apps' names, by what each does.
        plan: `ep1` or `flex`.
        plan_name: the shared plan's name.
        plan_sku: what it should be.
        slot: `staging`, or empty for what is live.
    """

    arm: Arm
    names: Mapping[str, str]
    plan: str
    plan_name: str
    plan_sku: str
    slot: str = ""

    def all(self) -> Iterator[Check]:
        """Look at all of it."""
        if self.plan == "ep1":
            yield look("plan", self.plan_name, self._plan)
        said = json.loads((ROOT / "infra" / "apps.json").read_text())
        for app in said["apps"]:
            yield from self._app(app, self.names[app["name"]], said)

    def _app(self, app: Mapping[str, Any], name: str, said: Mapping[str, Any]) -> Iterator[Check]:
        path = f"/providers/Microsoft.Web/sites/{name}" + (f"/slots/{self.slot}" if self.slot else "")
        area = f"{app['name']}{' (staging)' if self.slot else ''}"
        yield look(area, "runs, by HTTPS alone, on Linux", lambda: self._runs(path))
        yield look(area, "functions", lambda: self._functions(path, app, said))
        yield look(area, "no secret in a plain setting", lambda: self._plain(path))
        yield look(area, "references to the vault", lambda: self._references(path))
        if self.plan == "ep1":
            live = f"/providers/Microsoft.Web/sites/{name}"
            yield look(area, "settings that stay with a slot", lambda: self._sticky(live, said))
            if not self.slot:
                yield look(
                    area,
                    "nothing begins by itself in the slot",
                    lambda: self._quiet(f"{live}/slots/staging", app),
                )
        yield look(area, "ready", lambda: self._ready(path))

    def _plan(self) -> Iterator[str]:
        plan = self.arm.get(f"/providers/Microsoft.Web/serverfarms/{self.plan_name}", _WEB)
        if plan is None:
            yield "there is none"
            return
        if plan["sku"]["name"] != self.plan_sku:
            yield f"it is {plan['sku']['name']}, not {self.plan_sku}"
        if not plan["properties"].get("reserved"):
            yield "it runs Windows, on which Python can't"

    def _runs(self, path: str) -> Iterator[str]:
        properties = self._site(path)["properties"]
        if properties.get("state") != "Running":
            yield f"its state is {properties.get('state')}"
        if not properties.get("httpsOnly"):
            yield "it answers without TLS"
        if "linux" not in str(self._site(path).get("kind")):
            yield "it is not on Linux"

    def _functions(self, path: str, app: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
        found = {
            str(each["name"]).rpartition("/")[2]: each["properties"]
            for each in self.arm.all(f"{path}/functions", _WEB)
        }
        yield from differences("functions", _everything(said), found)
        triggered = [] if self.slot else app["triggered"]
        on = {*said["everywhere"], *triggered, *app["http"]}
        running = {name for name, properties in found.items() if not properties.get("isDisabled")}
        yield from differences("enabled functions", on, running)

    def _plain(self, path: str) -> Iterator[str]:
        for name, value in self._settings(path).items():
            if value.startswith(_REFERENCE):
                continue
            if _SECRET_VALUE.search(value) or (
                _SECRET_NAME.search(name) and value and not _is_address(value)
            ):
                yield f"{name} looks like a secret"

    def _references(self, path: str) -> Iterator[str]:
        found = self.arm.all(f"{path}/config/configreferences/appsettings", _WEB)
        for each in found:
            if each["properties"]["status"] != "Resolved":
                yield f"{str(each['name']).rpartition('/')[2]}: {each['properties']['status']}"
        if not found:
            yield "none: every secret should be one"

    def _sticky(self, live: str, said: Mapping[str, Any]) -> Iterator[str]:
        found = self.arm.get(f"{live}/config/slotConfigNames", _WEB) or {"properties": {}}
        wanted = {*(f"AzureWebJobs.{name}.Disabled" for name in _everything(said)), *_OF_THE_SLOT}
        if absent := wanted - set(found["properties"].get("appSettingNames") or ()):
            yield f"not sticky: {', '.join(sorted(absent))}"

    def _quiet(self, slot: str, app: Mapping[str, Any]) -> Iterator[str]:
        settings = self._settings(slot)
        loud = [name for name in app["triggered"] if settings.get(f"AzureWebJobs.{name}.Disabled") != "true"]
        if loud:
            yield f"would run in the slot: {', '.join(loud)}"

    def _ready(self, path: str) -> Iterator[str]:
        status = self.arm.health(self._site(path)["properties"]["defaultHostName"], "/api/health/ready")
        if status != _OK:
            yield f"/api/health/ready answers {status or 'nothing'}"

    def _site(self, path: str) -> Mapping[str, Any]:
        site: Mapping[str, Any] = self.arm.get(path, _WEB) or {"properties": {}}
        return site

    def _settings(self, path: str) -> dict[str, str]:
        said = self.arm.post(f"{path}/config/appsettings/list", _WEB) or {"properties": {}}
        return {name: str(value) for name, value in said["properties"].items()}


def _everything(said: Mapping[str, Any]) -> set[str]:
    """Return every function of the package: all apps have all of them, most disabled."""
    return {
        *said["everywhere"],
        *(name for app in said["apps"] for name in (*app["triggered"], *app["http"])),
    }


def _is_address(value: str) -> bool:
    return value.startswith("https://") and "@" not in value and "?" not in value
