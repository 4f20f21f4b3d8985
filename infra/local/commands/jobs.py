"""`jobs`: show one job, its history, what it cost, and its result or error."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.local.environment import Environment
from infra.local.records import Call, Change, Job, reading
from infra.local.view import error_view, result_view, state_text


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the job; 1 if no worker has seen it."""
    environment = Environment(os.environ)
    with reading(environment["DATABASE_URL"]) as records:
        job = records.jobs([arguments.job_id]).get(arguments.job_id)
        history, calls = records.history(arguments.job_id), records.calls(arguments.job_id)
    if job is None:
        console.print(Text(f"No worker has seen the job {arguments.job_id}."), style="bold red")
        return 1
    console.print(_head(job))
    console.print(_history(history))
    if calls:
        console.print(_costs(calls))
    if job.result is not None:
        console.print(result_view(job.result, simulated=environment.get("AZURE_AI_SIMULATED") == "1"))
    elif job.error_code:
        console.print(error_view(job))
    return 0


def _head(job: Job) -> Text:
    return Text.assemble(
        (job.job_id, "bold"),
        f"  {job.job_type}  creator {job.creator_id}  ",
        state_text(job.state),
        f"  attempt {job.attempt + 1}, epoch {job.epoch}",
    )


def _history(history: Sequence[Change]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for change in history:
        after_ms = round((change.at - history[0].at).total_seconds() * 1_000)
        moment = Text(f"{change.at:%H:%M:%S}  +{after_ms} ms", style="dim")
        attempt, used = f"attempt {change.attempt + 1}", Text(_used(change.usage or {}), style="dim")
        table.add_row(moment, state_text(change.state), attempt, change.error_code or "", used)
    return table


def _used(usage: Mapping[str, float]) -> str:
    """Write what an attempt used up, such as `audio seconds 12.5`."""
    return ", ".join(f"{resource.replace('_', ' ')} {amount:,.10g}" for resource, amount in usage.items())


def _costs(calls: Sequence[Call]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for call in calls:
        tokens = f"{call.input_tokens} in, {call.output_tokens} out"
        if call.reasoning_tokens:
            tokens += f", {call.reasoning_tokens} of them reasoning"
        table.add_row(call.task, call.deployment, tokens, f"${call.cost_usd_micros / 1_000_000:.6f}")
    return table
