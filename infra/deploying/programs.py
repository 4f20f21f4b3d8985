"""Runs `az` and `aws`. No secret is ever among their arguments; what may pass is tried again."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.deploying.progress import Progress
from infra.deploying.stopping import Status, StopError

#: What passes by itself: somebody else's operation, too many requests, rights that have not spread yet.
_PASSING = re.compile(
    r"\b(409|429|503)\b|TooManyRequests|AnotherOperationInProgress|Throttl|Conflict|PrincipalNotFound"
    r"|RetryableError|ServiceUnavailable|OperationNotAllowed.*in progress",
    re.IGNORECASE,
)
_MOST_TRIES = 6
_MOST_PAUSE_SECONDS = 60.0
_TAIL_CHARACTERS = 1500
_SIGNATURE = re.compile(
    r"(sig=|AccountKey=|SharedAccessKey=|password=|://[^:/@\s]*:)[^&\s;@\"']+", re.IGNORECASE
)


class ProgramError(StopError):
    """A program refused; the message has the end of what it said."""


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Runs programs for one call of a script."""

    progress: Progress
    pause_seconds: float = 5.0
    sleep: Callable[[float], None] = time.sleep
    tries: list[int] = field(default_factory=list)

    def require(self, *names: str) -> None:
        """Refuse to begin without a tool.

        Raises:
            StopError: one is not on the path.
        """
        missing = [name for name in names if shutil.which(name) is None]
        if missing:
            raise StopError(f"Not on the path: {', '.join(missing)}.", Status.USAGE)

    def json(self, *argv: str) -> Any:
        """Run a program and read what it prints as JSON; nothing is `None`."""
        printed = self.run(*argv)
        return json.loads(printed) if printed.strip() else None

    def run(self, *argv: str) -> str:
        """Run a program and return what it prints; try again what may pass.

        Raises:
            ProgramError: it refused, or still did after several tries.
        """
        for attempt in range(1, _MOST_TRIES + 1):
            done = self._once(argv)
            if done.returncode == 0:
                return done.stdout
            said = redacted(done.stderr.strip())[-_TAIL_CHARACTERS:]
            if attempt == _MOST_TRIES or not _PASSING.search(said):
                break
            pause = self._pause_seconds(attempt)
            self.progress.say(f"{_shown(argv)}: not now, again in {pause:.1f} s")
            self.tries.append(attempt)
            self.sleep(pause)
        raise ProgramError(f"{_shown(argv)} ended with status {done.returncode}: {said}")

    def _pause_seconds(self, attempt: int) -> float:
        longest: float = min(_MOST_PAUSE_SECONDS, self.pause_seconds * 2.0 ** (attempt - 1))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads tries, keeps no secret

    def _once(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - our own
        except FileNotFoundError:
            raise StopError(f"Not on the path: {argv[0]}.", Status.USAGE) from None


def redacted(text: str) -> str:
    """Return a program's words without what looks like a key."""
    return _SIGNATURE.sub(r"\1***", text)


def _shown(argv: Sequence[str]) -> str:
    words = [word for word in argv[:5] if not word.startswith("-")]
    return " ".join(words[:4])
