"""`python -m infra.local`."""

from __future__ import annotations

import sys

from infra.local.interpreter import go_on_in_own_environment

#: A file or a pipe has no width of its own: tables get what they need.
_WIDE = 120


def _run() -> int:
    from rich.console import Console

    from infra.local.cli import main

    width = None if sys.stdout.isatty() else _WIDE
    return main(sys.argv[1:], Console(highlight=False, width=width))


if __name__ == "__main__":
    go_on_in_own_environment()
    sys.exit(_run())
