"""Faults come when ordered, as often as ordered, to whom they are ordered for."""

from __future__ import annotations

import pytest

from infra.local.model_simulator.faults import Fault, FaultKind, Faults, parse_fault


def test_faults_come_in_order_and_end() -> None:
    """One call each, or as many as ordered."""
    faults = Faults([parse_fault("timeout:2")])
    faults.add(Fault(kind=FaultKind.GARBAGE))
    taken = [faults.take("any") for _ in range(4)]
    assert [fault and fault.kind for fault in taken] == ["timeout", "timeout", "garbage", None]


def test_a_fault_may_be_for_one_deployment() -> None:
    """The others don't use it up."""
    faults = Faults([parse_fault("rate_limit:1:DeepSeek-V3")])
    assert faults.take("Mistral-Large") is None
    assert faults.take("DeepSeek-V3")
    assert faults.take("DeepSeek-V3") is None


def test_faults_can_be_withdrawn() -> None:
    """All of them."""
    faults = Faults([parse_fault('{"kind": "rate_limit", "count": 9, "retry_after_seconds": 2}')])
    faults.clear()
    assert faults.take("any") is None


@pytest.mark.parametrize(
    "text", ["", "nonsense", "timeout:x", "timeout:0", '{"kind": "timeout", "often": 3}', "{"]
)
def test_what_is_no_fault_is_refused(text: str) -> None:
    """At the command line, not at the first call."""
    with pytest.raises(ValueError):  # noqa: PT011 - Pydantic's and ours alike
        parse_fault(text)
