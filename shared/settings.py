"""Every setting the app reads: one frozen, typed object, read once and validated as a whole.

`local.settings.sample.json` lists the same names; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from shared.access.operators import OperatorKey
from shared.ai.model_settings import PATTERN, ModelSettings, ModelSettingsSource
from shared.errors import ConfigurationError

_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:\d{1,5})?")


class Settings(BaseSettings):
    """The app's settings, from environment variables of the same names in upper case."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    #: The namespace's connection string; the triggers read the same setting.
    servicebus_connection: SecretStr = SecretStr("")
    #: The namespace's host instead, such as `huntaze.servicebus.windows.net`: Microsoft Entra ID then vouches
    #: for the app's identity. The triggers read this, too; one of the two is needed.
    servicebus_connection__fullyqualifiednamespace: Annotated[str, Field(validate_default=True)] = ""

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
    #: The key of that endpoint; without one, Microsoft Entra ID vouches for the app's identity.
    azure_ai_key: SecretStr = SecretStr("")
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

    #: What is special about a model: `<MODEL>` is DEEPSEEK_V3, MISTRAL_LARGE, PHI4_MINI …, `<WHAT>` is
    #: DEPLOYMENT (its name on the endpoint), ENDPOINT, KEY, WIRE (`models` or `openai_v1`; otherwise the
    #: endpoint's path tells), INPUT_USD_PER_MILLION_TOKENS or OUTPUT_USD_PER_MILLION_TOKENS. A retired
    #: model's endpoint and deployment serve its successor.
    azure_models: Annotated[
        Mapping[str, ModelSettings],
        NoDecode,
        Field(json_schema_extra={"setting": PATTERN}),
    ] = {}

    #: What the models may cost in a calendar month (UTC), in dollars: answers grow shorter from 70 % of it,
    #: cheaper models are asked from 90 %, and at 100 % only the cache answers. Without it nothing is counted.
    ai_monthly_budget_usd: Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=2)] | None = None
    #: How many times an even share of a day's budget one creator may use up; each has the same marks as all.
    ai_creator_daily_shares: Annotated[float, Field(gt=0, le=1_000_000)] = 5.0
    #: How many calls beyond the first a request to the models may make, on average, while models fail.
    ai_extra_calls_per_request: Annotated[float, Field(ge=0, le=10)] = 0.45

    #: The S3 buckets that creators upload to, separated by commas; a video anywhere else is refused.
    video_buckets: Annotated[tuple[str, ...], NoDecode] = ()
    #: The CloudFront distributions that serve them: `d111111abcdef8.cloudfront.net=bucket`, by commas.
    video_distributions: Annotated[Mapping[str, str], NoDecode] = {}
    #: Where thumbnails and smaller copies go; the first of `VIDEO_BUCKETS` if empty.
    video_output_bucket: str = ""
    #: The region of the buckets. The keys are found by AWS's own names, `AWS_ACCESS_KEY_ID` and the rest.
    aws_region: str = "us-east-2"
    #: Larger videos are refused, in bytes; they have to fit the instance's temporary storage. 1 GiB.
    video_max_bytes: Annotated[int, Field(ge=1_000_000, le=1 << 40)] = 1 << 30
    #: How many videos one process looks into at once: each needs a core, and some 400 MB.
    video_inspections_at_once: Annotated[int, Field(ge=1, le=64)] = 1
    #: Another S3 than Amazon's, for the embedded stack.
    s3_endpoint_url: str = ""

    #: Other hosts that content may be fetched from, separated by commas: `cdn.example.com` for itself,
    #: `.example.com` for what is below it. Without any, only the buckets are read. In development an origin
    #: on the machine itself, such as `http://127.0.0.1:9000`, may be listed.
    content_hosts: Annotated[tuple[str, ...], NoDecode] = ()

    #: Where sound waits for its words, as a connection string of Azure Storage; without it no transcript is
    #: ordered for later.
    azure_storage_connection_string: SecretStr = SecretStr("")
    #: Azure Speech, such as `https://eastus2.api.cognitive.microsoft.com`; without it nothing is transcribed.
    azure_speech_endpoint: str = ""
    #: The key of that endpoint; without one, Microsoft Entra ID vouches for the app's identity.
    azure_speech_key: SecretStr = SecretStr("")
    #: The secret that Azure Speech signs its webhook's calls with; without it none is believed.
    azure_speech_webhook_secret: SecretStr = SecretStr("")

    #: Where spans and metrics go: Application Insights' connection string, which the Functions host reads.
    applicationinsights_connection_string: SecretStr = SecretStr("")
    #: The same for a collector that speaks OTLP over HTTP, such as `http://localhost:4318`; both may be set.
    otel_exporter_otlp_endpoint: str = ""
    #: What they are told apart from others' by.
    otel_service_name: str = "huntaze-workers"

    #: Azure SignalR Service, as a connection string; without it no page is told anything. The binding reads
    #: the same setting.
    azure_signalr_connection_string: Annotated[
        SecretStr, Field(validation_alias=AliasChoices("AzureSignalRConnectionString"))
    ] = SecretStr("")
    #: What the front end signs its creators' tokens with (HS256), at least 32 bytes; or else:
    auth_jwt_secret: SecretStr = SecretStr("")
    #: The public key, in PEM, to what it signs them with (RS256, at least 2,048 bits).
    auth_jwt_public_key: str = ""
    #: Who has to have issued a token (`iss`); empty: whoever holds the key.
    auth_jwt_issuer: str = ""
    #: Whom it has to be meant for (`aud`); set it if the same key signs tokens for others, too.
    auth_jwt_audience: str = ""
    #: The claim that names the creator.
    auth_jwt_creator_claim: Annotated[str, Field(min_length=1)] = "sub"
    #: The origins whose pages may ask for updates, separated by commas, such as `https://app.huntaze.com`.
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()

    #: What the secrets of creators' webhooks are sealed with in the database: 32 bytes in URL-safe base64, by
    #: commas; the first one seals, all of them open. Without any there are no webhooks.
    webhook_secrets_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    #: For development: origins on the machine itself that webhooks may call, such as `http://127.0.0.1:9000`.
    webhook_local_origins: Annotated[tuple[str, ...], NoDecode] = ()

    #: Who mail is from, a plain address that the service may send from; without it nobody gets any.
    mail_sender: str = ""
    #: The name beside it. With Azure Communication Services the name is set there.
    mail_sender_name: str = "Huntaze"
    #: Where answers go, if not to the sender.
    mail_reply_to: str = ""
    #: Where the operator is told of the budget; empty: nowhere.
    mail_operator: str = ""
    #: Where mail leads: the front end's address, which has `/jobs/<jobId>` and `/settings/notifications`.
    mail_front_end_url: str = ""
    #: What links to unsubscribe are signed with, 16 characters or more; by commas, the first signs and each
    #: is believed, so that one can be replaced.
    mail_unsubscribe_secrets: SecretStr = SecretStr("")
    #: Azure Communication Services, such as `https://name.communication.azure.com`: the way for mail.
    acs_endpoint: str = ""
    #: The key of that endpoint; without one, Microsoft Entra ID vouches for the app's identity.
    acs_key: SecretStr = SecretStr("")
    #: The SMTP relay that takes mail where `ACS_ENDPOINT` is not set.
    smtp_host: str = ""
    #: Its port: 587 for `starttls`, 465 for `tls`.
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = 587
    #: `starttls`, `tls` or, on the machine itself, `none`.
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    #: Whom the relay knows us as; without one nobody signs in.
    smtp_username: str = ""
    #: The password of that user.
    smtp_password: SecretStr = SecretStr("")

    #: Where `resultUrl` points when a result is too large for an event.
    functions_url: str = "http://localhost:7071"

    #: Who may operate the workers over HTTP: `name:role:sha256-hex` by commas, where a role is `viewer`,
    #: `operator` or `admin`. `python -m infra.operators NAME ROLE` makes a key and its entry.
    operator_keys: Annotated[tuple[OperatorKey, ...], NoDecode] = ()

    #: Whether an administrator may send a dead letter again with another payload, as a new job.
    dead_letter_edit_enabled: bool = False
    #: After so many replays a message is poison, and is not replayed again.
    dead_letter_max_replays: Annotated[int, Field(ge=1, le=100)] = 5
    #: Older messages are not replayed, in days since they were sent.
    dead_letter_max_age_days: Annotated[float, Field(gt=0, le=3650)] = 14.0
    #: How long archived dead letters are kept, in days; then they are deleted, with what fans wrote in them.
    dead_letter_archive_days: Annotated[float, Field(gt=0, le=3650)] = 30.0

    #: A lease outlives a missed heartbeat or two, and ends well before the broker's one-minute lock.
    lease_seconds: Annotated[float, Field(gt=0, le=300)] = 30.0
    #: A job may stop its worker this often before it is poison.
    max_claims: Annotated[int, Field(ge=1, le=100)] = 4
    #: How long an outbox row may stay unsent before the sweep takes it over from its worker.
    sweep_after_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    #: How long a job's message may wait in the broker before the sweep believes it lost and sends another.
    requeue_grace_seconds: Annotated[float, Field(gt=0, le=3600)] = 300.0

    @field_validator("servicebus_connection__fullyqualifiednamespace")
    @classmethod
    def _reachable(cls, value: str, others: ValidationInfo) -> str:
        if not value and not others.data.get("servicebus_connection"):
            raise ValueError("SERVICEBUS_CONNECTION or this has to be set")
        return value

    @field_validator(
        "video_buckets",
        "content_hosts",
        "webhook_secrets_keys",
        "webhook_local_origins",
        "allowed_origins",
        mode="before",
    )
    @classmethod
    def _names(cls, value: object) -> object:
        return tuple(_listed(value)) if isinstance(value, str) else value

    @field_validator("operator_keys", mode="before")
    @classmethod
    def _keys(cls, value: object) -> object:
        return (
            tuple(OperatorKey.parse(entry) for entry in _listed(value)) if isinstance(value, str) else value
        )

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what no browser ever sends as an origin, `*` included: it would silently match nothing."""
        if not all(_ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError("each entry has to be an origin such as https://app.example.com")
        return origins

    @field_validator("video_distributions", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [entry.partition("=") for entry in _listed(value)]
        if not all(domain.strip() and bucket.strip() for domain, _, bucket in pairs):
            raise ValueError("each entry has to be domain=bucket")
        return {domain.strip().casefold(): bucket.strip() for domain, _, bucket in pairs}

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what is said of single models, too."""
        del dotenv_settings, file_secret_settings  # nothing names such files
        return init_settings, env_settings, ModelSettingsSource(settings_cls)


def _listed(value: str) -> Iterator[str]:
    return (entry.strip() for entry in value.split(",") if entry.strip())


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        ConfigurationError: a setting is missing or wrong; the message names it, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{_setting(e['loc'])}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"Settings are not usable: {problems}") from None


def _setting(location: tuple[int | str, ...]) -> str:
    """Return the name of the setting that an error is about."""
    if location[0] == "azure_models":
        return "_".join(map(str, location[1:3])).upper()
    return ".".join(map(str, location)).upper()
