"""What so many creators do in a month, and how it is served: the quantities behind a bill."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("usage.json")
_DAY_SECONDS = 86_400


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChatUsage(_Read):
    """A fan's message, and what answering it takes; the rest is served by the bank or the answer cache."""

    jobs_per_message: Decimal
    #: Answered by the small model, as measured (`benchmarks/money`).
    light_share: Decimal
    light_model: str
    light_input_tokens: int
    light_output_tokens: int
    #: Answered by the large one.
    heavy_share: Decimal
    heavy_model: str
    heavy_input_tokens: int
    heavy_output_tokens: int
    #: Lines for the bank, written by the small model.
    bank_calls_per_creator_day: Decimal
    bank_input_tokens: int
    bank_output_tokens: int


class VideoUsage(_Read):
    """A video, looked at once, listened to once."""

    vision_input_tokens: int
    vision_output_tokens: int
    synthesis_input_tokens: int
    synthesis_output_tokens: int
    #: How many ask for DeepSeek-R1's reasons.
    deep_share: Decimal
    deep_input_tokens: int
    deep_output_tokens: int
    cpu_seconds: int
    with_words_share: Decimal


class ContentUsage(_Read):
    """Ideas and analyses."""

    suggestions_per_creator_day: Decimal
    suggestion_input_tokens: int
    suggestion_output_tokens: int
    analyses_per_creator_day: Decimal
    analysis_input_tokens: int
    analysis_output_tokens: int


class PlatformUsage(_Read):
    """What a job costs the platform."""

    text_job_cpu_seconds: Decimal
    text_job_wall_seconds: Decimal
    #: Publish, deliver, settle; and the event, delivered to and settled by four subscriptions.
    operations_per_job: int
    progress_events_per_video: int
    operations_per_event: int
    log_kb_per_job: Decimal
    letters_per_creator_day: Decimal
    #: Creators with the application open at once.
    open_clients_share: Decimal
    #: The busiest hour beside the average one.
    evening_peak: Decimal
    #: How busy an instance may be before another one is wanted.
    busy_share: Decimal
    flex_video_gb: Decimal
    flex_text_gb: Decimal
    event_seconds: Decimal


class Usage(_Read):
    """What one creator does; the file says what is measured and what assumed."""

    note: str
    creators: tuple[int, ...]
    days: int
    messages_per_creator_day: int
    videos_per_creator_day: int
    video_mb: Decimal
    compressed_video_mb: Decimal
    video_audio_seconds: int
    chat: ChatUsage
    video: VideoUsage
    content: ContentUsage
    platform: PlatformUsage

    @classmethod
    def read(cls, path: Path = FILE) -> Usage:
        """Read the file; Pydantic's `ValidationError` names what is wrong in it."""
        return cls.model_validate(json.loads(path.read_text()))


class Plan(StrEnum):
    """What the functions run on."""

    EP1 = "ep1"
    EP2 = "ep2"
    EP3 = "ep3"
    FLEX = "flex"

    @property
    def cores(self) -> int:
        """How many cores one instance has."""
        return {Plan.EP1: 1, Plan.EP2: 2, Plan.EP3: 4, Plan.FLEX: 1}[self]


class Reach(StrEnum):
    """How functions in Azure reach the cache: the hole in the founding document."""

    #: A cache beside the functions; PostgreSQL over TLS from a fixed address.
    AZURE_CACHE = "azure-cache"
    #: A network load balancer before ElastiCache, with TLS and an allow-list.
    LOAD_BALANCER = "load-balancer"
    VPN = "vpn"
    #: No shared cache at all; PostgreSQL over TLS from any address of the plan.
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the operator decides; the defaults are what the templates deploy."""

    plan: Plan = Plan.EP1
    reach: Reach = Reach.AZURE_CACHE
    #: Of the calls that are left, those that a better cache would spare: what ours does is counted already.
    hit_share: Decimal = Decimal(0)
    compressed: bool = True
    tiering: bool = True
    #: Suggestions are made when asked for: once, three in one call; otherwise twice for each message.
    on_demand: bool = True
    #: What the front end is hosted for.
    front_end: bool = True
    #: Months since the first upload; storage grows.
    month: int = 1


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month's quantities."""

    usage: Usage
    creators: int
    choices: Choices

    @property
    def messages(self) -> int:
        """Fan messages."""
        return self.creators * self.usage.messages_per_creator_day * self.usage.days

    @property
    def chat_jobs(self) -> Decimal:
        """Questions for suggestions."""
        twice = 1 if self.choices.on_demand else 2
        return self.messages * self.usage.chat.jobs_per_message * twice

    @property
    def light_calls(self) -> Decimal:
        """Questions that the small model answers."""
        return self.chat_jobs * self.usage.chat.light_share * (1 - self.choices.hit_share)

    @property
    def heavy_calls(self) -> Decimal:
        """Questions that the large model answers."""
        return self.chat_jobs * self.usage.chat.heavy_share * (1 - self.choices.hit_share)

    @property
    def bank_calls(self) -> Decimal:
        """Calls that write lines for the bank."""
        return self._monthly(self.usage.chat.bank_calls_per_creator_day)

    @property
    def videos(self) -> int:
        """Videos analysed."""
        return self.creators * self.usage.videos_per_creator_day * self.usage.days

    @property
    def suggestions(self) -> Decimal:
        """Questions for content ideas."""
        return self._monthly(self.usage.content.suggestions_per_creator_day)

    @property
    def analyses(self) -> Decimal:
        """Contents analysed."""
        return self._monthly(self.usage.content.analyses_per_creator_day)

    @property
    def text_jobs(self) -> Decimal:
        """All jobs but videos."""
        return self.chat_jobs + self.suggestions + self.analyses

    @property
    def jobs(self) -> Decimal:
        """All jobs that the front end publishes."""
        return self.text_jobs + self.videos

    @property
    def letters(self) -> Decimal:
        """E-mails."""
        return self._monthly(self.usage.platform.letters_per_creator_day)

    @property
    def operations(self) -> Decimal:
        """Billable operations of Service Bus."""
        platform = self.usage.platform
        progress = self.videos * platform.progress_events_per_video * platform.operations_per_event
        return self.jobs * platform.operations_per_job + progress

    @property
    def new_gb(self) -> Decimal:
        """Uploads that are kept."""
        usage = self.usage
        return self.videos * (usage.compressed_video_mb if self.choices.compressed else usage.video_mb) / 1000

    @property
    def read_gb(self) -> Decimal:
        """Bytes that leave AWS: each upload is read once by the functions."""
        return self.videos * self.usage.video_mb / 1000

    @property
    def audio_hours(self) -> Decimal:
        """Sound in which somebody speaks."""
        seconds = self.videos * self.usage.video_audio_seconds * self.usage.video.with_words_share
        return seconds / 3600

    @property
    def instances(self) -> int:
        """How many instances the busiest hour takes, on average loads of its own."""
        usage, platform = self.usage, self.usage.platform
        cpu = self.videos * usage.video.cpu_seconds + self.text_jobs * platform.text_job_cpu_seconds
        busiest = cpu / usage.days / _DAY_SECONDS * platform.evening_peak / platform.busy_share
        return max(1, int((busiest / self.choices.plan.cores).to_integral_value(ROUND_CEILING)))

    @property
    def open_clients(self) -> int:
        """SignalR connections at once."""
        return int((self.creators * self.usage.platform.open_clients_share).to_integral_value(ROUND_CEILING))

    def _monthly(self, per_creator_day: Decimal) -> Decimal:
        return self.creators * per_creator_day * self.usage.days
