"""What can go wrong in the host itself, as opposed to in a function."""

from __future__ import annotations

from shared.errors import ConfigurationError


class HostError(ConfigurationError):
    """The function app can't be hosted as it stands."""


class WorkerStoppedError(Exception):
    """The worker process would be dead now: a function ran past `functionTimeout`, or called `sys.exit`.

    In production this ends every invocation in flight, whichever function it belongs to, and a new worker
    process starts.
    """

    def __init__(self, function: str, reason: str) -> None:
        self.function = function
        self.reason = reason
        super().__init__(f"{function}: {reason}")
