"""Amazon S3's API, by moto, with one bucket: `python -m infra.local.s3 --port 0`. It keeps nothing."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from infra.local import foreground
from infra.local.process import LOCALHOST, ServiceError, python_module, spawn

BUCKET = "huntaze-content"

#: moto checks no signature, but clients refuse to send a request without one.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-2"}


@contextmanager
def running(directory: Path) -> Iterator[str]:
    """Run the server, and yield its endpoint's URL.

    Args:
        directory: where its log is kept.

    Raises:
        ServiceError: it did not start.
    """
    command = python_module("infra.local.s3", "--port", "0")
    with spawn(command, directory=directory, name="s3") as service:
        yield service.ready["S3_ENDPOINT_URL"]


@contextmanager
def serving(port: int) -> Iterator[Mapping[str, str]]:
    """Serve in a thread of this process."""
    os.environ.update(CREDENTIALS)
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address=LOCALHOST, port=port, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        _create_bucket(port)
        yield {"S3_ENDPOINT_URL": f"http://{LOCALHOST}:{port}", "S3_BUCKET": BUCKET}
    finally:
        server.stop()


def _create_bucket(port: int) -> None:
    connection = HTTPConnection(LOCALHOST, port, timeout=10)
    try:
        connection.request("PUT", f"/{BUCKET}")
        if (status := connection.getresponse().status) >= 400:  # noqa: PLR2004 - HTTP's own limit
            raise ServiceError(f"The bucket could not be created: HTTP status {status}.")
    finally:
        connection.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    foreground.serve(serving(parser.parse_args().port))
