"""`python -m infra.local.model_simulator`: simulate Azure AI until told to end."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys

from aiohttp import web

from infra.local.model_simulator.faults import Faults, parse_fault
from infra.local.model_simulator.server import Behaviour, ModelSimulator
from infra.local.process import LOCALHOST
from shared.ai.catalogue import KNOWN

#: No secret: it opens nothing but the simulator.
DEFAULT_KEY = "simulated-key"


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    asyncio.run(_serve(_arguments()))


def _arguments() -> argparse.Namespace:
    names = ",".join(deployment.name for deployment in KNOWN)
    parser = argparse.ArgumentParser(prog="python -m infra.local.model_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--key", default=os.environ.get("MODEL_SIMULATOR_KEY", DEFAULT_KEY))
    parser.add_argument(
        "--latency-ms", type=float, default=float(os.environ.get("MODEL_SIMULATOR_LATENCY_MS", "150"))
    )
    parser.add_argument("--deployments", default=os.environ.get("MODEL_SIMULATOR_DEPLOYMENTS", names))
    parser.add_argument(
        "--fault",
        type=parse_fault,
        action="append",
        default=[parse_fault(text) for text in os.environ.get("MODEL_SIMULATOR_FAULTS", "").split()],
        help="kind[:count[:deployment]], again and again",
    )
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    behaviour = Behaviour(
        key=arguments.key,
        deployments=frozenset(filter(None, arguments.deployments.split(","))),
        latency_ms=arguments.latency_ms,
    )
    application = ModelSimulator(behaviour, Faults(arguments.fault)).application()
    told_to_end = _told_to_end()
    runner = web.AppRunner(
        application,
        access_log=None,
        shutdown_timeout=0.5,
        handler_cancellation=True,  # a call ends when its caller has gone, as Azure's do
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
    ready = {"AZURE_AI_ENDPOINT": f"http://{LOCALHOST}:{port}/models", "AZURE_AI_KEY": key}
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
