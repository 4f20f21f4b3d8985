"""`python -m infra.local.control_plane`: stand in for Azure until told to end."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.local.control_plane.certificates import self_signed
from infra.local.control_plane.server import Azure
from infra.local.foreground import serve


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.control_plane", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="for the certificate and the requests")
    serve(_running(parser.parse_args().directory))


@contextmanager
def _running(directory: Path) -> Iterator[Mapping[str, str]]:
    directory.mkdir(parents=True, exist_ok=True)
    certificate = self_signed(directory)
    requests = directory / "requests.jsonl"
    azure = Azure(certificate, requests)
    try:
        yield {"url": azure.url, "certificate": str(certificate), "requests": str(requests)}
    finally:
        azure.close()


if __name__ == "__main__":
    main()
