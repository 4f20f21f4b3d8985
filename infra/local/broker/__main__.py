"""`python -m infra.local.broker`: serve a topology until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from pathlib import Path

from infra.local.broker.journal import FileJournal, NoJournal
from infra.local.broker.namespace import Broker
from infra.local.broker.server import LINK_IDLE_SECONDS, Server
from infra.local.broker.topology import load
from shared.clock import SystemClock


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.broker", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument(
        "--topology", type=Path, required=True, help="a file in the emulator's Config.json format"
    )
    parser.add_argument(
        "--log", type=Path, help="append one JSON line per enqueue and settlement to this file"
    )
    parser.add_argument("--link-idle-seconds", type=float, default=LINK_IDLE_SECONDS)
    return parser.parse_args()


def connection_string(host: str, port: int) -> str:
    """Return what the official SDKs need to reach the broker."""
    return (
        f"Endpoint=sb://{host}:{port};SharedAccessKeyName=RootManageSharedAccessKey;"
        "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;"
    )


async def _serve(arguments: argparse.Namespace) -> None:
    topology = load(arguments.topology)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with FileJournal(arguments.log) if arguments.log else contextlib.nullcontext(NoJournal()) as journal:
        broker = Broker(topology, SystemClock(), journal=journal)
        async with Server(broker, link_idle_seconds=arguments.link_idle_seconds) as server:
            port = await server.listen(host=arguments.host, port=arguments.port)
            ready = {"SERVICEBUS_CONNECTION": connection_string(arguments.host, port)}
            sys.stdout.write(f"READY {json.dumps(ready)}\n")
            sys.stdout.flush()
            await stop.wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(_serve(_arguments()))
