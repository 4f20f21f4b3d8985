"""`python -m infra.local.clips`: write a clip, and say on standard output what is in it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.local.clips.making import make_clip
from infra.local.clips.styles import STYLES, Sound


def main(arguments: Sequence[str]) -> int:
    """Run the command; progress goes to standard error."""
    from rich.console import Console
    from rich.progress import Progress

    options = _parser().parse_args(arguments)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"{options.style}, seed {options.seed}", total=1.0)
        truth = make_clip(
            options.output,
            STYLES[options.style],
            seed=options.seed,
            seconds=options.seconds,
            width=options.size[0],
            height=options.size[1],
            sound=Sound(options.sound),
            progress=lambda done: bar.update(task, completed=done),
        )
    sys.stdout.write(truth.to_json() + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.clips", description=__doc__)
    parser.add_argument("--style", choices=sorted(STYLES), default="phone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--size", type=_size, default=(1080, 1920), metavar="WIDTHxHEIGHT", help="as shown")
    parser.add_argument("--sound", choices=[str(sound) for sound in Sound], default=str(Sound.SPEECH))
    parser.add_argument("-o", "--output", type=Path, required=True)
    return parser


def _size(text: str) -> tuple[int, int]:
    width, height = (int(part) for part in text.lower().split("x"))
    return width, height


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
