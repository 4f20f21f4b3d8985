"""Take pictures: `python -m infra.local.pictures [NAME …]`, all of them without a name."""

from __future__ import annotations

import argparse
import pkgutil
import sys
from importlib import import_module

from infra.local.pictures import subjects
from infra.local.pictures.camera import Camera
from infra.local.process import ROOT
from shared.errors import HuntazeError

_IMAGES = ROOT / "docs" / "images"


def main() -> int:
    """Take what is asked for and return the exit status."""
    known = sorted(module.name for module in pkgutil.iter_modules(subjects.__path__))
    parser = argparse.ArgumentParser(prog="python -m infra.local.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*known, []], help=", ".join(known))
    _IMAGES.mkdir(exist_ok=True)
    for name in parser.parse_args().names or known:
        target = _IMAGES / f"{name.replace('_', '-')}.png"
        try:
            import_module(f"{subjects.__name__}.{name}").take(Camera(), target)
        except HuntazeError as error:
            sys.stderr.write(f"{error.message}\n")
            return 1
        sys.stdout.write(f"written: {target.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
