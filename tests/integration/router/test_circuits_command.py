"""`python -m infra.local circuits`: what an operator sees of the workers' circuits, and does to them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from infra.local.cli import main
from infra.local.process import free_port
from shared.ai.failures import ModelFailure
from shared.ai.redis_circuits import RedisBreakerStore
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock

NAME, OTHER = "DeepSeek-V3.2", "Mistral-Large-3"


async def _open(redis_url: str) -> None:
    """Let a worker find out that one deployment is gone, and another busy."""
    link = RedisLink(redis_url, timeout_seconds=5)
    store = RedisBreakerStore(link, SystemClock())
    await store.open(NAME, ModelFailure.GONE, seconds=3600)
    await store.open(OTHER, ModelFailure.RATE_LIMITED, seconds=30)
    await link.close()


@pytest.fixture
def circuits(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two open circuits, in a database of Redis that no other test uses."""
    url = redis_url.removesuffix("/0") + "/7"
    monkeypatch.setenv("REDIS_URL", url)
    asyncio.run(_open(url))
    yield
    _run("--reset-all")


def _run(*arguments: str) -> tuple[int, str]:
    shown = io.StringIO()
    status = main(["circuits", *arguments], Console(file=shown, width=120))
    return status, shown.getvalue()


@pytest.mark.usefixtures("circuits")
def test_open_circuits_are_shown_with_their_causes() -> None:
    """And with the time until a call is let through."""
    status, shown = _run()
    assert status == 0
    assert NAME in shown
    assert "gone" in shown
    assert "rate limited" in shown


@pytest.mark.usefixtures("circuits")
def test_a_repaired_deployment_is_asked_again() -> None:
    """That one, and no other."""
    status, shown = _run("--reset", NAME)
    assert (status, NAME in shown, OTHER in shown) == (0, False, True)
    assert _run("--reset-all") == (0, "All circuits are closed.\n")
    status, shown = _run("--reset", NAME)
    assert (status, "Nothing is known against" in shown) == (1, True)


def test_without_redis_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """And which setting to look at."""
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    status, shown = _run()
    assert (status, "REDIS_URL" in shown) == (1, True)
