"""Every setting the app reads: one frozen, typed object, read once and validated as a whole.

`local.settings.sample.json` lists the same names; a test compares the two.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import ConfigurationError


class Settings(BaseSettings):
    """The app's settings, from environment variables of the same names in upper case."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    #: The namespace's connection string; the triggers read the same setting.
    servicebus_connection: SecretStr

    #: PostgreSQL, as a `postgresql://` URL: the truth about every job.
    database_url: SecretStr
    #: The most connections that one process opens.
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    #: The longest that one statement may take.
    database_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    #: How long an unreachable database is tried again before a delivery is given up for later.
    database_patience_seconds: Annotated[float, Field(ge=0, le=120)] = 15.0

    #: Redis, as a `redis://` or `rediss://` URL; without it answers are cached in the process's own memory.
    redis_url: SecretStr | None = None

    #: Where the models answer.
    azure_ai_endpoint: str
    #: The key of that endpoint.
    azure_ai_key: SecretStr
    #: The deployment that writes suggestions.
    azure_ai_deployment_generation: str = "DeepSeek-V3"
    #: The deployment for chats with a strong persona.
    azure_ai_deployment_creative: str = "Mistral-Large"
    #: The deployment for questions that need thought.
    azure_ai_deployment_reasoning: str = "DeepSeek-R1"
    #: The deployment that looks at pictures.
    azure_ai_deployment_vision: str = "Phi-4-multimodal-instruct"
    #: The deployment that sorts messages.
    azure_ai_deployment_classification: str = "Phi-4-mini-instruct"

    #: Where `resultUrl` points when a result is too large for an event.
    functions_url: str = "http://localhost:7071"

    #: A lease outlives a missed heartbeat or two, and ends well before the broker's one-minute lock.
    lease_seconds: Annotated[float, Field(gt=0, le=300)] = 30.0
    #: A job may stop its worker this often before it is poison.
    max_claims: Annotated[int, Field(ge=1, le=100)] = 4
    #: How long an outbox row may stay unsent before the sweep takes it over from its worker.
    sweep_after_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    #: How long a job's message may wait in the broker before the sweep believes it lost and sends another.
    requeue_grace_seconds: Annotated[float, Field(gt=0, le=3600)] = 300.0


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        ConfigurationError: a setting is missing or wrong; the message names it, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"Settings are not usable: {problems}") from None
