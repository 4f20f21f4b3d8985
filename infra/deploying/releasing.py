"""Brings a package live: into the slot, looked at there, then in the live one's place; or back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.deploying.azure import Azure
from infra.deploying.progress import Progress
from infra.deploying.stopping import StopError

_SERVICE_BUS = "2024-01-01"
_WEB = "2024-11-01"
_OK = 200
_HEALTH = "/api/health/ready"
#: A new package takes a minute to answer; asked so often, this far apart.
_TRIES = 24


@dataclass(frozen=True, kw_only=True)
class Apps:
    """The function apps of an environment."""

    azure: Azure
    #: By what each does: video, text, operations.
    names: Mapping[str, str]
    bus: str
    progress: Progress
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def publish(self, package: Path, slot: str) -> None:
        """Give all apps, or their slots, a package, at the same time."""
        with ThreadPoolExecutor(max_workers=len(self.names)) as pool:
            list(pool.map(lambda app: self.azure.publish(app, package, slot), self.names.values()))

    def check(self, slot: str = "") -> None:
        """Wait until every app says that it can work.

        Raises:
            StopError: one does not, after minutes.
        """
        waiting = {app: self._host(app, slot) for app in self.names.values()}
        for attempt in range(_TRIES):
            answers = {app: self.azure.arm.health(host, _HEALTH) for app, host in waiting.items()}
            waiting = {app: waiting[app] for app, status in answers.items() if status != _OK}
            if not waiting:
                return
            if attempt + 1 < _TRIES:
                self.sleep(self.azure.programs.pause_seconds)
        what = "in the slot" if slot else "live"
        raise StopError(f"Not ready {what}: {', '.join(waiting)}. {_HEALTH} and the log say why.")

    def drain(self, seconds: float) -> None:
        """Wait until no subscription holds a message that somebody works at, or the time is over.

        A swap ends what runs. Nothing is lost by it, since a message that was not settled is delivered again
        and a job goes on from its last step; but a call that was under way may be paid for twice.
        """
        until = self.clock() + seconds
        while self.clock() < until:
            busy = self._waiting()
            if not busy:
                return
            self.progress.say(f"{sum(busy.values())} messages in {', '.join(sorted(busy))}")
            self.sleep(self.azure.programs.pause_seconds)
        self.progress.say("Swapped all the same: what runs is delivered again.")

    def swap(self, names: Sequence[str] | None = None) -> list[str]:
        """Swap apps one after the other; return those that were.

        Raises:
            SwapError: one was not; those before it are named.
        """
        done: list[str] = []
        for app in names if names is not None else list(self.names.values()):
            try:
                self.azure.swap(app)
            except StopError as error:
                raise SwapError(str(error), done) from error
            done.append(app)
        return done

    def _host(self, app: str, slot: str) -> str:
        path = f"/providers/Microsoft.Web/sites/{app}" + (f"/slots/{slot}" if slot else "")
        site = self.azure.arm.get(path, _WEB)
        if site is None:
            raise StopError(f"There is no {app}{f', slot {slot}' if slot else ''}.")
        return str(site["properties"]["defaultHostName"])

    def _waiting(self) -> dict[str, int]:
        """Return how many messages the jobs' subscriptions hold, those that are locked included."""
        path = f"/providers/Microsoft.ServiceBus/namespaces/{self.bus}/topics/huntaze-jobs/subscriptions"
        found = self.azure.arm.all(path, _SERVICE_BUS)
        counts = {
            each["name"]: each["properties"].get("countDetails", {}).get("activeMessageCount", 0)
            for each in found
        }
        return {name: count for name, count in counts.items() if count and name != "unrouted"}


class SwapError(StopError):
    """Some apps were swapped, and one was not."""

    def __init__(self, message: str, swapped: Sequence[str]) -> None:
        super().__init__(message)
        self.swapped = list(swapped)
