"""The command: `python -m docs.contracts [--check]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from docs.contracts.generator import stale, write

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Write what is stale, or with `--check` only name it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs.contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    checking = parser.parse_args().check
    found = stale(ROOT)
    if not checking:
        write(found)
    for path in found:
        sys.stdout.write(f"{'stale' if checking else 'written'}: {path.relative_to(ROOT)}\n")
    if checking and found:
        sys.stdout.write("Run `make format` and commit the result.\n")
    return 1 if checking and found else 0


if __name__ == "__main__":
    sys.exit(main())
