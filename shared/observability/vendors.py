"""Keeping libraries' logs free of URLs, headers and bodies."""

from __future__ import annotations

import logging

#: Below WARNING these write request URLs, headers and AMQP frames, messages' bodies included.
_TALKATIVE = ("azure", "httpx", "httpcore", "aiohttp", "psycopg")


def quiet_vendors() -> None:
    """Let libraries speak of trouble only, whatever level the app logs at."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
