"""What a running stack tells everybody else: `.local/stack.env`, there exactly while the stack is up.

A variable of the same name in the caller's own environment always wins: it names the caller's own service.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.local.process import ROOT, ServiceError

_DIRECTORY_VARIABLE = "HUNTAZE_LOCAL_DIRECTORY"
_FILE = "stack.env"
_LOCK = "stack.lock"


class StackRunningError(ServiceError):
    """The stack of this checkout is already running."""


class StackNotRunningError(ServiceError):
    """The embedded stack is not running in this checkout: start it with `make run`."""


def stack_directory(caller: Mapping[str, str]) -> Path:
    """Return where the stack keeps data, logs and its file: `.local`, unless the caller says otherwise."""
    chosen = caller.get(_DIRECTORY_VARIABLE)
    return Path(chosen).absolute() if chosen else ROOT / ".local"


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Be the only stack of this checkout for as long as the block lasts; the kernel forgets a dead owner.

    Raises:
        StackRunningError: another process is.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip()
            raise StackRunningError(
                f"The stack is already running in this checkout (process {owner}). Stop it first, or use it:"
                " python -m infra.local --help"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def published(directory: Path, values: Mapping[str, str]) -> Iterator[Path]:
    """Keep the file there, whole from its first moment, for as long as the block lasts."""
    path = directory / _FILE
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    draft.rename(path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


class Environment:
    """Where the services are: the running stack's, or the caller's own.

    Args:
        caller: the caller's environment variables.
    """

    def __init__(self, caller: Mapping[str, str]) -> None:
        self._directory = stack_directory(caller)
        self._caller = caller

    def __getitem__(self, name: str) -> str:
        """Return a variable's value.

        Raises:
            StackNotRunningError: the caller has none, and nor has a running stack.
        """
        if value := self.get(name):
            return value
        raise StackNotRunningError

    def get(self, name: str) -> str | None:
        """Return a variable's value, if there is one."""
        return self._caller.get(name) or self._stack().get(name)

    def _stack(self) -> Mapping[str, str]:
        try:
            lines = (self._directory / _FILE).read_text().splitlines()
        except FileNotFoundError:
            return {}
        # A stack that was killed could not take its file away.
        return dict(line.split("=", 1) for line in lines) if _is_locked(self._directory) else {}


def _is_locked(directory: Path) -> bool:
    try:
        with (directory / _LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
