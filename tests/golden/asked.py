"""The router that golden cases are asked through: the app's own, on whatever endpoint is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from shared.ai.port import ChatModel
from shared.bootstrap.models import chat_model
from shared.clock import SystemClock
from shared.settings import Settings

#: What `Settings` asks for beside the AI; nothing is opened there.
_ELSEWHERE = {"servicebus_connection": "unused", "database_url": "postgresql://unused"}
#: A run costs cents; a budget would only stand in its way.
_BUDGET_USD = 1_000


class _NothingPaid:
    """A ledger without an entry."""

    async def month_usd_micros(self, month: str) -> int:
        """Return nothing."""
        del month
        return 0


@asynccontextmanager
async def router(url: str, key: str, **settings: object) -> AsyncIterator[ChatModel]:
    """Ask an endpoint; answers are kept in this process alone."""
    known = {
        **_ELSEWHERE,
        "azure_ai_endpoint": url,
        "azure_ai_key": key,
        "ai_monthly_budget_usd": _BUDGET_USD,
        "redis_url": None,
        **settings,
    }
    async with AsyncExitStack() as opened:
        yield chat_model(Settings.model_validate(known), _NothingPaid(), SystemClock(), opened)
