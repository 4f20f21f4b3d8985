"""`python -m infra.local.signalr`: serve SignalR until told to end."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import secrets
import signal
import socket
import sys

from aiohttp import web

from infra.local.process import LOCALHOST
from infra.local.signalr.server import SignalRService
from shared.realtime.azure_signalr import SETTING, SignalRAccess


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    parser = argparse.ArgumentParser(prog="python -m infra.local.signalr", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--key", default=secrets.token_urlsafe(32), help="the access key; default: a new one")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.port, arguments.key))


async def _serve(port: int, key: str) -> None:
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    listening = socket.create_server(
        (LOCALHOST, port)
    )  # tokens name the address, so it has to be known first
    url = f"http://{LOCALHOST}:{listening.getsockname()[1]}"
    connection_string = f"Endpoint={url};AccessKey={key};Version=1.0;"
    service = SignalRService(SignalRAccess.parse(connection_string))
    runner = web.AppRunner(service.application(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        sys.stdout.write(f"READY {json.dumps({'SIGNALR_URL': url, SETTING: connection_string})}\n")
        sys.stdout.flush()
        await end.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    main()
