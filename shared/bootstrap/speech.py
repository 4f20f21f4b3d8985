"""Speech, composed: the ways that the settings allow, within the budget."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from pydantic import SecretStr

from shared.ai.accounts import Accounts
from shared.ai.budget import Budget
from shared.clock import Clock
from shared.settings import Settings
from shared.speech.batch import AzureBatchTranscriber
from shared.speech.connection import SpeechConnection
from shared.speech.fast import AzureFastTranscriber
from shared.speech.paying import BudgetedSpeech, SpeechPurse
from shared.speech.port import BatchTranscriber, Speech
from shared.speech.streamed import SdkTranscriber
from shared.storage.blobs import BlobStagingArea
from shared.storage.port import StagingArea


@dataclass(frozen=True, kw_only=True)
class SpeechDesk:
    """All that turns sound into words."""

    speech: Speech
    #: Where sound waits for its words; `None`: no transcript is ordered for later.
    staging: StagingArea | None
    #: The batch service itself, for questions that cost nothing.
    batches: BatchTranscriber | None
    endpoint: str
    webhook_secret: SecretStr


def speech_desk(
    settings: Settings, clock: Clock, opened: AsyncExitStack, *, accounts: Accounts | None = None
) -> SpeechDesk | None:
    """Compose speech from the settings; it connects on first use. `None`: nothing is transcribed.

    Args:
        settings: the app's.
        clock: the process' clock.
        opened: takes what is to be closed in the end.
        accounts: where money is held, the same as the models'; `None`: nothing is held.

    Raises:
        ConfigurationError: the settings do not fit together.
    """
    if not settings.azure_speech_endpoint:
        return None
    endpoint, key = settings.azure_speech_endpoint, settings.azure_speech_key
    connection = SpeechConnection(endpoint=endpoint, key=key, clock=clock)
    opened.push_async_callback(connection.close)
    staging = _staging(settings, clock, opened)
    batches = AzureBatchTranscriber(connection) if staging else None
    purse = SpeechPurse(clock=clock, accounts=accounts, budget=Budget.from_settings(settings))
    at_once = (
        AzureFastTranscriber(connection, clock),
        SdkTranscriber(endpoint=endpoint, key=key, clock=clock),
    )
    return SpeechDesk(
        speech=BudgetedSpeech(purse, transcribers=at_once, batches=batches),
        staging=staging,
        batches=batches,
        endpoint=endpoint,
        webhook_secret=settings.azure_speech_webhook_secret,
    )


def _staging(settings: Settings, clock: Clock, opened: AsyncExitStack) -> BlobStagingArea | None:
    if not settings.azure_storage_connection_string.get_secret_value():
        return None
    staging = BlobStagingArea(settings.azure_storage_connection_string, clock)
    opened.push_async_callback(staging.close)
    return staging
