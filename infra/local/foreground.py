"""Running one of our services in the foreground: say READY, wait to be asked to stop, end with status 0."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any


def serve(service: AbstractContextManager[Mapping[str, Any]]) -> None:
    """Hold a service that works in threads of its own open until SIGTERM or SIGINT.

    Args:
        service: starts it, yields what its clients need to know, and stops it.
    """
    stop = {signal.SIGTERM, signal.SIGINT}
    # Blocked before a thread starts, since threads inherit the mask: the signal waits for us alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    with service as ready:
        sys.stdout.write(f"READY {json.dumps(ready)}\n")
        sys.stdout.flush()
        signal.sigwait(stop)
