"""Tables in Markdown, and the marked regions of pages that hold them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

_REGION = re.compile(
    r"(?P<open><!-- generated:(?P<name>[a-z-]+) -->\n).*?(?P<close><!-- /generated -->)", re.DOTALL
)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; a bar within a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def code(value: object) -> str:
    """Return a value as code."""
    return f"`{value}`"


def filled(page: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """Return a page with each region `<!-- generated:NAME -->` … `<!-- /generated -->` filled anew.

    Raises:
        KeyError: a region names a table that does not exist.
    """
    return _REGION.sub(lambda region: f"{region['open']}{tables[region['name']]()}{region['close']}", page)
