"""A SignalR service for one machine, in place of Azure SignalR Service in its serverless mode.

Clients speak SignalR's JSON protocol over WebSockets; servers send through version 1 of the service's REST
API. Everybody shows a token that is signed with the access key and meant for the address asked for. Not
served: groups, MessagePack, server-sent events, long polling, and calls from clients to servers.

It also serves a page, `/live`, on which a person sees what the front end would.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.process import python_module, spawn
from shared.realtime.azure_signalr import SETTING


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A running service."""

    #: Without a path; also the origin of its page.
    url: str
    #: For the app.
    connection_string: str


@contextmanager
def running(directory: Path, *, port: int = 0) -> Iterator[Endpoint]:
    """Run the service for as long as the block lasts.

    Raises:
        ServiceError: it did not start.
    """
    with spawn(python_module(__name__, "--port", str(port)), directory=directory, name="signalr") as service:
        yield Endpoint(url=service.ready["SIGNALR_URL"], connection_string=service.ready[SETTING])
