"""The command line: `python -m infra.local up | publish | events | live | explain | circuits | jobs`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.text import Text

from shared.ai.port import Complexity, Role, Thrift
from shared.contracts import JobType
from shared.errors import HuntazeError


def main(argv: Sequence[str], console: Console) -> int:
    """Run a command and return its exit status."""
    arguments = parser().parse_args(argv)
    try:
        command = import_module(f"infra.local.commands.{arguments.command}")
        status: int = command.run(arguments, console)
    except HuntazeError as error:
        console.print(Text(error.message, style="bold red"))
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    top = argparse.ArgumentParser(prog="python -m infra.local", description="The embedded stack.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="start everything, send sample jobs, and stay until Ctrl-C")
    up.add_argument("--once", action="store_true", help="end after the samples; 0 only if all completed")

    publish = commands.add_parser("publish", help="send a job as the front end does")
    publish.add_argument("job_type", metavar="JOB_TYPE", help=", ".join(JobType))
    publish.add_argument("--message", help="what the fan wrote")
    publish.add_argument("--creator", default="123", metavar="ID", help="the creator's id (%(default)s)")
    publish.add_argument("--fan-name", metavar="NAME")
    publish.add_argument("--tier", help="the fan's tier, such as new, regular or vip")
    publish.add_argument("--persona", help="how the creator wants to sound")
    publish.add_argument("--payload", type=_json_object, metavar="JSON", help="the rest of the payload")
    publish.add_argument("--file", type=Path, metavar="PATH", help="a video to upload first")
    publish.add_argument("--wait", action="store_true", help="wait for the end and show the result")

    events = commands.add_parser("events", help="follow what the workers announce; takes it from nobody")
    events.add_argument("--no-follow", action="store_true", help="show what there is, and end")
    events.add_argument("--json", action="store_true", help="one event a line, as it was sent")

    explain = commands.add_parser("explain", help="show which models a request would be sent to, and why")
    explain.add_argument("--task", default="chat.suggest", metavar="TASK", help="default: %(default)s")
    explain.add_argument("--message", default="What are you doing tonight?", help="what the request is about")
    explain.add_argument("--language", metavar="TAG", help="the answer's, such as en or pt-BR")
    explain.add_argument("--images", type=int, default=0, metavar="N", help="pictures that go with it")
    explain.add_argument("--role", choices=list(Role), help="instead of the task's own")
    explain.add_argument("--complexity", choices=list(Complexity), help="instead of finding out")
    explain.add_argument("--thrift", choices=[rung.name.lower() for rung in Thrift], default="none")
    explain.add_argument("--left", type=int, metavar="USD_MICROS", help="the money that is left for it")
    explain.add_argument(
        "--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help="decides who is retired"
    )

    circuits = commands.add_parser("circuits", help="show which deployments are left alone; close a circuit")
    circuits.add_argument("--reset", action="append", metavar="DEPLOYMENT", help="it has been repaired")
    circuits.add_argument("--reset-all", action="store_true", help="all have")

    live = commands.add_parser("live", help="a link to the page of a creator's jobs as they happen")
    live.add_argument("--creator", default="123", metavar="ID", help="the creator's id (%(default)s)")
    live.add_argument("--token", action="store_true", help="the creator's token alone")

    jobs = commands.add_parser("jobs", help="show a job: state, history, cost, result or error")
    jobs.add_argument("job_id", metavar="JOB_ID")
    return top


def _json_object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("not a JSON object")
    return value
