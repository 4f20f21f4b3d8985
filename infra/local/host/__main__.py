"""Serve a function app: `python -m infra.local.host --root . --port 0`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.host import app_settings
from infra.local.host.errors import HostError, WorkerStoppedError
from infra.local.host.indexing import load_app
from infra.local.host.logs import LineHandler
from infra.local.host.options import read_document
from infra.local.host.serving import KEY_SETTING, Listening, serve

_CONFIGURATION_STATUS = 78  # EX_CONFIG of sysexits.h
#: Set for the process that replaces one whose worker stopped: READY has been said already.
_RESTARTED = "INFRA_LOCAL_HOST_RESTARTED"


def main() -> int:
    """Serve until SIGTERM or SIGINT, and return the exit status."""
    arguments = _arguments()
    logging.basicConfig(handlers=[LineHandler()], level=arguments.log_level)
    logging.getLogger("azure").setLevel(logging.WARNING)
    runner = _Runner(arguments.root.resolve(), arguments.port, arguments.log_level)
    try:
        asyncio.run(runner.run())
    except HostError as error:
        sys.stderr.write(f"{error}\n")
        return _CONFIGURATION_STATUS
    except WorkerStoppedError:
        runner.replace_process()
    return 0


class _Runner:
    """This process's run of the host."""

    def __init__(self, root: Path, port: int, log_level: str) -> None:
        self._root = root
        self._log_level = log_level
        self._port = port

    async def run(self) -> None:
        """Serve until a signal asks to end."""
        settings = _settings(self._root)
        app = load_app(self._root, settings)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve(
            app, read_document(self._root), settings, stop=stop, ready=self._announce, port=self._port
        )

    def replace_process(self) -> None:
        """Start over on the same port, as the platform starts a new worker."""
        os.environ[_RESTARTED] = "1"
        module = ["-m", "infra.local.host", "--root", str(self._root), "--port", str(self._port)]
        module += ["--log-level", self._log_level]
        os.execv(sys.executable, [sys.executable, *module])  # noqa: S606 - the same program again

    def _announce(self, listening: Listening) -> None:
        os.environ[KEY_SETTING] = listening.key
        self._port = int(listening.url.rsplit(":", 1)[1])
        if _RESTARTED not in os.environ:
            ready = {"FUNCTIONS_URL": listening.url, KEY_SETTING: listening.key}
            sys.stdout.write(f"READY {json.dumps(ready)}\n")
            sys.stdout.flush()


def _settings(root: Path) -> Mapping[str, str]:
    """Put local values into the environment, as Core Tools do, and return all settings."""
    for name, value in app_settings.local_values(root).items():
        os.environ.setdefault(name, value)
    return dict(os.environ)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m infra.local.host", description=__doc__)
    parser.add_argument(
        "--root", type=Path, default=Path(), help="the folder of function_app.py (%(default)s)"
    )
    parser.add_argument("--port", type=int, default=7071, help="0 picks a free one (%(default)s)")
    parser.add_argument("--log-level", default="INFO", help="of the host and the app (%(default)s)")
    return parser.parse_args()


def _exit(status: int) -> None:
    """End at once: a function that still runs in a thread can't be ended, and Python would wait for it."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    _exit(main())
