"""What a person sees: each step as it begins and ends, on standard error; standard output is the result's."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape

_LOG_WIDTH = 140


def _width() -> int | None:
    """Return the terminal's own width; a log, such as a workflow's, is wider than rich believes."""
    return None if sys.stderr.isatty() else _LOG_WIDTH


@dataclass
class Progress:
    """The steps of one call."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, width=_width()))
    steps: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show a step, how it ended and how long it took."""
        began = time.monotonic()
        self.console.print(f"[bold]…[/] {escape(name)}")
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            took = time.monotonic() - began
            sign = "[green]✓[/]" if outcome == "done" else "[red]✗[/]"
            self.console.print(f"{sign} {escape(name)} [dim]{took:.1f} s[/]")
            self.steps.append({"step": name, "outcome": outcome, "seconds": round(took, 1)})

    def say(self, text: str) -> None:
        """Add a line to the step."""
        self.console.print(f"  {escape(text)}")

    def show(self, renderable: Any) -> None:
        """Show a table."""
        self.console.print(renderable)
