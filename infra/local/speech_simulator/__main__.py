"""`python -m infra.local.speech_simulator`: simulate Azure Speech until told to end."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys

from aiohttp import web

from infra.local.process import LOCALHOST
from infra.local.speech_simulator.server import Behaviour, SpeechSimulator

#: No secret: it opens nothing but the simulator.
DEFAULT_KEY = "simulated-speech-key"
#: Azure takes minutes to hours; whoever tries the stack wants to see the end of it.
DEFAULT_LATENCY_MS = "5000"


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    asyncio.run(_serve(_arguments()))


def _arguments() -> argparse.Namespace:
    latency = os.environ.get("SPEECH_SIMULATOR_LATENCY_MS", DEFAULT_LATENCY_MS)
    parser = argparse.ArgumentParser(prog="python -m infra.local.speech_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--key", default=os.environ.get("SPEECH_SIMULATOR_KEY", DEFAULT_KEY))
    parser.add_argument("--latency-ms", type=float, default=float(latency), help="how long a batch takes")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    simulator = SpeechSimulator(Behaviour(key=arguments.key, latency_ms=arguments.latency_ms))
    told_to_end = _told_to_end()
    runner = web.AppRunner(
        simulator.application(), access_log=None, shutdown_timeout=0.5, handler_cancellation=True
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOCALHOST, arguments.port)
        await site.start()
        _announce(runner.addresses[0][1], arguments.key)
        await told_to_end.wait()
    finally:
        await runner.cleanup()


def _announce(port: int, key: str) -> None:
    ready = {"AZURE_SPEECH_ENDPOINT": f"http://{LOCALHOST}:{port}", "AZURE_SPEECH_KEY": key}
    sys.stdout.write(f"READY {json.dumps(ready)}\n")
    sys.stdout.flush()


def _told_to_end() -> asyncio.Event:
    """Return what SIGTERM and SIGINT set; from now on they end nothing by themselves."""
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    return end


if __name__ == "__main__":
    main()
