"""The judge must find every kind of broken promise, and nothing else."""

from __future__ import annotations

import pytest

from tests.chaos.checker import Findings, judge

GOOD_HISTORY = [("a", 0, "running"), ("a", 0, "completed"), ("b", 0, "running"), ("b", 0, "failed")]
GOOD_EVENTS = [("a", "a:0:1:0", "completed"), ("b", "b:0:1:0", "failed")]


def test_kept_promises_are_found_kept() -> None:
    """Also with a retry, a crash, a replay and an event that was sent twice under one id."""
    history = [*GOOD_HISTORY, ("b", 1, "queued"), ("b", 1, "running"), ("b", 1, "failed")]
    assert not judge(["a", "b"], history, [*GOOD_EVENTS, GOOD_EVENTS[0]])


def test_a_follow_up_is_announced_as_a_part_of_its_parent() -> None:
    """However it ended: under its own name nobody waits for it."""
    history = [*GOOD_HISTORY, ("a.t", 0, "queued"), ("a.t", 0, "timeout")]
    told = [*GOOD_EVENTS, ("a.t", "a.t:0:1:0", "enriched")]
    assert not judge(["a", "b", "a.t"], history, told)
    assert judge(["a", "b", "a.t"], history, GOOD_EVENTS) == Findings(unannounced={"a.t"})
    wrong = [*GOOD_EVENTS, ("a.t", "a.t:0:1:0", "timeout")]
    assert judge(["a", "b", "a.t"], history, wrong) == Findings(contradicted={"a.t"})


@pytest.mark.parametrize(
    ("published", "history", "events", "findings"),
    [
        (["a", "b", "c"], GOOD_HISTORY, GOOD_EVENTS, Findings(lost={"c"})),
        (["a", "b"], [*GOOD_HISTORY, ("a", 0, "completed")], GOOD_EVENTS, Findings(doubled={"a"})),
        (["a", "b"], GOOD_HISTORY, [*GOOD_EVENTS, ("a", "x", "completed")], Findings(doubled={"a"})),
        (["a", "b"], GOOD_HISTORY, GOOD_EVENTS[:1], Findings(unannounced={"b"})),
        (
            ["a", "b"],
            GOOD_HISTORY,
            [GOOD_EVENTS[0], ("b", "b:0:1:0", "completed")],
            Findings(contradicted={"b"}),
        ),
        (["a"], GOOD_HISTORY, GOOD_EVENTS, Findings(unexpected={"b"})),
        (["a"], GOOD_HISTORY[:1], [], Findings(lost={"a"})),
        (
            ["a"],
            GOOD_HISTORY[:1],
            GOOD_EVENTS[:1],
            Findings(lost={"a"}, contradicted={"a"}),
        ),
    ],
)
def test_broken_promises_are_found(
    published: list[str],
    history: list[tuple[str, int, str]],
    events: list[tuple[str, str, str]],
    findings: Findings,
) -> None:
    """Each by its name, and only that one."""
    assert judge(published, history, events) == findings
