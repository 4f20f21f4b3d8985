"""Which addresses strangers may make us connect to: those of the public Internet, and none that hide others.

Python's `is_global` is not enough: it calls Azure's platform address, multicast, the NAT64 prefixes and, by
version, IPv4 inside of IPv6 global. So IPv4 has a list of its own beside it, and of IPv6 only what is
assigned to the public (2000::/3) is allowed, less the parts that tunnel IPv4 or are set aside. Lists: IANA's
special-purpose address registries, and Microsoft's description of 168.63.129.16.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

from shared.errors import ForbiddenUrlError, NetworkError

#: Looks a name up: host and port, to every address.
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

#: More addresses than any honest name has.
MAX_ADDRESSES = 64

_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's platform: DNS, health, and the agent's secrets
        "169.254.0.0/16",  # link-local: metadata, and managed identity's endpoint
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocols; Oracle's metadata
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocols: Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4: IPv4 inside
        "2620:4f:8000::/48",
        "3ffe::/16",  # the 6bone's, given back
        "3fff::/20",
    )
)
#: The lower half of an ISATAP address names an IPv4 address after one of these.
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(address: str) -> bool:
    """Say whether an address is one of the public Internet's.

    Args:
        address: as a resolver returns it; a zone or any other spelling makes it unknown, and not public.
    """
    try:
        v4 = IPv4Address(address)
    except AddressValueError:
        return _is_public_v6(address)
    return v4.is_global and not any(v4 in network for network in _REFUSED_V4)


def _is_public_v6(address: str) -> bool:
    try:
        v6 = IPv6Address(address)
    except AddressValueError:
        return False
    if v6.scope_id is not None or v6 not in _PUBLIC_V6 or not v6.is_global:
        return False
    if (int(v6) >> 32) & 0xFFFFFFFF in _ISATAP:
        return False
    return not any(v6 in network for network in _REFUSED_V6)


async def vetted(
    host: str, port: int, *, lookup: Lookup, allows: Callable[[str], bool] = is_public
) -> Sequence[str]:
    """Return the addresses of a host, for a connection to be made to one of them and to nothing else.

    Args:
        host: a name, already checked as text.
        port: where it is to be connected to.
        lookup: asked once; asking again could get another answer.
        allows: says whether an address may be connected to.

    Raises:
        ForbiddenUrlError: any one of the addresses is not allowed: a name with a private address beside a
            public one is an attack, or a mistake.
        NetworkError: the name has no address now.
    """
    try:
        found = tuple(dict.fromkeys(await lookup(host, port)))
    except (OSError, UnicodeError):
        raise NetworkError("The host's name could not be looked up.") from None
    if not found:
        raise NetworkError("The host's name has no address.")
    if len(found) > MAX_ADDRESSES or not all(allows(address) for address in found):
        raise ForbiddenUrlError("The host is not on the public Internet.")
    return found


def family_of(address: str) -> socket.AddressFamily:
    """Return the address family of an address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET
