"""`up`: start the stack, send sample jobs through it, and stay."""

from __future__ import annotations

import argparse
import logging
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Thread

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.local import environment, stack
from infra.local.dead_letter import leave_dead_letter
from infra.local.parts import HOST, SERVICES
from infra.local.process import ROOT
from infra.local.view import StartupView, live
from shared.access.operators import Role

_INTERRUPTED = 128 + signal.SIGINT


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Hold the stack up until it is told to end, or until the samples are done."""
    directory = environment.stack_directory(os.environ)
    _end_on_signals()
    # While the parts start, this process has nothing better to do.
    Thread(target=import_module, args=["infra.local.sampling"], daemon=True).start()
    with environment.locked(directory), _reporting_losses(console):
        try:
            with _starting(console, directory) as variables, environment.published(directory, variables):
                from infra.local.sampling import run_samples

                status = run_samples(
                    console, variables, host_log=directory / "host.log", simulated=_is_simulated()
                )
                if arguments.once:
                    return status
                with suppress(KeyboardInterrupt):  # from here on Ctrl-C is how this ends well
                    _say_what_next(console, directory, variables)
                    Event().wait()
                return 0
        except KeyboardInterrupt:
            console.print("Stopped.", style="dim")
            return _INTERRUPTED


@contextmanager
def _starting(console: Console, directory: Path) -> Iterator[Mapping[str, str]]:
    """Run the stack; its parts are drawn until the last one is up."""
    view = StartupView([*SERVICES, HOST])
    console.print(Text.assemble(("Huntaze workers", "bold"), (" · the embedded stack", "dim")))
    console.line()
    with ExitStack() as everything:
        with live(console, view):
            try:
                variables = everything.enter_context(stack.running(directory, os.environ, view.report))
            except BaseException:
                view.give_up()
                raise
        yield variables


def _is_simulated() -> bool:
    """Whether answers come from our simulator, not from a model of the caller's."""
    return not os.environ.get("AZURE_AI_ENDPOINT")


@contextmanager
def _reporting_losses(console: Console) -> Iterator[None]:
    """Show a part's unexpected end, which nobody else would notice."""

    def show(record: logging.LogRecord) -> bool:
        details = vars(record)
        if details.get("action") == "service_ended":
            what = f"{details['service']} ended by itself with status {details['status']}"
            console.print(Text(f"{what}; its log: {details['log']}", style="bold red"))
        return False

    # A filter is the smallest thing that sees a record; nothing else is to print it into the display.
    logger = logging.getLogger("infra.local.process")
    logger.addFilter(show)
    try:
        yield
    finally:
        logger.removeFilter(show)


def _end_on_signals() -> None:
    """End as on Ctrl-C when asked to terminate, or when the terminal closes; a shell may ignore Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def _say_what_next(console: Console, directory: Path, variables: Mapping[str, str]) -> None:
    command = "python -m infra.local"
    dead = leave_dead_letter(variables) if _is_simulated() else None
    lines = (
        ("send a fan's message", f'{command} publish chat.suggest --message "Hi!" --wait'),
        ("follow the events", f"{command} events"),
        ("look at a job", f"{command} jobs JOB_ID"),
        ("see a creator's jobs live, in a browser", f"{command} live"),
        *([("replay a job that was made to fail", f"{dead}: docs/dead-letters.md")] if dead else ()),
        ("the function app", variables["FUNCTIONS_URL"]),
        ("the operator's console, in a browser", f"{variables['FUNCTIONS_URL']}/api/console"),
        ("the platform's key", variables["FUNCTIONS_KEY"]),
        *(
            (f"an operator's key, as {role}", variables[name])
            for role in Role
            if (name := f"{role.upper()}_KEY") in variables
        ),
        ("the database", f"psql {variables['DATABASE_URL']}"),
        ("addresses for your own programs", f"{_shown(directory)}/stack.env"),
        ("logs, one a part", f"{_shown(directory)}/*.log"),
    )
    table = Table(box=None, show_header=False, padding=(0, 3, 0, 0))
    for what, how in lines:
        table.add_row(Text(what, style="dim"), Text(how))
    console.print(table)
    console.print()
    console.print("Ctrl-C ends everything.", style="dim")


def _shown(directory: Path) -> Path:
    return directory.relative_to(ROOT) if directory.is_relative_to(ROOT) else directory
