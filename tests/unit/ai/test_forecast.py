"""The forecast of a month's bill, against the founding document's figures and against a replayed month."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.ai.caching import CachedChatModel
from shared.ai.deployment import Deployment
from shared.ai.forecast import HIT_PERCENTS, Traffic, forecast_table, month_usd_micros
from shared.ai.models import KNOWN
from shared.ai.port import ModelCall, ModelRequest, Usage
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.cache.memory import MemoryCache
from shared.clock import ManualClock

Ask = Callable[..., ModelRequest]

SEED = Deployment(
    name="DeepSeek-V3",
    input_usd_micros_per_million_tokens=1_140_000,
    output_usd_micros_per_million_tokens=4_560_000,
    max_output_tokens=8_192,
)
#: One call in a hundred of the founding document's month.
CALLS = 3_000


@pytest.mark.parametrize(("hit_percent", "usd_micros"), [(0, 171_000_000), (80, 34_200_000)])
def test_the_founding_documents_figures(hit_percent: int, usd_micros: int) -> None:
    """$171 without a cache, $34.20 at 80 % hits; to the micro-dollar."""
    assert month_usd_micros(Traffic(), SEED, hit_percent) == usd_micros


def test_the_table() -> None:
    """As the documents show it."""
    assert forecast_table([SEED]).splitlines() == [
        "| $ a month | 0 % hits | 18 % hits | 45 % hits | 80 % hits |",
        "|---|---|---|---|---|",
        "| DeepSeek-V3 | 171.0 | 140.2 | 94.1 | 34.2 |",
    ]
    assert len(HIT_PERCENTS) == 4


@pytest.mark.parametrize("repeated", [0.0, 0.18, 0.45, 0.8])
async def test_a_replayed_month_is_within_five_percent_of_the_forecast(ask: Ask, repeated: float) -> None:
    """Real cache, real accounting; questions and lengths vary, and the forecast knows only their means."""
    chance = random.Random(7)  # noqa: S311 - a month that is the same at every run
    clock = ManualClock()
    ledger: list[ModelCall] = []
    model = CachedChatModel(
        ScriptedChatModel(_answers(chance), clock=clock), MemoryCache(clock), key=b"key", clock=clock
    )
    hits, new = 0, itertools.count()
    for _ in range(CALLS):
        asked_before = chance.random() < repeated
        text = str(chance.randrange(50)) if asked_before else f"new {next(new)}"
        reply = await model.complete(ask(text, spent=ledger.append, task={"cache_ttl_seconds": 3_600}))
        hits += reply.cached
    forecast = month_usd_micros(Traffic(calls=CALLS), SEED, 100 * hits / CALLS)
    recorded = sum(call.cost_usd_micros for call in ledger)
    assert recorded == pytest.approx(forecast, rel=0.05)
    assert len(ledger) == CALLS - hits
    assert hits / CALLS == pytest.approx(repeated, abs=0.05)


def _answers(chance: random.Random) -> itertools.starmap[ScriptedAnswer]:
    """Answers whose tokens vary around the founding document's means."""

    def answer(_: int) -> ScriptedAnswer:
        usage = Usage(input_tokens=chance.randint(150, 450), output_tokens=chance.randint(20, 80))
        return ScriptedAnswer(text="answer", usage=usage, cost_usd_micros=SEED.cost_usd_micros(usage))

    return itertools.starmap(answer, ((number,) for number in itertools.count()))


def test_the_documents_show_the_catalogues_prices() -> None:
    """A price that changes there changes the table."""
    page = Path(__file__).parents[3] / "docs" / "ai-router.md"
    assert forecast_table(KNOWN) in page.read_text(encoding="utf-8")
