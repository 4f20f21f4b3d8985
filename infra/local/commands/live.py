"""`live`: a link to the page on which a creator's jobs are seen as they happen."""

from __future__ import annotations

import argparse
import os
import time
from urllib.parse import urlencode

import jwt
from rich.console import Console

from infra.local.environment import Environment

_TOKEN_SECONDS = 86_400


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the link, with a token in it that holds for a day."""
    stack = Environment(os.environ)
    signed = token(arguments.creator, stack["AUTH_JWT_SECRET"])
    shown = signed if arguments.token else page(stack["SIGNALR_URL"], stack["FUNCTIONS_URL"], signed)
    console.print(shown, soft_wrap=True, highlight=False)
    return 0


def page(signalr_url: str, functions_url: str, signed: str) -> str:
    """Return the page's address for one creator; a fragment never reaches a server's log."""
    return f"{signalr_url}/live#{urlencode({'api': f'{functions_url}/api', 'token': signed})}"


def token(creator_id: str, secret: str, *, seconds: int = _TOKEN_SECONDS) -> str:
    """Sign what the front end would sign for a creator."""
    return jwt.encode({"sub": creator_id, "exp": int(time.time()) + seconds}, secret, algorithm="HS256")
