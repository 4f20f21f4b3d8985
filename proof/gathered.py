"""What the tests already prove, run here at larger counts, with the figures that they print."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proof.parts import Part, Promise, Setting

_ROOT = Path(__file__).resolve().parents[1]
_PRINTED = re.compile(r"\d")
_MOST_LINES = 3
_MOST_CHARACTERS = 300


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Tests that measure figures of the list."""

    #: The figures, such as `R8`.
    promises: Sequence[str]
    title: str
    paths: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    expression: str = ""


SELECTIONS = (
    Selection(
        promises=("R3",),
        title="SIGKILL at each named point of the engine (`make chaos`)",
        paths=("tests/chaos/test_chaos.py",),
        environment={"CHAOS_KILLS_PER_POINT": "2"},
        expression="any_point",
    ),
    Selection(
        promises=("R4",),
        title="PostgreSQL restarts under load",
        paths=("tests/integration/engine/test_restarts.py",),
    ),
    Selection(
        promises=("R5", "R7"),
        title="connections that break, hang or are slow",
        paths=("tests/integration/engine/test_outages.py",),
    ),
    Selection(
        promises=("R8",),
        title="1,000 calls to failing models (`make faults`)",
        paths=("tests/integration/router/test_fault_mix.py",),
        environment={"FAULT_MIX_CALLS": "1000"},
        expression="network",
    ),
    Selection(
        promises=("R9",), title="breakers of models", paths=("tests/unit/ai",), expression="breaker or probe"
    ),
    Selection(
        promises=("R10",),
        title="poison messages",
        paths=("tests/unit/messaging", "tests/e2e"),
        expression="poison",
    ),
    Selection(
        promises=("R11",), title="hostile bodies, end to end", paths=("tests/e2e/test_hostile_bodies.py",)
    ),
    Selection(
        promises=("R12",),
        title="mail under kills (`make effects`)",
        paths=("tests/integration/mail",),
        environment={"MAIL_EVENTS": "500"},
    ),
    Selection(
        promises=("R16",),
        title="replay of dead letters under kills (`make replay`)",
        paths=("tests/chaos/test_replays.py",),
        environment={"REPLAY_LETTERS": "400", "REPLAY_KILL_SECONDS": "2"},
    ),
    Selection(
        promises=("R17",),
        title="webhook receivers of every sort, and under kills",
        paths=("tests/integration/webhooks", "tests/chaos/test_webhooks.py"),
        environment={"WEBHOOK_EVENTS": "200", "WEBHOOK_KILLS": "4"},
    ),
    Selection(promises=("R18",), title="SSRF vectors", paths=("tests/integration/ssrf",)),
    Selection(
        promises=("R19",),
        title="hostile and broken media (sample; all with `make hostile`)",
        paths=("tests/integration/media/test_hostile_files.py",),
    ),
    Selection(promises=("R21",), title="prompt injections", paths=("tests/injection",)),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a selection went."""

    selection: Selection
    passed: int
    failed: Sequence[str]
    printed: Sequence[str]
    seconds: float


async def gathered(setting: Setting) -> Part:
    """Run every selection, one after another."""
    outcomes = []
    for number, selection in enumerate(SELECTIONS):
        setting.tell(f"{selection.title} ({number + 1} of {len(SELECTIONS)})")
        outcomes.append(await _run(selection, setting.directory, setting.seed))
    rows: list[Sequence[str]] = [("", "tests", "passed", "seconds", "figures")]
    rows += [
        (
            ", ".join(each.selection.promises),
            each.selection.title,
            f"{each.passed} of {each.passed + len(each.failed)}",
            f"{each.seconds:.0f}",
            "; ".join(each.printed),
        )
        for each in outcomes
    ]
    failed = [name for each in outcomes for name in each.failed]
    return Part(
        name="gathered",
        title="What the tests prove, at larger counts",
        good=not failed and all(each.passed for each in outcomes),
        tables=[rows],
        notes=[f"FAILED: {name}" for name in failed],
        promises=[_promise(name, each) for each in outcomes for name in each.selection.promises],
        data={each.selection.title: {"passed": each.passed, "failed": each.failed} for each in outcomes},
    )


def _promise(name: str, outcome: Outcome) -> Promise:
    figures = "; ".join(outcome.printed)
    told = f"{outcome.passed} of {outcome.passed + len(outcome.failed)} tests"
    return Promise(
        name=name,
        measured=f"{told}: {figures}" if figures else told,
        holds=not outcome.failed and outcome.passed > 0,
    )


async def _run(selection: Selection, directory: Path, seed: int) -> Outcome:
    report = directory / "junit.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-rP", "-p", "no:cacheprovider", f"--junitxml={report}"]
    command += ["-k", selection.expression] if selection.expression else []
    process = await asyncio.create_subprocess_exec(
        *(*command, *selection.paths),
        cwd=_ROOT,
        env={**os.environ, **selection.environment, "CHAOS_SEED": str(seed)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return _outcome(selection, report, output.decode(errors="replace"))


def _outcome(selection: Selection, report: Path, output: str) -> Outcome:
    if not report.exists():
        return Outcome(selection=selection, passed=0, failed=[output[-500:]], printed=[], seconds=0.0)
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - written by our own pytest
    cases = [] if suite is None else list(suite.iter("testcase"))
    failed = [
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]
    skipped = sum(case.find("skipped") is not None for case in cases)
    return Outcome(
        selection=selection,
        passed=len(cases) - len(failed) - skipped,
        failed=failed,
        printed=_printed(output),
        seconds=float((suite.get("time") if suite is not None else None) or 0),
    )


def _printed(output: str) -> list[str]:
    """Return the lines that tests printed as their figures."""
    lines, inside = [], False
    for line in output.splitlines():
        if "Captured stdout call" in line:
            inside = True
        elif line.startswith(("---", "___", "===")):
            inside = False
        elif inside and _PRINTED.search(line):
            lines.append(line.strip()[:_MOST_CHARACTERS])
    return lines[:_MOST_LINES]
