"""What a run found: a table for each worker in Markdown, and everything in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Any

from tests.golden.checking import CHECKS
from tests.golden.running import Outcome

_MOST_SHOWN = 40
_MICROS = 1_000_000


def passed(outcomes: Sequence[Outcome], name: str) -> int:
    """Return how many answers a check found nothing wrong with."""
    return sum(outcome.answer is not None and not outcome.problems[name] for outcome in outcomes)


def markdown(found: Mapping[str, Sequence[Outcome]], asked: str) -> str:
    """Return the report for people."""
    workers = "\n\n".join(_worker(name, outcomes) for name, outcomes in found.items())
    return f"# Golden sets\n\nAsked: {asked}\n\n{_overview(found)}\n\n{workers}\n"


def as_json(found: Mapping[str, Sequence[Outcome]], asked: str) -> dict[str, Any]:
    """Return the report for programs."""
    return {"asked": asked, "workers": {name: _figures(outcomes) for name, outcomes in found.items()}}


def _overview(found: Mapping[str, Sequence[Outcome]]) -> str:
    head = "| worker | cases | answered | " + " | ".join(CHECKS) + " | USD / 1,000 | calls | p50 s | p95 s |"
    rule = "|---" * (len(CHECKS) + 7) + "|"
    return "\n".join((head, rule, *(_row(name, outcomes) for name, outcomes in found.items())))


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    answered = [outcome for outcome in outcomes if outcome.answer]
    p50, p95 = _latencies(outcomes)
    shares = (f"{passed(answered, check)}/{len(answered)}" for check in CHECKS)
    return (
        f"| {name} | {len(outcomes)} | {len(answered)} | "
        + " | ".join(shares)
        + f" | {1000 * _usd(outcomes) / max(len(outcomes), 1):.4f} | {sum(o.calls for o in outcomes)}"
        + f" | {p50:.2f} | {p95:.2f} |"
    )


def _worker(name: str, outcomes: Sequence[Outcome]) -> str:
    failed = [f"- {outcome.case.id}: {outcome.error}" for outcome in outcomes if outcome.error]
    wrong = [
        f"- {outcome.case.id}, {check}: {' '.join(problem.split())}"
        for outcome in outcomes
        for check, problems in outcome.problems.items()
        for problem in problems
    ]
    lines = (failed + wrong)[:_MOST_SHOWN] or ["Nothing to remark."]
    left = len(failed) + len(wrong) - _MOST_SHOWN
    return "\n".join((f"## {name}\n", *lines, *([f"- and {left} more"] if left > 0 else [])))


def _figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    p50, p95 = _latencies(outcomes)
    return {
        "usd": _usd(outcomes),
        "p50_seconds": p50,
        "p95_seconds": p95,
        "checks": {check: passed(outcomes, check) for check in CHECKS},
        "cases": [
            {
                "id": outcome.case.id,
                "error": outcome.error,
                "texts": outcome.answer.texts if outcome.answer else [],
                "problems": {name: list(found) for name, found in outcome.problems.items() if found},
                "usd_micros": outcome.usd_micros,
                "calls": outcome.calls,
                "tokens": outcome.tokens,
                "seconds": round(outcome.seconds, 3),
            }
            for outcome in outcomes
        ],
    }


def _usd(outcomes: Sequence[Outcome]) -> float:
    return sum(outcome.usd_micros for outcome in outcomes) / _MICROS


def _latencies(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    seconds = [outcome.seconds for outcome in outcomes]
    if len(seconds) == 1:
        return seconds[0], seconds[0]
    cuts = quantiles(seconds, n=20, method="inclusive")
    return cuts[9], cuts[18]
