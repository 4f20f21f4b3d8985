"""Sending the sample jobs through the stack, and watching what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from infra.local import mailing
from infra.local.pages.writing import write_page
from infra.local.process import ROOT
from infra.local.publishing import Publisher, publisher
from infra.local.records import Job, reading
from infra.local.samples import SAMPLES, Sample
from infra.local.serving import served_job_types
from infra.local.uploads import Bucket
from infra.local.view import SampleRun, error_view, jobs_table, live, result_view
from shared.clock import SystemClock
from shared.contracts import JobType

#: Far longer than the samples take; short enough for somebody who waits.
_TIMEOUT_SECONDS = 240.0

#: Its service's webhook wakes the job that waits, and the sweep sends it: seconds.
_WORDS_SECONDS = 150.0

#: The mail of a video leaves when its event arrives, or with the timer's next turn.
_MAIL_SECONDS = 40.0
_MAILED = frozenset({JobType.VIDEO_ANALYSIS})

_COMPLETED = "completed"


def run_samples(console: Console, variables: Mapping[str, str], *, host_log: Path, simulated: bool) -> int:
    """Publish the samples of every type of job that the function app serves, and show their way.

    Returns:
        0 if every one completed, else 1.
    """
    served = served_job_types(ROOT, variables)
    samples = [sample for sample in SAMPLES if sample.job_type in served]
    if not samples:
        console.print("The function app serves no type of job that there is a sample for.", style="bold red")
        return 1
    began = time.time()
    if mailing.is_ours(variables):
        mailing.introduce(variables["DATABASE_URL"])
    payloads = [_payload(console, sample, variables, host_log.parent) for sample in samples]
    with publisher(variables["SERVICEBUS_CONNECTION"]) as sender:
        runs = [_publish(sender, *each) for each in zip(samples, payloads, strict=True)]
        jobs = _watch(console, variables["DATABASE_URL"], runs, simulated=simulated)
        jobs = _with_words(console, variables["DATABASE_URL"], jobs)
        for run in runs:
            if job := jobs.get(run.job_id):
                _print_job(console, run, job, simulated=simulated)
                _print_page(console, run, job, variables, host_log.parent, simulated=simulated)
        if mailing.is_ours(variables) and any(run.sample.job_type in _MAILED for run in runs):
            _print_mails(console, host_log.parent / "mails", began)
        return _verdict(console, runs, jobs, host_log)


def _payload(
    console: Console, sample: Sample, variables: Mapping[str, str], directory: Path
) -> Mapping[str, Any]:
    """Return a sample's payload; its file is made, at the first run, and uploaded before."""
    if sample.file is None:
        return sample.payload
    with console.status(f"making and uploading the file of {sample.title}"):
        url = Bucket(variables).upload(sample.file(directory), creator_id=sample.creator_id)
    return {**sample.payload, sample.url_field: url}


def _publish(sender: Publisher, sample: Sample, payload: Mapping[str, Any]) -> SampleRun:
    published_at = SystemClock().now()
    job_id = sender.publish(sample.job_type, sample.creator_id, payload)
    return SampleRun(sample=sample, job_id=job_id, published_at=published_at)


def _watch(
    console: Console, database_url: str, runs: Sequence[SampleRun], *, simulated: bool
) -> Mapping[str, Job]:
    """Draw the jobs until all have ended, and return them."""
    jobs: Mapping[str, Job] = {}
    with reading(database_url) as records, live(console, jobs_table(runs, jobs, simulated=simulated)) as view:
        for jobs in records.until_ended([run.job_id for run in runs], timeout_seconds=_TIMEOUT_SECONDS):
            view.update(jobs_table(runs, jobs, simulated=simulated))
    return jobs


def _with_words(console: Console, database_url: str, jobs: Mapping[str, Job]) -> Mapping[str, Job]:
    """Wait for the transcripts that follow their videos, and return the jobs as they are then."""
    waiting = [job_id for job_id, job in jobs.items() if _waits_for_words(job)]
    until = time.monotonic() + _WORDS_SECONDS
    with reading(database_url) as records, console.status("waiting for what is said in the video"):
        while waiting and time.monotonic() < until:
            time.sleep(0.2)
            jobs = {**jobs, **records.jobs(waiting)}
            waiting = [job_id for job_id in waiting if _waits_for_words(jobs[job_id])]
    return jobs


def _waits_for_words(job: Job) -> bool:
    transcript = (job.result or {}).get("transcript") or {}
    return transcript.get("status") == "pending"


def _print_job(console: Console, run: SampleRun, job: Job, *, simulated: bool) -> None:
    head = Text.assemble((run.sample.title, "bold"), (f"  {job.job_id}", "dim"))
    console.print(head, soft_wrap=True)
    body = error_view(job) if job.result is None else result_view(job.result, simulated=simulated)
    console.print(Padding(body, (0, 0, 1, 2)))


def _print_page(
    console: Console,
    run: SampleRun,
    job: Job,
    variables: Mapping[str, str],
    directory: Path,
    *,
    simulated: bool,
) -> None:
    """Write a video's page and say where it is."""
    if run.sample.file is None:
        return
    fetch = Bucket(variables).fetch
    if page := write_page(job, directory, fetch, title=run.sample.title, simulated=simulated):
        console.print(Text.assemble(("  as a page: ", "dim"), str(page)), soft_wrap=True)
        console.line()


def _print_mails(console: Console, mails: Path, began: float) -> None:
    """Show what creators were told by mail; what is gathered comes a quarter of an hour later."""
    found = mailing.arrived(mails, since=began, within_seconds=_MAIL_SECONDS)
    for mail in found:
        head = Text.assemble(
            ("mail to ", "dim"), str(mail["To"]), ("  ", "dim"), (str(mail["Subject"]), "bold")
        )
        console.print(head, soft_wrap=True)
    if found:
        console.print(Text(f"  all of it: {mails}", style="dim"), soft_wrap=True)
        console.line()


def _verdict(console: Console, runs: Sequence[SampleRun], jobs: Mapping[str, Job], host_log: Path) -> int:
    incomplete = [run for run in runs if run.job_id not in jobs or jobs[run.job_id].state != _COMPLETED]
    if not incomplete:
        console.print(f"All {len(runs)} sample jobs completed.", style="green")
        console.print()
        return 0
    for run in incomplete:
        state = jobs[run.job_id].state if run.job_id in jobs else "never seen by a worker"
        console.print(f"{run.sample.job_type} {run.job_id} did not complete: {state}.", style="bold red")
    console.print(Text(f"The functions host's log may say more: {host_log}"), soft_wrap=True)
    return 1
