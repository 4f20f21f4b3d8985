"""A host of webhooks that dies where it is told to: the real triggers, store, broker and transport."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import azure.functions as func
from typing_extensions import override

from infra.local.host import serve
from shared import bootstrap
from shared.clock import SystemClock
from shared.fetching.transport import GuardedTransport
from shared.fetching.urls import AnyPublicHost
from shared.settings import Settings, load_settings
from shared.webhooks import schedule
from shared.webhooks.courier import Courier
from shared.webhooks.desk import WebhookDesk
from shared.webhooks.port import Claimed
from shared.webhooks.posting import GuardedPoster
from shared.webhooks.sealing import Seal
from workers.notify_webhook.trigger import blueprint

#: Longer than an attempt, by far shorter than a test.
LEASE_SECONDS = 3.0
_ATTEMPT_SECONDS = 2.0
_LOOKS_EVERY_SECONDS = 0.25
_HOST = {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 16}}}

#: Where an attempt may be when its host dies, in order.
POINTS = ("promised", "claimed", "posted", "recorded")


@dataclass(frozen=True)
class Death:
    """Where a host dies: the n-th time that it passes a point."""

    point: str
    passes: int


def run_host(environment: Mapping[str, str], death: Death | None, *, broken: bool = False) -> None:
    """Serve webhooks until killed: the target of the child process."""
    os.environ.update(environment)
    # A kill is an attempt: a receiver that then refuses once would have everybody wait for five minutes.
    schedule.DELAYS_SECONDS = (0.0, *(1.0,) * (schedule.MAX_ATTEMPTS - 1))  # type: ignore[assignment]  # as long
    asyncio.run(_serve(environment, _probe(death), broken=broken))


def _probe(death: Death | None) -> Callable[[str], None]:
    passed: Counter[str] = Counter()

    def probe(point: str) -> None:
        passed[point] += 1
        if death and point == death.point and passed[point] >= death.passes:
            os.kill(os.getpid(), signal.SIGKILL)

    return probe


async def _serve(environment: Mapping[str, str], probe: Callable[[str], None], *, broken: bool) -> None:
    settings = load_settings()
    container = await bootstrap.build(settings)
    assert container.webhooks
    desk = _hurried(container.webhooks(), settings, probe, broken=broken)
    bootstrap.install(replace(container, webhooks=lambda: desk))
    app = func.FunctionApp()
    app.register_functions(blueprint)
    looking = asyncio.create_task(_look_often(desk))
    await serve(app, _HOST, environment, stop=asyncio.Event())
    await looking


def _hurried(
    desk: WebhookDesk, settings: Settings, probe: Callable[[str], None], *, broken: bool
) -> WebhookDesk:
    """Return the same desk, with short leases and a probe."""
    clock = SystemClock()
    courier = (_Forgetful if broken else Courier)(
        table=desk.table,
        poster=GuardedPoster(
            AnyPublicHost(local_origins=settings.webhook_local_origins),
            GuardedTransport(),
            clock=clock,
            attempt_seconds=_ATTEMPT_SECONDS,
        ),
        seal=Seal([key.get_secret_value() for key in settings.webhook_secrets_keys]),
        clock=clock,
        reached=probe,
        lease_seconds=LEASE_SECONDS,
    )
    return replace(desk, courier=courier)


async def _look_often(desk: WebhookDesk) -> None:
    """Send what is due as the timer does, only more often: the tests' leases are short."""
    while True:
        await desk.courier.run(seconds=5)
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)


class _Forgetful(Courier):
    """Breaks the promise: each attempt has an id of its own, so that no receiver recognises it."""

    @override
    def _headers(self, claimed: Claimed) -> dict[str, str]:
        return super()._headers(replace(claimed, delivery_id=f"{claimed.delivery_id}_{claimed.fence}"))
