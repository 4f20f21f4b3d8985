"""A plan says what becomes of the calls to come, and says the same in every run."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from infra.local.model_simulator.plans import Plan, Plans

MIX = {"rate_limit": 0.2, "server_error": 0.1, "hang": 0.05, "length": 0.05, "filter": 0.02}


def _fates(plan: Any, count: int, deployment: str = "any") -> list[str]:
    plans = Plans()
    plans.put(Plan.model_validate(plan))
    return [fault.kind.value if (fault := plans.take(deployment)) else "ok" for _ in range(count)]


def test_a_list_is_followed_in_order() -> None:
    """Names, faults with details and repeats, and calls that go well; then all go well."""
    calls = ["server_error", "ok", None, {"kind": "rate_limit", "retry_after_seconds": 1, "count": 2}, "hang"]
    expected = ["server_error", "ok", "ok", "rate_limit", "rate_limit", "timeout", "ok"]
    assert _fates(calls, 7) == _fates({"calls": calls}, 7) == expected


def test_a_mix_is_what_it_says() -> None:
    """About as often as it says, and in the same order whenever its seed is the same."""
    fates = _fates({"seed": 1, "mix": MIX}, 5_000)
    counts = Counter(fates)
    expected = {
        "rate_limit": 0.2,
        "server_error": 0.1,
        "timeout": 0.05,
        "truncated": 0.05,
        "content_filter": 0.02,
        "ok": 0.58,
    }
    assert set(counts) == set(expected)
    for outcome, share in expected.items():
        assert counts[outcome] / 5_000 == pytest.approx(share, abs=0.025)
    assert fates == _fates({"seed": 1, "mix": MIX}, 5_000)
    assert fates != _fates({"seed": 2, "mix": MIX}, 5_000)


def test_the_fate_of_a_call_does_not_hang_on_other_deployments() -> None:
    """However their calls fall between."""
    plans = Plans()
    plans.put(Plan.model_validate({"seed": 1, "mix": MIX}))
    mixed = []
    for _ in range(50):
        plans.take("another")
        mixed.append(fault.kind.value if (fault := plans.take("one")) else "ok")
    assert mixed == _fates({"seed": 1, "mix": MIX}, 50, "one")


def test_a_deployment_may_have_a_plan_of_its_own() -> None:
    """The others follow the general one; a new plan takes the old one's place."""
    plans = Plans()
    plans.put(Plan.model_validate({"deployment": "ill", "mix": {"retired": 1}}))
    assert plans.take("well") is None
    assert [plans.take("ill") is not None for _ in range(3)] == [True] * 3
    plans.put(Plan.model_validate({"deployment": "ill"}))
    assert plans.take("ill") is None
    plans.put(Plan.model_validate({"mix": {"slow": 1}, "seconds": 3}))
    assert (slow := plans.take("well"))
    assert slow.seconds == 3
    plans.clear()
    assert plans.take("well") is None


@pytest.mark.parametrize(
    "plan",
    [
        {"mix": {"rate_limit": 0.6, "server_error": 0.6}},
        {"mix": {"rate_limit": -1}},
        {"mix": {"bad_mood": 0.1}},
        {"calls": ["bad_mood"]},
        {"calls": [{"kind": "timeout", "count": 0}]},
        ["ok", 3],
        {"often": True},
        "timeout",
    ],
)
def test_what_is_no_plan_is_refused(plan: Any) -> None:
    """When it is made."""
    with pytest.raises(ValidationError):
        Plan.model_validate(plan)
