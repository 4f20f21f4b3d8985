"""Where letters may lead: to the front end, and to the one page that ends them."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlencode, urlsplit

from shared.errors import ConfigurationError

_LOCAL = frozenset({"localhost", "127.0.0.1"})
_MAX_TOKEN_CHARACTERS = 400


@dataclass(frozen=True, kw_only=True)
class FrontEnd:
    """The front end's addresses; without a root, letters have no links to it.

    Raises:
        ConfigurationError: the root is no `https://` address.
    """

    root: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.root)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
        if self.root and not (safe and parts.hostname and not parts.query and not parts.username):
            raise ConfigurationError("MAIL_FRONT_END_URL has to be an https:// address.")

    @property
    def home(self) -> str:
        """Where everything begins."""
        return self.root.rstrip("/")

    @property
    def settings(self) -> str:
        """Where a creator says what to hear of."""
        return f"{self.home}/settings/notifications" if self.root else ""

    def job(self, job_id: str) -> str:
        """Where a job's result is shown."""
        return f"{self.home}/jobs/{quote(job_id, safe='')}" if self.root else ""


class UnsubscribeLinks:
    """Links that unsubscribe one creator and can't be made for another.

    They never expire: mail is opened years later, and the law wants them to work. Whoever has one can do
    nothing with it but stop mail.

    Args:
        secrets: the first signs, each is believed: one is retired by putting a new one before it.
        functions_url: where this app is reached.
    """

    def __init__(self, secrets: Sequence[bytes], functions_url: str) -> None:
        self._secrets = secrets
        self._functions_url = functions_url.rstrip("/")

    def url(self, creator_id: str, language: str) -> str:
        """Return where this creator unsubscribes."""
        query = urlencode({"token": self.token(creator_id), "lang": language})
        return f"{self._functions_url}/api/unsubscribe?{query}"

    def token(self, creator_id: str) -> str:
        """Return what proves that we wrote to this creator."""
        return f"v1.{_encoded(creator_id.encode())}.{_encoded(_signature(self._secrets[0], creator_id))}"

    def creator(self, token: str) -> str | None:
        """Return whose token it is; `None` if we never gave it to anybody."""
        version, _, rest = token[:_MAX_TOKEN_CHARACTERS].partition(".")
        name, _, signature = rest.partition(".")
        try:
            creator_id, given = _decoded(name).decode(), _decoded(signature)
        except (ValueError, binascii.Error):
            return None
        known = any(hmac.compare_digest(_signature(secret, creator_id), given) for secret in self._secrets)
        return creator_id if known and version == "v1" else None


def _signature(secret: bytes, creator_id: str) -> bytes:
    return hmac.new(secret, b"unsubscribe\0" + creator_id.encode(), sha256).digest()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
