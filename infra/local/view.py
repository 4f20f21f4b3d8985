"""What a person sees: the parts coming up, the jobs going through, the replies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from infra.local.content_view import content_table
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


@contextmanager
def live(console: Console, view: RenderableType) -> Iterator[Live]:
    """Draw a view again and again; where there is no terminal, once at the end."""
    try:
        with Live(view, console=console, refresh_per_second=12) as drawn:
            yield drawn
    finally:
        if not console.is_terminal:
            console.line()  # Live leaves its last line open there


class StartupView:
    """The parts of the stack as they come up; told from several threads, drawn by another."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._started: dict[str, Started] = {}
        self._pending: RenderableType = Spinner("dots", style="yellow")

    def report(self, started: Started) -> None:
        """Note that a part is up."""
        self._started[started.part.name] = started

    def give_up(self) -> None:
        """Note that what is not up by now won't be."""
        self._pending = Text("✗", style="red")

    def __rich__(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 3, 0, 0))
        for part in self._parts:
            table.add_row(*self._row(part, self._started.get(part.name)))
        return table

    def _row(self, part: Part, started: Started | None) -> Sequence[RenderableType]:
        for_production = Text(f"for {part.replaces}", style="dim")
        if started is None:
            return self._pending, Text(part.name, style="dim"), for_production, "", ""
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
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), header_style="dim")
    table.add_column("job", min_width=12)
    table.add_column("creator", justify="right", min_width=7)
    table.add_column("asks", max_width=44, ratio=1)
    table.add_column("state", min_width=10)
    table.add_column("tries", justify="right", min_width=5)
    table.add_column("ms", justify="right", min_width=5)
    table.add_column(f"answer ({SIMULATED})" if simulated else "answer", max_width=60, ratio=1)
    for run in runs:
        table.add_row(*_job_row(run, jobs.get(run.job_id)))
    return table


def _job_row(run: SampleRun, job: Job | None) -> Sequence[RenderableType]:
    what = (run.sample.job_type, run.sample.creator_id, _one_line(run.sample.title))
    if job is None:
        return *what, state_text("waiting"), "", "", ""
    tries, milliseconds = str(job.attempt + 1), str(run.milliseconds(job)) if job.ended else ""
    return *what, state_text(job.state), tries, milliseconds, _one_line(_first_answer(job))


def _one_line(text: str) -> Text:
    return Text(text, no_wrap=True, overflow="ellipsis")


def _first_answer(job: Job) -> str:
    if job.error_code:
        return job.error_code
    if not job.result:
        return ""
    if "summary" in job.result:
        return str(job.result["summary"])
    if ideas := job.result.get("ideas"):
        return str(ideas[0].get("title", ""))
    suggestions = job.result.get("suggestions")
    return str(suggestions[0].get("text", "")) if suggestions else json.dumps(job.result, ensure_ascii=False)


def state_text(state: str) -> Text:
    """Draw a job's state."""
    return Text(state.replace("_", " "), style=_STATE_STYLES.get(state, ""))


def result_view(result: Mapping[str, Any], *, simulated: bool) -> RenderableType:
    """Draw a job's result: suggestions as the creator would read them, anything else as it is."""
    suggestions = result.get("suggestions")
    if "video" in result:
        return video_view(result, simulated=simulated)
    if ideas := result.get("ideas"):
        return ideas_view(ideas, result, simulated=simulated)
    if "contentKind" in result:
        return Group(content_table(result), _source(result, simulated=simulated))
    if not suggestions:
        return Text(json.dumps(result, ensure_ascii=False, indent=2))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim")
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for number, suggestion in enumerate(suggestions, start=1):
        table.add_row(str(number), suggestion.get("tone", ""), Text(suggestion.get("text", "")))
    return Group(table, _source(result, simulated=simulated))


def ideas_view(
    ideas: Sequence[Mapping[str, Any]], result: Mapping[str, Any], *, simulated: bool
) -> RenderableType:
    """Draw ideas as a creator would leaf through them."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim")
    table.add_column(overflow="fold")
    for number, idea in enumerate(ideas, start=1):
        tags = " ".join(f"#{tag}" for tag in idea.get("hashtags", ()))
        text = Text.assemble(
            (idea.get("title", ""), "bold"), "\n", idea.get("text", ""), (f" {tags}".rstrip(), "cyan")
        )
        table.add_row(str(number), text)
        table.add_row("", Text(" · ".join(_about(idea)), style="dim"))
    limits = result.get("limits") or {}
    unverified = "" if limits.get("isVerified", True) else " · the platform's limits are unverified"
    return Group(table, _source(result, simulated=simulated).append(unverified, "dim"))


def _about(idea: Mapping[str, Any]) -> Iterator[str]:
    time, price = idea.get("bestTime") or {}, idea.get("price") or {}
    if action := idea.get("callToAction"):
        yield str(action)
    if time:
        yield f"{time['when']} ({'your data' if time.get('basis') == 'given' else 'general knowledge'})"
    if price:
        yield f"{price['amount']:g} {price['currency']}"


def _source(result: Mapping[str, Any], *, simulated: bool) -> Text:
    model = result.get("model", "an unknown model")
    return Text.assemble(
        (f"simulated: {model} did not write this", "magenta") if simulated else (f"by {model}", "dim"),
        (" · from the cache" if result.get("cached") else "", "dim"),
    )


def video_view(result: Mapping[str, Any], *, simulated: bool) -> RenderableType:
    """Draw what a creator wants to know of a video first."""
    video, scenes, costs = result["video"], result.get("scenes", ()), result.get("costs", {})
    transcript = result.get("transcript") or {}
    lines = {
        "in short": result.get("summary", ""),
        "caption": result.get("caption", ""),
        "scenes": ", ".join(f"{scene['startSeconds']:.1f} s" for scene in scenes),
        "said": transcript.get("text") or str(transcript.get("status", "")).replace("_", " "),
        "advice": " ".join(advice["text"] for advice in result.get("advice", ())[:2]),
        "measured": f"{video['durationSeconds']:.0f} s, {video['width']} x {video['height']},"
        f" {video['sizeBytes'] / 1e6:.1f} MB; {costs.get('cpuSeconds', 0):.1f} s of CPU,"
        f" {costs.get('inputTokens', 0)} + {costs.get('outputTokens', 0)} tokens",
        "missing": "; ".join(f"{each['part']}: {each['reason']}" for each in result.get("skipped", ())),
    }
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in lines.items():
        if text:
            table.add_row(name, Text(text))
    note = "simulated: no model has seen this" if simulated else f"by {result.get('model', 'no model')}"
    return Group(table, Text(note, style="magenta" if simulated else "dim"))


def error_view(job: Job) -> Text:
    """Draw why a job did not complete."""
    return Text.assemble((f"{job.error_code}: ", "bold red"), job.error_message or "")
