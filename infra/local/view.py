"""What a person sees: the parts coming up, the jobs going through, the replies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from infra.local.parts import Part, address
from infra.local.records import Job
from infra.local.samples import Sample
from infra.local.stack import Started

_STATE_STYLES = {
    "waiting": "dim",
    "queued": "dim",
    "running": "yellow",
    "processing": "yellow",
    "retry_wait": "yellow",
    "completed": "green",
    "failed": "bold red",
    "timeout": "bold red",
}

SIMULATED = "simulated"


class StartupView:
    """The parts of the stack as they come up; told from several threads, drawn by another."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._started: dict[str, Started] = {}
        self._spinner = Spinner("dots", style="yellow")

    def report(self, started: Started) -> None:
        """Note that a part is up."""
        self._started[started.part.name] = started

    def __rich__(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 3, 0, 0))
        for part in self._parts:
            table.add_row(*self._row(part, self._started.get(part.name)))
        return table

    def _row(self, part: Part, started: Started | None) -> Sequence[RenderableType]:
        for_production = Text(f"for {part.replaces}", style="dim")
        if started is None:
            return self._spinner, Text(part.name, style="dim"), for_production, "", ""
        seconds = (
            Text("yours", style="cyan") if started.yours else Text(f"{started.seconds:.1f} s", style="dim")
        )
        return Text("✓", style="green"), part.name, for_production, address(part, started.variables), seconds


@dataclass(frozen=True, kw_only=True)
class SampleRun:
    """A sample job that was published."""

    sample: Sample
    job_id: str
    published_at: datetime

    def milliseconds(self, job: Job) -> int:
        """Return the time from publishing to the job's last change."""
        return round((job.updated_at - self.published_at).total_seconds() * 1_000)


def jobs_table(runs: Sequence[SampleRun], jobs: Mapping[str, Job], *, simulated: bool) -> Table:
    """Draw the sample jobs as they stand."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), header_style="dim", expand=False)
    table.add_column("job")
    table.add_column("creator", justify="right")
    table.add_column("asks", max_width=36, no_wrap=True)
    table.add_column("state")
    table.add_column("attempt", justify="right")
    table.add_column("ms", justify="right")
    table.add_column(
        f"first answer ({SIMULATED})" if simulated else "first answer", max_width=44, no_wrap=True
    )
    for run in runs:
        table.add_row(*_job_row(run, jobs.get(run.job_id)))
    return table


def _job_row(run: SampleRun, job: Job | None) -> Sequence[RenderableType]:
    what = (run.sample.job_type, run.sample.creator_id, Text(run.sample.title, overflow="ellipsis"))
    if job is None:
        return *what, state_text("waiting"), "", "", ""
    answer = Text(_first_answer(job), overflow="ellipsis")
    return *what, state_text(job.state), str(job.attempt + 1), str(run.milliseconds(job)), answer


def _first_answer(job: Job) -> str:
    if job.error_code:
        return job.error_code
    if not job.result:
        return ""
    suggestions = job.result.get("suggestions")
    return str(suggestions[0].get("text", "")) if suggestions else json.dumps(job.result, ensure_ascii=False)


def state_text(state: str) -> Text:
    """Draw a job's state."""
    return Text(state.replace("_", " "), style=_STATE_STYLES.get(state, ""))


def result_view(result: Mapping[str, Any], *, simulated: bool) -> RenderableType:
    """Draw a job's result: suggestions as the creator would read them, anything else as it is."""
    suggestions = result.get("suggestions")
    if not suggestions:
        return Text(json.dumps(result, ensure_ascii=False, indent=2))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim")
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for number, suggestion in enumerate(suggestions, start=1):
        table.add_row(str(number), suggestion.get("tone", ""), Text(suggestion.get("text", "")))
    source = Text.assemble(
        ("simulated, no model wrote this" if simulated else "written", "magenta" if simulated else "dim"),
        (f" · {result.get('model', 'unknown model')}", "dim"),
        (" · from the cache" if result.get("cached") else "", "dim"),
    )
    return Group(table, source)


def error_view(job: Job) -> Text:
    """Draw why a job did not complete."""
    return Text.assemble((f"{job.error_code}: ", "bold red"), job.error_message or "")
