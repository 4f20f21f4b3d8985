"""Addresses that strangers may not make us connect to, and names whose addresses are mixed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.errors import ForbiddenUrlError, NetworkError
from shared.fetching.addresses import is_public, vetted

REFUSED = (
    # IPv4: own machine, own network, link-local, metadata, platform, carrier, tests, multicast, reserved
    *("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1"),  # noqa: S104 - nothing is bound
    *("172.31.255.255", "192.168.0.1", "192.168.255.255", "169.254.169.254", "169.254.170.2", "169.254.0.1"),
    *("168.63.129.16", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.192", "192.0.2.1"),
    *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "192.88.99.1", "192.31.196.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.175.48.1", "192.52.193.1"),
    # IPv6: the same, and whatever carries IPv4
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1"),
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::ffff:100.100.100.200"),
    *("::127.0.0.1", "::8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"),
    *("2002:a9fe:a9fe::", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1"),
    *("5f00::1", "100::1", "2001:10::1", "2001:20::1", "2620:4f:8000::1", "3ffe::1", "fd12:3456:789a::1"),
    *("2606:4700::5efe:a00:1", "2606:4700::200:5efe:a9fe:a9fe", "2606:4700::1111%1"),
    # what is no address at all
    *("", " 8.8.8.8", "8.8.8.8 ", "127.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "8.8.8"),
    *("8.8.8.8.8", "256.1.1.1", "①②⑦.⓪.⓪.①", "8.8.8.8\0", "localhost", "[::1]", "01.1.1.1", "8.8.8.8/32"),
)
ALLOWED = (
    *("8.8.8.8", "1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1"),
    *("168.63.129.17", "169.253.255.255", "223.255.255.255", "11.0.0.1", "128.0.0.1", "192.0.1.1"),
    *("2606:4700::1111", "2a00:1450:4001:80e::200e", "2001:4860:4860::8888", "2600:1f18::1"),
)


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_not_the_public_internets(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_addresses_of_the_public_internet(address: str) -> None:
    assert is_public(address)


def _answers(*addresses: str) -> object:
    async def lookup(host: str, port: int) -> Sequence[str]:
        del host, port
        return addresses

    return lookup


@pytest.mark.parametrize(
    "addresses",
    [
        ("8.8.8.8", "127.0.0.1"),
        ("10.0.0.1", "8.8.8.8"),
        ("2606:4700::1111", "::1"),
        ("8.8.8.8", "fe80::1%2"),
        tuple(f"8.8.{n}.8" for n in range(65)),
    ],
)
async def test_one_private_address_spoils_a_name(addresses: tuple[str, ...]) -> None:
    """A public address beside it is what rebinding looks like."""
    with pytest.raises(ForbiddenUrlError):
        await vetted("cdn.example.com", 443, lookup=_answers(*addresses))  # type: ignore[arg-type]  # a lookup


async def test_each_address_is_kept_once_in_the_order_of_the_answer() -> None:
    found = await vetted("cdn.example.com", 443, lookup=_answers("8.8.8.8", "1.1.1.1", "8.8.8.8"))  # type: ignore[arg-type]  # a lookup
    assert found == ("8.8.8.8", "1.1.1.1")


async def test_a_name_without_an_address_may_have_one_later() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        del host, port
        raise OSError("no such name")

    for lookup in (_answers(), unknown):
        with pytest.raises(NetworkError):
            await vetted("cdn.example.com", 443, lookup=lookup)  # type: ignore[arg-type]  # a lookup
