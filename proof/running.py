"""The parts in their order, with progress, and the page at the end."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from multiprocessing import forkserver
from pathlib import Path

from rich.console import Console
from rich.table import Table

from proof import gathered, load, main_run, model, page, security, single_faults, summary
from proof.parts import Part, Setting
from proof.targets import verdicts

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / ".local" / "proof"
PUBLISHED = ROOT / "docs" / "proof.md"

#: Each is a part of the page, in this order.
PARTS: Mapping[str, Callable[[Setting], Awaitable[Part]]] = {
    "main": main_run.main_run,
    "orderings": main_run.test_of_the_test,
    "faults": single_faults.single_faults,
    "load": load.load,
    "model": model.model_check,
    "gathered": gathered.gathered,
    "security": security.security,
}
#: What a sample consists of: the other tests of `make test` do the rest.
QUICK = ("main", "orderings")


def run(chosen: argparse.Namespace) -> int:
    """Run the parts, write the page, and say whether everything held."""
    console = Console(stderr=True)
    output = Path(chosen.output)
    done: list[str] = []
    with tempfile.TemporaryDirectory(prefix="huntaze-proof-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o711)  # PostgreSQL's own user passes through it
        logging.basicConfig(filename=directory / "proof.log", level=logging.INFO, force=True)
        _silence_children(directory / "children.log")
        for part in chosen.parts or (QUICK if chosen.quick else PARTS):
            told = _part(part, chosen, directory, console)
            document = page.begun(output, afresh=not chosen.parts and not done)
            done.append(part)
            page.add(document, told, output)
            machine = _machine(chosen, document)
            written = page.write(document, machine, list(PARTS), output)
    console.print(_summary(document))
    console.print(f"The page: {written}")
    return int(not document["good"])


def _silence_children(log: Path) -> None:
    """Let child processes, which are killed in mid-sentence, speak to a file: they inherit these streams."""
    sys.stdout.flush()
    saved = os.dup(1), os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            forkserver.ensure_running()
        finally:
            for number, stream in enumerate(saved, start=1):
                os.dup2(stream, number)
                os.close(stream)


def publish(output: str) -> int:
    """Write the page that is committed from what the last run left."""
    document = page.read(Path(output))
    PUBLISHED.write_text(page.published(document), encoding="utf-8")
    summary.put(ROOT / "README.md", summary.lines(document))
    return 0


def _part(name: str, chosen: argparse.Namespace, directory: Path, console: Console) -> Part:
    began, load = time.monotonic(), os.getloadavg()[0]
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    with console.status(name) as status:

        def tell(text: str) -> None:
            status.update(f"{name}: {text}")

        setting = Setting(
            seed=chosen.seed,
            quick=chosen.quick,
            directory=directory,
            output=Path(chosen.output),
            jobs=chosen.jobs or (200 if chosen.quick else 10_000),
            kills=chosen.kills or (10 if chosen.quick else 320),
            tell=tell,
        )
        part = asyncio.run(_run(name, setting))
    part.seconds = time.monotonic() - began
    part.ran = f"begun {at}, load of the machine {load:.1f} before and {os.getloadavg()[0]:.1f} after"
    shutil.rmtree(directory / name, ignore_errors=True)
    console.print(f"[{'green' if part.good else 'red'}]{part.title}[/]: {part.seconds:.0f} s")
    return part


async def _run(name: str, setting: Setting) -> Part:
    return await PARTS[name](setting)


def _machine(chosen: argparse.Namespace, document: page.Document) -> dict[str, str]:
    seconds = sum(part["seconds"] for part in document["parts"].values())
    return {
        "run": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC") + (" (quick)" if chosen.quick else ""),
        "seed": str(chosen.seed),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "all parts together": f"{seconds / 60:.1f} minutes",
    }


def _summary(document: page.Document) -> Table:
    table = Table("", "measured", "verdict")
    for name, verdict in verdicts(page.promises_of(document)).items():
        if verdict.holds is not None:
            table.add_row(name, verdict.measured, "kept" if verdict.holds else "NOT KEPT")
    return table
