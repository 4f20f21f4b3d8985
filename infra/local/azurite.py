"""Azure Blob Storage's API, by Microsoft's Azurite from npm."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from infra.local.process import LOCALHOST, ROOT, ServiceError, accepts_connections, free_port, spawn

#: The account and key that Microsoft publishes for every Azurite.
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_PROGRAM = ROOT / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"


@contextmanager
def running(directory: Path) -> Iterator[str]:
    """Run the blob service with its data in `directory/azurite`, and yield its connection string.

    Args:
        directory: where its data and its log are kept.

    Raises:
        ServiceError: it did not start.
    """
    port = free_port()
    with spawn(
        [*_azurite(), "--blobPort", str(port), "--location", str(directory.absolute() / "azurite")],
        directory=directory,
        name="azurite",
        ready=partial(accepts_connections, port),
    ):
        yield (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};"
            f"BlobEndpoint=http://{LOCALHOST}:{port}/{ACCOUNT};"
        )


def _azurite() -> list[str]:
    node = shutil.which("node")
    if not node or not _PROGRAM.exists():
        raise ServiceError("Azurite is missing: install Node, then run `make setup`.")
    options = ("--blobHost", LOCALHOST, "--silent", "--disableTelemetry", "--skipApiVersionCheck")
    return [node, str(_PROGRAM), *options]
