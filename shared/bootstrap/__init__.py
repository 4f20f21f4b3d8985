"""The composition root: the only package that names adapters.

Importing it opens nothing, reads no setting and loads no SDK; that happens at the first invocation, once
for each event loop, because pools and SDK clients belong to the loop that opened them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from shared.access.gate import Gate
    from shared.ai.port import ChatModel
    from shared.bootstrap.dead_letters import DeadLetterDesk
    from shared.bootstrap.jobs import JobDesk
    from shared.bootstrap.mail import MailDesk
    from shared.bootstrap.metrics import MetricsDesk
    from shared.bootstrap.speech import SpeechDesk
    from shared.bootstrap.videos import VideoDesk
    from shared.clock import Clock
    from shared.fetching.port import Fetcher
    from shared.health.checking import Checks
    from shared.messaging.engine import Engine
    from shared.messaging.points import Probe
    from shared.messaging.servicebus import ServiceBusSenders
    from shared.messaging.sweep import Sweep
    from shared.monitoring.monitor import Monitor
    from shared.persistence.creators import Creators
    from shared.persistence.database import Database
    from shared.persistence.port import JobStore
    from shared.persistence.postgres import PostgresJobStore
    from shared.realtime.desk import RealtimeDesk
    from shared.settings import Settings
    from shared.webhooks.desk import WebhookDesk


@dataclass(frozen=True, kw_only=True)
class Container:
    """What the triggers need, ready for use in one event loop."""

    store: JobStore
    engine: Engine
    sweep: Sweep
    chat_model: ChatModel
    creators: Creators
    video_desk: VideoDesk
    fetcher: Fetcher
    #: `None`: no speech service is configured.
    speech_desk: SpeechDesk | None = None
    #: Stands before the operators' calls; `None`: nobody passes.
    gate: Gate | None = None
    #: All that gets at dead letters, made when first asked for; raises `ConfigurationError`.
    dead_letters: Callable[[], DeadLetterDesk] | None = None
    #: Looks for what needs the operator, made when first asked for; raises `ConfigurationError`.
    monitor: Callable[[], Monitor] | None = None
    #: What is asked about jobs and done to them, made when first asked for; raises `ConfigurationError`.
    jobs: Callable[[], JobDesk] | None = None
    #: Asks the services that the app stands on, made when first asked for.
    health: Callable[[], Checks] | None = None
    #: Where the app's own HTTP functions are found.
    functions_url: str = ""
    #: What a browser's negotiation needs, made when first asked for; raises `ConfigurationError`.
    realtime: Callable[[], RealtimeDesk] | None = None
    #: What webhooks need, made when first asked for; raises `ConfigurationError`.
    webhooks: Callable[[], WebhookDesk] | None = None
    #: What mail needs, made when first asked for; raises `ConfigurationError`.
    mail: Callable[[], MailDesk] | None = None
    #: What counting needs, made when first asked for.
    metrics: Callable[[], MetricsDesk] | None = None
    #: What was opened, the last first.
    opened: AsyncExitStack

    async def close(self) -> None:
        """Close every connection. The platform gives no occasion to; hosts and tests that end do."""
        await self.opened.aclose()


_containers: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Future[Container]] = WeakKeyDictionary()


async def container() -> Container:
    """Return the running loop's container, built from the environment at the first call.

    Raises:
        ConfigurationError: a setting is missing or wrong; the next call tries again.
    """
    loop = asyncio.get_running_loop()
    opening = _containers.get(loop)
    if opening is None or _failed(opening):
        opening = _containers[loop] = loop.create_task(_from_environment())
    return await asyncio.shield(opening)


def install(ready: Container) -> None:
    """Serve this container in the running loop: for hosts that compose their own, such as tests."""
    loop = asyncio.get_running_loop()
    _containers[loop] = loop.create_future()
    _containers[loop].set_result(ready)


async def build(settings: Settings, *, probe: Probe | None = None) -> Container:
    """Compose the app from its settings and open what has to be opened.

    Raises:
        ConfigurationError: the settings do not fit together.
    """
    from shared.bootstrap.access import gate
    from shared.bootstrap.models import router
    from shared.bootstrap.speech import speech_desk
    from shared.bootstrap.videos import video_desk
    from shared.clock import SystemClock
    from shared.fetching.guarded import GuardedFetcher
    from shared.fetching.transport import GuardedTransport
    from shared.fetching.urls import AllowedHosts
    from shared.messaging.engine import Engine, Limits
    from shared.messaging.points import unobserved
    from shared.messaging.sweep import Sweep
    from shared.observability.vendors import quiet_vendors
    from shared.persistence.postgres import PostgresJobStore
    from shared.persistence.postgres_checkpoints import PostgresCheckpoints
    from shared.persistence.postgres_creators import PostgresCreatorTable
    from shared.persistence.remembered_creators import RememberedCreators

    quiet_vendors()
    clock, opened = SystemClock(), AsyncExitStack()
    _export_telemetry(settings, opened)
    store = PostgresJobStore(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        timeout_seconds=settings.database_timeout_seconds,
        patience_seconds=settings.database_patience_seconds,
    )
    await store.open()
    checkpoints = PostgresCheckpoints(store.database)
    opened.push_async_callback(store.close)
    sender = _sender(settings, clock, opened)
    opened.push_async_callback(sender.close)
    limits = Limits(
        lease_seconds=settings.lease_seconds,
        max_claims=settings.max_claims,
        sweep_after_seconds=settings.sweep_after_seconds,
        requeue_grace_seconds=settings.requeue_grace_seconds,
    )
    observed = probe or unobserved
    routed = router(settings, store, clock, opened)
    videos = video_desk(settings, clock, opened)
    mail = _mail(settings, store, clock, opened)
    letters = cache(partial(_dead_letters, settings, store, sender, clock, opened))
    await videos.directories.sweep()  # each instance has a disk of its own; a timer runs on one of them
    return Container(
        store=store,
        engine=Engine(
            store=store,
            sender=sender,
            clock=clock,
            functions_url=settings.functions_url,
            checkpoints=checkpoints,
            limits=limits,
            probe=observed,
        ),
        sweep=Sweep(
            store=store,
            sender=sender,
            requeue_grace_seconds=limits.requeue_grace_seconds,
            sweep_after_seconds=limits.sweep_after_seconds,
            checkpoints=checkpoints,
            probe=observed,
        ),
        chat_model=routed.chat_model,
        creators=RememberedCreators(PostgresCreatorTable(store.database), clock),
        video_desk=videos,
        fetcher=GuardedFetcher(AllowedHosts(settings.content_hosts), GuardedTransport(), clock=clock),
        speech_desk=speech_desk(settings, clock, opened, accounts=routed.accounts),
        gate=gate(settings, store.database),
        dead_letters=letters,
        health=cache(partial(_health, settings, store, letters, clock, opened)),
        monitor=cache(partial(_monitor, settings, store, letters, mail, clock)),
        jobs=cache(partial(_jobs, settings, store, sender, clock)),
        functions_url=settings.functions_url,
        realtime=_realtime(settings, clock),
        mail=mail,
        metrics=_metrics(store),
        webhooks=_webhooks(settings, store.database, clock, mail),
        opened=opened,
    )


async def _from_environment() -> Container:
    from shared.settings import load_settings

    return await build(load_settings())


def _export_telemetry(settings: Settings, opened: AsyncExitStack) -> None:
    """Send spans and metrics where the settings say; the first job does not wait for it."""
    from shared.observability.exporting import Destinations, TelemetryExport

    destinations = Destinations.of(settings)
    if destinations is not None:
        export = TelemetryExport(destinations)
        export.start()
        opened.push_async_callback(asyncio.to_thread, export.close)


def _dead_letters(
    settings: Settings,
    store: PostgresJobStore,
    sender: ServiceBusSenders,
    clock: Clock,
    opened: AsyncExitStack,
) -> DeadLetterDesk:
    from shared.bootstrap.dead_letters import dead_letter_desk

    return dead_letter_desk(settings, store, sender, clock, opened)


def _jobs(settings: Settings, store: PostgresJobStore, sender: ServiceBusSenders, clock: Clock) -> JobDesk:
    from shared.bootstrap.jobs import job_desk

    return job_desk(settings, store, sender, clock)


def _health(
    settings: Settings,
    store: PostgresJobStore,
    letters: Callable[[], DeadLetterDesk],
    clock: Clock,
    opened: AsyncExitStack,
) -> Checks:
    from shared.bootstrap.health import health_checks

    return health_checks(settings, store.database, letters().desk.letters, clock, opened)


def _monitor(
    settings: Settings,
    store: PostgresJobStore,
    letters: Callable[[], DeadLetterDesk],
    mail: Callable[[], MailDesk],
    clock: Clock,
) -> Monitor:
    from shared.bootstrap.monitoring import monitor

    return monitor(settings, store.database, letters().desk.letters, mail().office, clock)


def _realtime(settings: Settings, clock: Clock) -> Callable[[], RealtimeDesk]:
    """Put off what most instances never need: cryptography takes a tenth of a second to load."""

    @cache
    def desk() -> RealtimeDesk:
        from shared.bootstrap.realtime import realtime_desk

        return realtime_desk(settings, clock)

    return desk


def _webhooks(
    settings: Settings, database: Database, clock: Clock, mail: Callable[[], MailDesk]
) -> Callable[[], WebhookDesk]:
    """Put off what a deployment without webhooks never needs."""

    @cache
    def desk() -> WebhookDesk:
        from shared.bootstrap.webhooks import webhook_desk

        return webhook_desk(settings, database, clock, mail)

    return desk


def _mail(
    settings: Settings, store: PostgresJobStore, clock: Clock, opened: AsyncExitStack
) -> Callable[[], MailDesk]:
    """Put off what the first job does not need: templates and a mail SDK."""

    @cache
    def desk() -> MailDesk:
        from shared.bootstrap.mail import mail_desk

        return mail_desk(settings, store, clock, opened)

    return desk


def _metrics(store: PostgresJobStore) -> Callable[[], MetricsDesk]:
    @cache
    def desk() -> MetricsDesk:
        from shared.bootstrap.metrics import metrics_desk

        return metrics_desk(store.database)

    return desk


def _sender(settings: Settings, clock: Clock, opened: AsyncExitStack) -> ServiceBusSenders:
    from shared.bootstrap.broker import servicebus_clients
    from shared.messaging.servicebus import ServiceBusSenders

    return ServiceBusSenders(servicebus_clients(settings, opened), clock)


def _failed(opening: asyncio.Future[Container]) -> bool:
    return opening.done() and (opening.cancelled() or opening.exception() is not None)
