"""Which URLs are asked at all, told from their text alone: plain https URLs of public names, listed or any.

Whatever two parsers may read differently is refused rather than interpreted: users, ports, backslashes,
control characters, names that are not ASCII, and every spelling of an IP address.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from shared.errors import ConfigurationError, ForbiddenUrlError

MAX_URL_CHARACTERS = 8_192
HTTPS_PORT = 443
#: Where webhooks may listen.
WEBHOOK_PORTS = frozenset({HTTPS_PORT, 8_443})

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?)"
)
_SCHEME_AND_HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE | re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
#: No top-level domain holds a digit; every spelling of an IPv4 address ends with a part that begins with one.
_TOP_LEVEL = re.compile(r"[a-z]{2,63}")
#: Names in other alphabets: what they look like is not what they are.
_PUNYCODE = "xn--"
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost"})
#: RFC 6761, RFC 6762 and common practice: names that lead into somebody's own network.
_PRIVATE_DOMAINS = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion"}
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A URL that may be fetched."""

    url: str
    host: str
    port: int
    #: The operator named this origin on the machine itself: for development.
    local: bool = False


class AllowedHosts:
    """The hosts that may be fetched from, as the operator lists them."""

    def __init__(self, entries: Iterable[str], *, https_port: int = HTTPS_PORT) -> None:
        """Read the list.

        Args:
            entries: `cdn.example.com` for itself, `.example.com` for what is below it, and for development
                `http://127.0.0.1:9000`, which is the only way to anything but https.
            https_port: of every host; another one in tests.

        Raises:
            ConfigurationError: an entry is none of these.
        """
        self._https_port = https_port
        self._hosts: set[str] = set()
        self._suffixes: list[str] = []
        self._local: set[tuple[str, int]] = set()
        for entry in entries:
            self._add(entry.strip().casefold())

    def _add(self, entry: str) -> None:
        if local := _local_origin(entry):
            self._local.add(local)
        elif not _is_public_name(entry.removeprefix(".")):
            raise ConfigurationError("CONTENT_HOSTS holds an entry that is no host's name.")
        elif entry.startswith("."):
            self._suffixes.append(entry)
        else:
            self._hosts.add(entry)

    def target(self, url: str) -> Target:
        """Return what a URL leads to.

        Raises:
            ForbiddenUrlError: it is not understood, or its host is not on the list; never quoted.
        """
        target = _target(url, self._local)
        if not target.local and (target.port != self._https_port or not self._lists(target.host)):
            raise ForbiddenUrlError("The URL leads to a host or port that is not allowed.")
        return target

    def _lists(self, host: str) -> bool:
        return host in self._hosts or any(host.endswith(suffix) for suffix in self._suffixes)


class AnyPublicHost:
    """Every host with a public name, but our own: where creators want to be told."""

    def __init__(
        self,
        *,
        local_origins: Iterable[str] = (),
        own_hosts: Iterable[str] = (),
        https_ports: Iterable[int] = WEBHOOK_PORTS,
    ) -> None:
        """Take what is special.

        Args:
            local_origins: for development, such as `http://127.0.0.1:9000`; all else has to be https.
            own_hosts: our own names, which nobody may make us call.
            https_ports: where hosts may listen; others in tests.

        Raises:
            ConfigurationError: a local origin is none.
        """
        self._own = frozenset(host.casefold() for host in own_hosts)
        self._ports = frozenset(https_ports)
        self._local: set[tuple[str, int]] = set()
        for entry in local_origins:
            if (local := _local_origin(entry.strip().casefold())) is None:
                raise ConfigurationError("WEBHOOK_LOCAL_ORIGINS holds an entry that is no local origin.")
            self._local.add(local)

    def target(self, url: str) -> Target:
        """Return what a URL leads to.

        Raises:
            ForbiddenUrlError: it is not understood, or its host or port is not allowed; never quoted.
        """
        target = _target(url, self._local)
        if not target.local and (target.port not in self._ports or target.host in self._own):
            raise ForbiddenUrlError("The URL leads to a host or port that is not allowed.")
        return target


def _local_origin(entry: str) -> tuple[str, int] | None:
    found = _URL.fullmatch(entry)
    if found and found["scheme"] == "http" and found["host"] in _LOCAL_HOSTS and found["port"]:
        return found["host"], int(found["port"])
    return None


def _target(url: str, local: Container[tuple[str, int]]) -> Target:
    """Return what a plain URL leads to: a public name over https, or a local origin."""
    if len(url) > MAX_URL_CHARACTERS:
        raise ForbiddenUrlError("The URL is too long.")
    found = _URL.fullmatch(_SCHEME_AND_HOST.sub(lambda part: part[0].lower(), url, count=1))
    if found is None:
        raise ForbiddenUrlError("The URL is not a plain https URL.")
    host, secure = found["host"], found["scheme"] == "https"
    port = int(found["port"] or (HTTPS_PORT if secure else 80))
    if not secure and (host, port) in local:
        return Target(url=found[0], host=host, port=port, local=True)
    if not secure:
        raise ForbiddenUrlError("The URL is not a plain https URL.")
    if not _is_public_name(host):
        raise ForbiddenUrlError("The URL leads to a host or port that is not allowed.")
    return Target(url=found[0], host=host, port=port)


def _is_public_name(host: str) -> bool:
    """Say whether a text is the full name of a host on the Internet."""
    labels = host.split(".")
    return (
        len(labels) > 1
        and all(_LABEL.fullmatch(label) and not label.startswith(_PUNYCODE) for label in labels)
        and _TOP_LEVEL.fullmatch(labels[-1]) is not None
        and labels[-1] not in _PRIVATE_DOMAINS
    )
