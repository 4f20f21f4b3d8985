"""A month's bill, line by line: fixed costs and what depends on usage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from infra.costs.prices import PriceBook
from infra.costs.usage import Month, Plan, Reach
from shared.ai.deployment import Deployment
from shared.ai.models import KNOWN

_MILLION = Decimal(1_000_000)
#: Service Bus Standard's base price includes these operations; AWS gives this traffic out of it for nothing.
_FREE_OPERATIONS = 13 * _MILLION
_FREE_EGRESS_GB = 100
#: SignalR's free tier takes 20 connections; a Standard unit takes 1,000.
_FREE_CLIENTS, _UNIT_CLIENTS = 20, 1_000
#: From so many creators on, the next sizes of database and cache, as the founding document has them.
_DATABASES = ((500, "r6g_large", 500), (100, "t4g_medium", 100), (0, "t4g_small", 50))
_INTELLIGENT_AFTER_MONTHS, _ARCHIVE_AFTER_MONTHS = 1, 3
#: Alarms: ten are free. Alerts: what `infra/azure` has.
_METRIC_ALERTS, _LOG_ALERTS = 4, 5


class Group(StrEnum):
    """Whose invoice a line is on."""

    AWS = "AWS"
    AZURE = "Azure"
    MODELS = "Models"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One position of the bill."""

    group: Group
    name: str
    quantity: Decimal
    unit: str
    usd: Decimal
    #: It would be there without a single job.
    fixed: bool
    #: Nobody has verified its price for our region.
    unverified: bool


@dataclass(frozen=True, kw_only=True)
class Bill:
    """A month's lines."""

    lines: Sequence[Line]

    @property
    def usd(self) -> Decimal:
        """The whole."""
        return sum((line.usd for line in self.lines), Decimal(0))

    def group_usd(self, group: Group) -> Decimal:
        """One invoice."""
        return sum((line.usd for line in self.lines if line.group is group), Decimal(0))

    def line_usd(self, *names: str) -> Decimal:
        """What lines cost whose names begin so."""
        return sum((line.usd for line in self.lines if line.name.startswith(names)), Decimal(0))


def bill(month: Month, book: PriceBook, today: date) -> Bill:
    """Return a month's bill.

    Raises:
        ConfigurationError: a price is unknown.
    """
    maker = _Maker(month, book, today)
    return Bill(lines=tuple(line for line in maker.lines() if line.usd or line.fixed))


@dataclass(frozen=True)
class _Maker:
    month: Month
    book: PriceBook
    today: date

    def lines(self) -> Iterator[Line]:
        yield from self._functions()
        yield from self._messaging()
        yield from self._watching()
        yield from self._reach()
        yield from self._database()
        yield from self._objects()
        yield from self._models()

    def _line(
        self, group: Group, name: str, quantity: Decimal | int, key: str, *, fixed: bool = True
    ) -> Line:
        price = self.book[key]
        amount = Decimal(quantity)
        return Line(
            group=group,
            name=name,
            quantity=amount,
            unit=price.unit,
            usd=amount * price.usd,
            fixed=fixed,
            unverified=not price.verified,
        )

    def _functions(self) -> Iterator[Line]:
        plan = self.month.choices.plan
        if plan is not Plan.FLEX:
            key = f"functions.{plan.value}_month"
            yield self._line(Group.AZURE, f"Functions {plan.name}", self.month.instances, key)
            return
        billed = _beyond(self._flex_gb_seconds(), self.book.usd("functions.flex_free_gb_seconds"))
        yield self._line(Group.AZURE, "Functions Flex", billed, "functions.flex_gb_second", fixed=False)
        executions = self.month.jobs * (1 + 4)  # the job, and its event's four subscriptions
        billed = _beyond(executions, self.book.usd("functions.flex_free_executions")) / _MILLION
        key = "functions.flex_million_executions"
        yield self._line(Group.AZURE, "Functions Flex, executions", billed, key, fixed=False)

    def _flex_gb_seconds(self) -> Decimal:
        """At worst: no two executions share an instance."""
        month, platform = self.month, self.month.usage.platform
        videos = month.videos * month.usage.video.cpu_seconds * platform.flex_video_gb
        text = month.text_jobs * platform.text_job_wall_seconds * platform.flex_text_gb
        events = month.jobs * 3 * platform.event_seconds * platform.flex_text_gb  # metrics come in batches
        return Decimal(videos + text + events)

    def _messaging(self) -> Iterator[Line]:
        yield self._line(Group.AZURE, "Service Bus Standard", 1, "servicebus.standard_month")
        more = _beyond(self.month.operations, _FREE_OPERATIONS) / _MILLION
        key = "servicebus.million_operations"
        yield self._line(Group.AZURE, "Service Bus, further operations", more, key, fixed=False)
        clients = self.month.open_clients
        units = -(-clients // _UNIT_CLIENTS) if clients > _FREE_CLIENTS else 0
        yield self._line(Group.AZURE, "SignalR", units, "signalr.standard_unit_month")
        yield self._line(Group.AZURE, "E-mail", self.month.letters, "email.letter", fixed=False)

    def _watching(self) -> Iterator[Line]:
        log_gb = self.month.jobs * self.month.usage.platform.log_kb_per_job / _MILLION
        yield self._line(Group.AZURE, "Logs", log_gb, "logs.gb", fixed=False)
        yield self._line(Group.AZURE, "Alerts on metrics", _METRIC_ALERTS, "alerts.metric_series")
        yield self._line(Group.AZURE, "Alerts on logs", _LOG_ALERTS, "alerts.log_query")
        yield self._line(Group.AZURE, "Storage of the apps", 1, "storage.month")

    def _reach(self) -> Iterator[Line]:
        reach = self.month.choices.reach
        if reach is Reach.NONE:
            return
        if reach is Reach.VPN:
            yield self._line(Group.AZURE, "VPN gateway", 1, "vpn.azure_month")
            yield self._line(Group.AWS, "VPN connection", 1, "vpn.aws_month")
            return
        yield self._line(Group.AZURE, "NAT gateway", 1, "nat.azure_month")
        gb = self.month.read_gb
        yield self._line(Group.AZURE, "NAT gateway, traffic", gb, "nat.azure_gb", fixed=False)
        if reach is Reach.AZURE_CACHE:
            yield self._line(Group.AZURE, "Cache beside the functions", 1, "redis.azure_managed_month")
        else:
            yield self._line(Group.AWS, "Load balancer before the cache", 1, "nlb.aws_month")

    def _database(self) -> Iterator[Line]:
        size, gb = next((size, gb) for least, size, gb in _DATABASES if self.month.creators >= least)
        yield self._line(Group.AWS, f"RDS db.{size.replace('_', '.')}", 1, f"rds.{size}_month")
        yield self._line(Group.AWS, "RDS, disk", gb, "rds.gp3_gb")
        if self.month.choices.reach in {Reach.LOAD_BALANCER, Reach.VPN}:
            yield self._line(
                Group.AWS, f"ElastiCache cache.{size.replace('_', '.')}", 1, f"cache.{size}_month"
            )
        yield self._line(Group.AWS, "Secrets", 1, "secrets.aws_month")
        if self.month.choices.front_end:
            yield self._line(Group.AWS, "Vercel", 1, "vercel.pro_seat")

    def _objects(self) -> Iterator[Line]:
        month = self.month
        yield from self._kept(month.new_gb)
        puts = Decimal(month.videos) * 6 / 1000  # the upload, the copy, thumbnails
        yield self._line(Group.AWS, "S3, writes", puts, "s3.thousand_puts", fixed=False)
        yield self._line(Group.AWS, "S3, reads", puts * 5, "s3.thousand_gets", fixed=False)
        beyond = _beyond(month.read_gb, Decimal(_FREE_EGRESS_GB))
        yield self._line(Group.AWS, "Traffic from S3 to Azure", beyond, "egress.aws_gb", fixed=False)

    def _kept(self, new_gb: Decimal) -> Iterator[Line]:
        """Each month's uploads stay; with tiering the older ones cool down."""
        months = self.month.choices.month
        if not self.month.choices.tiering:
            yield self._line(Group.AWS, "S3", new_gb * months, "s3.standard_gb", fixed=False)
            return
        fresh = min(months, _INTELLIGENT_AFTER_MONTHS)
        cool = min(months, _ARCHIVE_AFTER_MONTHS) - fresh
        old = months - fresh - cool
        yield self._line(Group.AWS, "S3", new_gb * fresh, "s3.standard_gb", fixed=False)
        yield self._line(Group.AWS, "S3, cool", new_gb * cool, "s3.infrequent_gb", fixed=False)
        yield self._line(Group.AWS, "S3, old", new_gb * old, "s3.archive_instant_gb", fixed=False)
        watched = Decimal(self.month.videos) * months / 1000
        yield self._line(Group.AWS, "S3, tiering", watched, "s3.tiering_thousand_objects", fixed=False)

    def _models(self) -> Iterator[Line]:
        usage, month = self.month.usage, self.month
        video, content = usage.video, usage.content
        chat = usage.chat
        yield self._calls(
            "Chat, heavy messages",
            chat.heavy_model,
            month.heavy_calls,
            chat.heavy_input_tokens,
            chat.heavy_output_tokens,
        )
        yield self._calls(
            "Chat, light messages",
            chat.light_model,
            month.light_calls,
            chat.light_input_tokens,
            chat.light_output_tokens,
        )
        yield self._calls(
            "Chat, bank of lines",
            chat.light_model,
            month.bank_calls,
            chat.bank_input_tokens,
            chat.bank_output_tokens,
        )
        yield self._calls(
            "Content suggestions",
            "DeepSeek-V3",
            month.suggestions,
            content.suggestion_input_tokens,
            content.suggestion_output_tokens,
        )
        yield self._calls(
            "Content analysis",
            "Phi-4-mini-instruct",
            month.analyses,
            content.analysis_input_tokens,
            content.analysis_output_tokens,
        )
        yield self._calls(
            "Video, pictures",
            "Phi-4-multimodal-instruct",
            Decimal(month.videos),
            video.vision_input_tokens,
            video.vision_output_tokens,
        )
        yield self._calls(
            "Video, synthesis",
            "DeepSeek-V3",
            Decimal(month.videos),
            video.synthesis_input_tokens,
            video.synthesis_output_tokens,
        )
        yield self._calls(
            "Video, reasons",
            "DeepSeek-R1",
            month.videos * video.deep_share,
            video.deep_input_tokens,
            video.deep_output_tokens,
        )
        yield self._line(Group.MODELS, "Video, words", month.audio_hours, "speech.audio_hour", fixed=False)

    def _calls(self, name: str, family: str, calls: Decimal, input_tokens: int, output_tokens: int) -> Line:
        model = in_use(family, self.today)
        return Line(
            group=Group.MODELS,
            name=name,
            quantity=calls.to_integral_value(ROUND_CEILING),
            unit=f"calls of {input_tokens:,} + {output_tokens:,} tokens to {model.family}",
            usd=calls * model.price_usd_micros(input_tokens, output_tokens) / _MILLION,
            fixed=False,
            unverified=True,
        )


def in_use(family: str, today: date) -> Deployment:
    """Return the model that answers for a family today: itself, or its successor once it has retired."""
    models = {model.family: model for model in KNOWN}
    model = models[family]
    while model.retires_on is not None and model.retires_on <= today and model.successor:
        model = models[model.successor]
    return model


def _beyond(quantity: Decimal, free: Decimal) -> Decimal:
    return max(Decimal(0), Decimal(quantity) - free)
