"""Whether the app can work: every service is asked, none for long, and nothing of it leaks."""

from __future__ import annotations

import asyncio

from shared.health.checking import FRESH_SECONDS, Checks, Service, Standing
from tests.virtual_time import LoopClock, in_virtual_time


async def _fine() -> None:
    """Answer at once."""


async def _broken() -> None:
    raise ConnectionError("postgresql://somebody:secret@host")


async def _silent() -> None:
    await asyncio.sleep(3_600)


@in_virtual_time
async def test_all_are_asked_at_once_and_none_for_long() -> None:
    services = {f"service-{n}": Service(probe=_silent, essential=False) for n in range(5)}
    clock = LoopClock()
    found = await Checks(services, clock).look()
    assert clock.monotonic() < 2.5
    assert found.standing is Standing.DEGRADED
    assert {answer.problem for answer in found.services.values()} == {"timeout"}


@in_virtual_time
async def test_only_an_essential_service_stops_the_work() -> None:
    def standing(**services: Service) -> Checks:
        return Checks(services, LoopClock())

    fine, broken = Service(probe=_fine, essential=True), Service(probe=_broken, essential=False)
    assert (await standing(a=fine).look()).standing is Standing.READY
    assert (await standing(a=fine, b=broken).look()).standing is Standing.DEGRADED
    essential = Service(probe=_broken, essential=True)
    found = await standing(a=fine, b=broken, c=essential).look()
    assert found.standing is Standing.NOT_READY
    assert found.services["c"].problem == "ConnectionError"
    assert "secret" not in str(found)


@in_virtual_time
async def test_whoever_asks_often_is_told_what_was_found_a_moment_ago() -> None:
    asked = 0

    async def count() -> None:
        nonlocal asked
        asked += 1

    checks = Checks({"a": Service(probe=count, essential=True)}, LoopClock())
    await asyncio.gather(*(checks.look() for _ in range(50)))
    assert asked == 1
    await asyncio.sleep(FRESH_SECONDS + 1)
    await checks.look()
    assert asked == 2
