"""Run the proof: `python -m proof [--quick] [--seed N] [--publish]`; exits with 1 unless everything held."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, and say whether everything held."""
    from proof.running import OUTPUT, PARTS, publish, run

    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a sample, in under three minutes")
    parser.add_argument("--seed", type=int, default=20_261_125, help="makes a run repeatable (%(default)s)")
    parser.add_argument("--jobs", type=int, help="of the main run: 10,000, or 200")
    parser.add_argument("--kills", type=int, help="of the main run: 320, or 10")
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="only these")
    parser.add_argument(
        "--publish", action="store_true", help="write docs/proof.md from the last run instead"
    )
    parser.add_argument("--output", default=str(OUTPUT), help="where the page goes (%(default)s)")
    chosen = parser.parse_args(arguments)
    return publish(chosen.output) if chosen.publish else run(chosen)


# Child processes import the main module again: it has to be light, and to do nothing.
if __name__ == "__main__":
    sys.exit(main())
