"""What has to be so before anything is changed: providers, models, quotas, money."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from infra.costs.bill import Bill, bill
from infra.costs.prices import PriceBook
from infra.costs.usage import Choices, Month, Plan, Reach, Usage
from infra.deploying.arm import Arm
from infra.deploying.options import ROOT, Options
from infra.deploying.programs import Programs
from infra.deploying.stopping import RefusedError, Status, StopError

PROVIDERS = (
    "Microsoft.App",
    "Microsoft.Cache",
    "Microsoft.CognitiveServices",
    "Microsoft.Communication",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.ServiceBus",
    "Microsoft.SignalRService",
    "Microsoft.Storage",
    "Microsoft.Web",
)
_WEEKS_OF_WARNING = 4


def models() -> list[dict[str, Any]]:
    """Return the deployments of models.json."""
    found: list[dict[str, Any]] = json.loads((ROOT / "infra" / "models.json").read_text())["deployments"]
    return found


def register(arm: Arm, programs: Programs, *, dry_run: bool) -> list[str]:
    """Register the resource providers that a new subscription lacks; return their names."""
    missing = [
        name
        for name in PROVIDERS
        if (arm.get(f"/subscriptions/{arm.subscription}/providers/{name}", "2021-04-01") or {}).get(
            "registrationState"
        )
        != "Registered"
    ]
    for name in [] if dry_run else missing:
        programs.run("az", "provider", "register", "--namespace", name, "--wait")
    return missing


def check_models(arm: Arm, location: str, today: date | None = None) -> None:
    """Check that the region offers each model in its version, with enough of its quota left.

    Raises:
        RefusedError: a model is not offered, retired, or there is no quota for it; all of them are named.
    """
    where = f"/subscriptions/{arm.subscription}/providers/Microsoft.CognitiveServices/locations/{location}"
    offered = {
        (each["model"]["format"], each["model"]["name"], each["model"]["version"]): each["model"]
        for each in arm.all(f"{where}/models", "2025-06-01")
    }
    usages = {each["name"]["value"]: each for each in arm.all(f"{where}/usages", "2025-06-01")}
    deployed = _deployed(arm)
    day = today or datetime.now(tz=UTC).date()
    problems = [problem for model in models() for problem in _problems(model, offered, usages, deployed, day)]
    if problems:
        raise RefusedError("\n".join(["Not every model can be deployed:", *problems]))


def _deployed(arm: Arm) -> dict[str, int]:
    """Return what each deployment holds already: it is no new demand on the quota."""
    accounts = arm.all("/providers/Microsoft.CognitiveServices/accounts", "2025-06-01")
    return {
        each["name"]: int(each.get("sku", {}).get("capacity", 0))
        for account in accounts
        for each in arm.all(f"{account['id']}/deployments", "2025-06-01")
    }


def _problems(
    model: Mapping[str, Any],
    offered: Mapping[tuple[str, str, str], Mapping[str, Any]],
    usages: Mapping[str, Mapping[str, Any]],
    deployed: Mapping[str, int],
    day: date,
) -> Iterator[str]:
    name = model["name"]
    if model["retiresOn"] and date.fromisoformat(model["retiresOn"]) <= day:
        yield f"{name} retired on {model['retiresOn']}: choose its successor in infra/models.json."
    said = offered.get((model["format"], model["model"], model["version"]))
    if said is None:
        others = sorted(
            version for form, other, version in offered if (form, other) == (model["format"], model["model"])
        )
        known = f", but {', '.join(others)}" if others else ""
        yield f"{name}: version {model['version']} is not offered here{known}."
        return
    sku = next((each for each in said.get("skus", ()) if each["name"] == model["sku"]), None)
    if sku is None:
        yield f"{name}: not offered as {model['sku']}."
    elif usage := usages.get(sku.get("usageName", "")):
        left = float(usage["limit"]) - float(usage["currentValue"])
        wanted = model["capacity"] - deployed.get(name, 0)
        if wanted > left:
            yield f"{name}: {wanted} more of {sku['usageName']} are wanted, {left:g} are left."


def retiring(day: date | None = None) -> list[str]:
    """Return the models that retire within weeks."""
    today = day or datetime.now(tz=UTC).date()
    return [
        f"{model['name']} retires on {model['retiresOn']}"
        for model in models()
        if model["retiresOn"]
        and (date.fromisoformat(model["retiresOn"]) - today).days < 7 * _WEEKS_OF_WARNING
    ]


def forecast(options: Options) -> Bill:
    """Return what a month of this environment is expected to cost."""
    given = options.given
    chosen = Plan.FLEX if options.plan == "flex" else Plan(str(given.get("planSku", "EP1")).lower())
    reach = Reach.AZURE_CACHE if given.get("cache", True) else Reach.NONE
    month = Month(
        usage=Usage.read(), creators=options.environment.creators, choices=Choices(plan=chosen, reach=reach)
    )
    return bill(month, PriceBook.read(), datetime.now(tz=UTC).date())


def check_budget(options: Options) -> Decimal:
    """Return the forecast in dollars.

    Raises:
        StopError: it is above the environment's budget; status 3.
    """
    expected = forecast(options).usd
    if expected > options.environment.budget_usd:
        raise StopError(
            f"${expected:,.2f} a month are expected, ${options.environment.budget_usd:,} may be spent: "
            f"python -m infra.costs --creators {options.environment.creators} says why.",
            Status.ABOVE_BUDGET,
        )
    return expected
