"""`python -m infra.local`."""

from __future__ import annotations

import sys

from rich.console import Console

from infra.local.cli import main

#: A file or a pipe has no width of its own: tables get what they need.
_WIDE = 120

if __name__ == "__main__":
    width = None if sys.stdout.isatty() else _WIDE
    sys.exit(main(sys.argv[1:], Console(highlight=False, width=width)))
