"""HTTP functions and their keys, timers, and the host's own status."""

from typing import Any

import aiohttp
import pytest

pytestmark = pytest.mark.own_broker


async def test_keys_in_a_header_or_in_the_query(sample: Any) -> None:
    """Everything of a request arrives, and everything of a response."""
    async with aiohttp.ClientSession(sample.host.url) as session:
        for headers in ({}, {"x-functions-key": "wrong"}, {"x-functions-key": "é"}):
            async with session.post("/api/echo/7", json={}, headers=headers) as response:
                assert response.status == 401
        headers = {"x-functions-key": sample.host.key}
        async with session.post("/api/echo/7?a=b", json={"c": "é"}, headers=headers) as response:
            assert response.status == 201
            assert response.headers["x-seen"] == "1"
            assert response.content_type == "application/json"
            assert await response.json() == {
                "body": {"c": "é"},
                "route": {"number": "7"},
                "query": {"a": "b"},
            }
        async with session.post(f"/api/echo/7?code={sample.host.key}", json=1) as response:
            assert response.status == 201


async def test_open_missing_and_broken_functions(sample: Any) -> None:
    """ANONYMOUS needs no key; a wrong route or method is 404; a failure is 500 and says nothing."""
    async with aiohttp.ClientSession(sample.host.url) as session:
        async with session.get("/api/open", headers={"x-probe": "yes"}) as response:
            assert (response.status, await response.text()) == (200, "GET yes")
        for method, path in [
            ("GET", "/api/echo/seven"),
            ("POST", "/api/open"),
            ("GET", "/open"),
            ("GET", "/"),
        ]:
            async with session.request(method, path) as response:
                assert response.status == 404
        async with session.get("/api/broken?secret=1") as response:
            assert (response.status, await response.text()) == (500, "")
    assert "secret" not in sample.log()


async def test_the_status_names_what_is_served(sample: Any) -> None:
    """Neither the disabled function nor the one whose setting is missing; the log says which setting."""
    async with (
        aiohttp.ClientSession(sample.host.url) as session,
        session.get("/admin/host/status") as response,
    ):
        status = await response.json()
    assert status["state"] == "Running"
    assert {"complete", "tick", "echo"} <= set(status["functions"])
    assert not {"off", "unset"} & set(status["functions"])
    assert "NO_SUCH_SETTING" in sample.log()


async def test_timers_run_on_the_second(sample: Any, until: Any) -> None:
    """Each second, shortly after it begins."""
    seen = len(sample.marks("tick"))
    await until(lambda: len(sample.marks("tick")) >= seen + 2)
    first, second = sample.marks("tick")[-2:]
    assert 0.5 < second["at"] - first["at"] < 1.5
    assert second["at"] % 1 < 0.5
