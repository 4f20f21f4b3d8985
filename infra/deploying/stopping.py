"""Why a deployment stops, and with which exit status."""

from __future__ import annotations

from enum import IntEnum

from shared.errors import HuntazeError


class Status(IntEnum):
    """Exit statuses, the same for all three scripts."""

    DONE = 0
    #: Something did not work, or a check failed.
    FAILED = 1
    #: The command line makes no sense, or a tool is missing.
    USAGE = 2
    ABOVE_BUDGET = 3
    #: The wrong account, something that would be lost, a secret that is missing: nothing was changed.
    REFUSED = 4
    #: The new release did not hold; the one before it is live again.
    ROLLED_BACK = 5


class StopError(HuntazeError):
    """The deployment stops here; the message says what to do."""

    def __init__(self, message: str, status: Status = Status.FAILED) -> None:
        super().__init__(message)
        self.status = status


class RefusedError(StopError):
    """Nothing was changed, and nothing will be until somebody decides."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Status.REFUSED)
