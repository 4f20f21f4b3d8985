"""Which ways of transcription the settings allow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from shared.ai.accounts import Accounts
from shared.bootstrap.models import router
from shared.bootstrap.speech import speech_desk
from shared.clock import ManualClock
from shared.errors import ConfigurationError
from shared.settings import Settings
from shared.speech.port import Way

STORAGE = "AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net"


class _Ledger:
    async def month_usd_micros(self, month: str) -> int:
        del month
        return 0


def _settings(**said: Any) -> Settings:
    needed = {
        "servicebus_connection": "sb",
        "database_url": "postgresql://x",
        "azure_ai_endpoint": "https://x.services.ai.azure.com/models",
        "azure_storage_connection_string": STORAGE,
        "azure_speech_endpoint": "https://eastus2.api.cognitive.microsoft.com",
    }
    return Settings(**{**needed, **said})


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def test_without_an_endpoint_nothing_is_transcribed(opened: AsyncExitStack) -> None:
    assert speech_desk(_settings(azure_speech_endpoint=""), ManualClock(), opened) is None


async def test_with_storage_every_way_is_offered(opened: AsyncExitStack) -> None:
    desk = speech_desk(_settings(), ManualClock(), opened)
    assert desk is not None
    assert desk.speech.offered == set(Way)
    assert desk.staging is not None


async def test_without_storage_there_are_no_batches(opened: AsyncExitStack) -> None:
    desk = speech_desk(_settings(azure_storage_connection_string=""), ManualClock(), opened)
    assert desk is not None
    assert desk.speech.offered == {Way.FAST, Way.STREAMED}
    assert (desk.staging, desk.batches) == (None, None)


async def test_storage_that_is_no_storage_is_the_operators_to_set_right(opened: AsyncExitStack) -> None:
    with pytest.raises(ConfigurationError, match="AZURE_STORAGE_CONNECTION_STRING"):
        speech_desk(_settings(azure_storage_connection_string="nonsense"), ManualClock(), opened)


async def test_speech_is_paid_from_the_models_accounts(opened: AsyncExitStack) -> None:
    settings, clock = _settings(ai_monthly_budget_usd="200"), ManualClock()
    accounts = router(settings, _Ledger(), clock, opened).accounts
    assert isinstance(accounts, Accounts)
    desk = speech_desk(settings, clock, opened, accounts=accounts)
    assert desk is not None
    assert desk.speech._purse.accounts is accounts  # type: ignore[attr-defined]  # the adapter behind the port
    assert router(_settings(), _Ledger(), clock, opened).accounts is None
