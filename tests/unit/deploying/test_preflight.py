"""Before anything is changed: models, quotas, money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from infra.deploying.arm import Arm
from infra.deploying.options import Options, read
from infra.deploying.preflight import check_budget, check_models, forecast, models, retiring
from infra.deploying.stopping import RefusedError, Status, StopError

TODAY = date(2026, 11, 25)


class Region:
    """A region that offers what models.json asks for, until a test takes something away."""

    subscription = "s"

    def __init__(self) -> None:
        self.offered = [
            {
                "format": each["format"],
                "name": each["model"],
                "version": each["version"],
                "skus": [{"name": each["sku"], "usageName": each["name"]}],
            }
            for each in models()
        ]
        self.left = {each["name"]: 1000.0 for each in models()}
        self.deployed: dict[str, int] = {}

    def all(self, path: str, version: str) -> list[dict[str, Any]]:
        """Answer as Azure does."""
        assert version == "2025-06-01"
        if path.endswith("/models"):
            return [{"model": each} for each in self.offered]
        if path.endswith("/usages"):
            return [
                {"name": {"value": name}, "currentValue": 0, "limit": left}
                for name, left in self.left.items()
            ]
        if path.endswith("/accounts"):
            return [{"id": "account"}]
        return [{"name": name, "sku": {"capacity": capacity}} for name, capacity in self.deployed.items()]


def _options() -> Options:
    return read(["deploy", "--env", "beta"])


def _check(region: Region, day: date = TODAY) -> None:
    check_models(cast("Arm", region), "eastus2", day)


def test_a_region_that_offers_all_of_them_is_enough() -> None:
    _check(Region())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda region: region.offered.pop(0), "version 1 is not offered here"),
        (lambda region: region.offered[0].update(version="2"), "not offered here, but 2"),
        (lambda region: region.offered[0].update(skus=[]), "not offered as GlobalStandard"),
        (
            lambda region: region.left.update({"DeepSeek-V3.2": 99.0}),
            "100 more of DeepSeek-V3.2 are wanted, 99 are left",
        ),
    ],
    ids=["not at all", "in another version", "not in this size", "no quota"],
)
def test_what_a_region_lacks_is_named(spoil: Callable[[Region], object], said: str) -> None:
    region = Region()
    spoil(region)
    with pytest.raises(RefusedError, match=said):
        _check(region)


def test_what_is_deployed_already_needs_no_quota() -> None:
    region = Region()
    region.left["DeepSeek-V3.2"] = 10.0
    region.deployed["DeepSeek-V3.2"] = 95
    _check(region)


def test_a_model_that_retired_is_refused_and_one_that_will_is_told_of() -> None:
    with pytest.raises(RefusedError, match="Phi-4-mini-instruct retired on 2027-01-17"):
        _check(Region(), date(2027, 1, 17))
    assert retiring(date(2026, 11, 25)) == []
    assert len(retiring(date(2027, 1, 1))) == 2


def test_a_month_above_the_budget_ends_with_a_status_of_its_own() -> None:
    options = _options()
    expected = check_budget(options)
    assert expected == forecast(options).usd
    poor = options.environment.model_copy(update={"budget_usd": int(expected) - 1})
    with pytest.raises(StopError) as stopped:
        check_budget(replace(options, environment=poor))
    assert stopped.value.status is Status.ABOVE_BUDGET


def test_another_plan_is_forecast_as_another_plan() -> None:
    assert forecast(read(["deploy", "--env", "beta", "--plan", "flex"])).usd < forecast(_options()).usd
