"""Where a Redis is, read from its URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from shared.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

_SCHEMES = frozenset({"redis", "rediss", "unix"})
_PORT = 6379


@dataclass(frozen=True, kw_only=True)
class RedisAddress:
    """Where to connect, and what to say first."""

    host: str
    port: int
    #: A socket of this machine's, in place of host and port.
    path: str | None = None
    tls: bool = False
    #: The server's certificate is not looked at: for a stack of one's own.
    tls_unchecked: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    database: int = 0

    @classmethod
    def of(cls, url: str) -> RedisAddress:
        """Read a `redis://`, `rediss://` or `unix://` URL, as redis-py does.

        Raises:
            ConfigurationError: it is none; the message does not quote it, for it may hold a password.
        """
        try:
            address = _address(urlsplit(url))
        except ValueError:  # the port, or the database, is no number
            address = None
        if address is None:
            raise ConfigurationError("REDIS_URL must be a redis:// or rediss:// URL.")
        return address

    @property
    def greeting(self) -> Sequence[tuple[str | int, ...]]:
        """The commands with which a connection begins; a server without passwords hears none."""
        auth = ("AUTH", *filter(None, (self.username, self.password)))
        select = ("SELECT", self.database)
        return [*([auth] if self.password else []), *([select] if self.database else [])]

    def tls_context(self) -> ssl.SSLContext | None:
        """Return how to encrypt; `None` is not at all."""
        if not self.tls:
            return None
        import ssl

        context = ssl.create_default_context()
        if self.tls_unchecked:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


def _address(parts: SplitResult) -> RedisAddress | None:
    if parts.scheme not in _SCHEMES or parts.port == 0:
        return None
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    is_socket = parts.scheme == "unix"
    database = query.get("db") or ("" if is_socket else parts.path.strip("/"))
    return RedisAddress(
        host=parts.hostname or "localhost",
        port=parts.port or _PORT,
        path=unquote(parts.path) if is_socket else None,
        tls=parts.scheme == "rediss",
        tls_unchecked=query.get("ssl_cert_reqs") == "none",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=int(database or 0),
    )
