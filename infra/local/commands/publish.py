"""`publish`: send a job as the front end does, and wait for its end if asked to."""

from __future__ import annotations

import argparse
import os
from typing import Any

from rich.console import Console
from rich.text import Text

from infra.local.environment import Environment
from infra.local.publishing import publisher
from infra.local.records import reading
from infra.local.uploads import Bucket
from infra.local.view import error_view, result_view, state_text

_WAIT_SECONDS = 120.0


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Publish one job; with `--wait`, 0 means that it completed."""
    environment = Environment(os.environ)
    payload = payload_of(arguments)
    if arguments.file is not None:
        payload["videoUrl"] = Bucket(environment).upload(arguments.file, creator_id=arguments.creator)
    with publisher(environment["SERVICEBUS_CONNECTION"]) as sender:
        job_id = sender.publish(arguments.job_type, arguments.creator, payload)
    console.print(Text(job_id), soft_wrap=True)
    return _wait(environment, job_id, console) if arguments.wait else 0


def payload_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the job's payload: the JSON given, with what the other options say on top."""
    payload: dict[str, Any] = dict(arguments.payload or {})
    if arguments.message is not None:
        payload["fanMessage"] = arguments.message
    context = {"fanName": arguments.fan_name, "tier": arguments.tier, "persona": arguments.persona}
    if given := {name: value for name, value in context.items() if value is not None}:
        payload["context"] = {**payload.get("context", {}), **given}
    return payload


def _wait(environment: Environment, job_id: str, console: Console) -> int:
    job = None
    with reading(environment["DATABASE_URL"]) as records, console.status("waiting for a worker"):
        for jobs in records.until_ended([job_id], timeout_seconds=_WAIT_SECONDS):
            job = jobs.get(job_id)
    if job is None or not job.ended:
        console.print(f"It has not ended after {_WAIT_SECONDS:g} seconds.", style="bold red")
        return 1
    console.print(state_text(job.state))
    simulated = environment.get("AZURE_AI_SIMULATED") == "1"
    console.print(error_view(job) if job.result is None else result_view(job.result, simulated=simulated))
    return 0 if job.state == "completed" else 1
