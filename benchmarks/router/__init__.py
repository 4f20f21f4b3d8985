"""The router beside LiteLLM's, OpenAI's SDK and bare aiohttp, on one endpoint that answers at once.

What is compared is CPU time of the client's process for one question; each side has a process of its own, and
they work in turns. LiteLLM's router is set to do what ours does: to cache, to count money, to limit calls and
to fall back. Nothing is retried or left alone on either side, so that each call is what it is called.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.measurement import Measurement, Promise, compare
from benchmarks.router import endpoint
from benchmarks.router.loading import Loading, load
from benchmarks.router.turns import Turn, take_turns
from infra.local import redis

ROUNDS = 11
LOADINGS = 7
#: For each side, enough that a round takes it between a tenth of a second and one.
QUESTIONS = {
    "hit": 4000,
    "hit in Redis": 1000,
    "miss": 600,
    "miss in Redis": 300,
    "fallback": 300,
    "transport": 600,
    "aiohttp": 1000,
    "openai": 250,
    "LiteLLM hit": 150,
    "LiteLLM hit in Redis": 100,
    "LiteLLM miss in Redis": 60,
    "LiteLLM miss": 80,
    "LiteLLM fallback": 50,
}

HIT_CPU_MS = 0.2
ADDED_CPU_MS = 0.5
LITELLM_RATIO = 0.1
IMPORT_CPU_MS = 300.0
RSS_MIB = 60.0

_LITELLM = "LiteLLM's Router"
_CPU = "CPU ms"


def measure() -> Iterator[Measurement]:
    """Measure calls in turns, then what it takes to load each side."""
    with tempfile.TemporaryDirectory(prefix="huntaze-bench-") as name:
        directory = Path(name)
        with endpoint.running(directory) as url, redis.running(directory) as redis_url:
            yield from _calls(take_turns(QUESTIONS, ROUNDS, url, redis_url))
            yield from _loadings(url, redis_url)


def _calls(turns: Mapping[str, Sequence[Turn]]) -> Iterator[Measurement]:
    cpu = {name: [turn.cpu_ms for turn in found] for name, found in turns.items()}
    added = [ours - bare for ours, bare in zip(cpu["miss"], cpu["transport"], strict=True)]
    added_with_redis = [
        ours - bare for ours, bare in zip(cpu["miss in Redis"], cpu["transport"], strict=True)
    ]
    details = {name: median(turn.wall_ms for turn in found) for name, found in turns.items()}
    ratio = Promise(text=f"ratio ≤ {LITELLM_RATIO}", holds=lambda ratio: ratio <= LITELLM_RATIO)

    yield _beside("hit", cpu["hit"], cpu["LiteLLM hit"], promise=ratio, details={"wall_ms": details})
    yield _beside("miss", cpu["miss"], cpu["LiteLLM miss"], promise=ratio)
    yield _beside("fallback", cpu["fallback"], cpu["LiteLLM fallback"], promise=ratio)
    yield _within("hit, alone", cpu["hit"], HIT_CPU_MS)
    yield _within("miss, beyond its transport", added, ADDED_CPU_MS)
    yield _beside("hit in Redis", cpu["hit in Redis"], cpu["LiteLLM hit in Redis"], promise=ratio)
    yield _beside("miss in Redis", cpu["miss in Redis"], cpu["LiteLLM miss in Redis"], promise=ratio)
    yield _within("miss in Redis, beyond its transport", added_with_redis, ADDED_CPU_MS)
    yield _beside("transport alone", cpu["transport"], cpu["aiohttp"], peer="aiohttp")
    yield _beside("miss", cpu["miss"], cpu["aiohttp"], peer="aiohttp")
    yield _beside("miss", cpu["miss"], cpu["openai"], peer="OpenAI's SDK, no router")


def _loadings(url: str, redis_url: str) -> Iterator[Measurement]:
    names = ("miss", "miss in Redis", "LiteLLM miss", "openai", "aiohttp")
    for name in names:
        load(name, url, redis_url)  # the compiler's and the disk's turn
    rounds = [{name: load(name, url, redis_url) for name in names} for _ in range(LOADINGS)]
    found: dict[str, list[Loading]] = {name: [one[name] for one in rounds] for name in names}
    opening = {name: [one.opening_cpu_ms for one in loadings] for name, loadings in found.items()}
    answer = {name: [one.answer_cpu_ms for one in loadings] for name, loadings in found.items()}
    rss = {name: [one.rss_mib for one in loadings] for name, loadings in found.items()}
    yield _within("import", opening["miss"], IMPORT_CPU_MS)
    yield _within("memory after an answer", rss["miss"], RSS_MIB, unit="MiB")
    yield _beside(
        "memory with Redis", rss["miss in Redis"], rss["miss"], peer="the same in memory", unit="MiB"
    )
    for peer, title in (("LiteLLM miss", _LITELLM), ("openai", "OpenAI's SDK"), ("aiohttp", "aiohttp")):
        yield _beside("import and first answer", answer["miss"], answer[peer], peer=title)
        yield _beside("memory after an answer", rss["miss"], rss[peer], peer=title, unit="MiB")


def _beside(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    peer: str = _LITELLM,
    unit: str = _CPU,
    promise: Promise | None = None,
    details: Mapping[str, object] | None = None,
) -> Measurement:
    return compare(
        f"router, {name}", ours, theirs, unit=unit, peer_name=peer, promise=promise, details=details
    )


def _within(name: str, ours: Sequence[float], limit: float, *, unit: str = _CPU) -> Measurement:
    """Compare with a number that we promised to stay below."""
    promise = Promise(text=f"< {limit:g} {unit}", holds=lambda ratio: ratio < 1)
    peer = [limit] * len(ours)
    return compare(f"router, {name}", ours, peer, unit=unit, peer_name="what is promised", promise=promise)
