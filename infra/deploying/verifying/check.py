"""One thing that was looked at, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from infra.deploying.stopping import StopError


@dataclass(frozen=True, kw_only=True)
class Check:
    """What was found; without problems, it is as it should be."""

    area: str
    name: str
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is as it should be."""
        return not self.problems


#: Yields the problems of what its check looks at.
Look = Callable[[], Iterable[str]]


def look(area: str, name: str, finder: Look) -> Check:
    """Look at one thing; that it can't be looked at is a problem, too."""
    try:
        problems = tuple(finder())
    except StopError as error:
        problems = (str(error),)
    return Check(area=area, name=name, problems=problems)


def table(checks: Iterable[Check]) -> Table:
    """Show what was looked at."""
    shown = Table(title="Verification", title_justify="left", title_style="bold")
    for column in ("", "where", "what", "problem"):
        shown.add_column(column, overflow="fold")
    for check in checks:
        sign = "[green]✓[/]" if check.holds else "[red]✗[/]"
        shown.add_row(sign, check.area, check.name, "\n".join(check.problems))
    return shown


def as_json(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """Return the same for a program."""
    return [{**asdict(check), "holds": check.holds} for check in checks]


def differences(what: str, wanted: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    """Yield what is missing and what should not be there."""
    expected, present = set(wanted), set(found)
    if absent := expected - present:
        yield f"{what} missing: {', '.join(sorted(absent))}"
    if extra := present - expected:
        yield f"{what} not ours: {', '.join(sorted(extra))}"
