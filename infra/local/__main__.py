"""`python -m infra.local`."""

from __future__ import annotations

import sys

from rich.console import Console

from infra.local.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Console(highlight=False)))
