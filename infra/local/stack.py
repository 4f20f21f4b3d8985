"""The embedded stack as one thing: every part at once, the host last, all gone at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.parts import HOST, SERVICES, Part, check_database


@dataclass(frozen=True, kw_only=True)
class Started:
    """A part that accepts work."""

    part: Part
    variables: Mapping[str, str]
    seconds: float
    #: The caller's own service: not started by us.
    yours: bool = False


@contextmanager
def running(
    directory: Path, caller: Mapping[str, str], report: Callable[[Started], None]
) -> Iterator[Mapping[str, str]]:
    """Run the whole stack, and yield every part's variables.

    Args:
        directory: where the parts keep their data and logs.
        caller: the caller's environment; a part whose variable it sets is not started.
        report: told of each part when it is up, from that part's own thread.

    Raises:
        ServiceError: a part did not start; none is left running.
    """
    if url := caller.get("DATABASE_URL"):
        check_database(url)
    with _together(SERVICES, directory, {}, caller, report) as services:
        variables = _merged(services)
        with _together([HOST], directory, variables, caller, report) as host:
            yield {**variables, **_merged(host)}


@contextmanager
def _together(
    parts: Sequence[Part],
    directory: Path,
    before: Mapping[str, str],
    caller: Mapping[str, str],
    report: Callable[[Started], None],
) -> Iterator[Sequence[Started]]:
    """Hold several parts open, started and stopped side by side."""
    managers = [_part(part, directory, before, caller) for part in parts]
    with ThreadPoolExecutor(len(parts)) as threads:
        entering = [threads.submit(_enter, manager, report) for manager in managers]
        try:
            done, _ = wait(entering, return_when=FIRST_EXCEPTION)
            for failed in done:
                failed.result()
            yield [entered.result() for entered in entering]
        finally:
            up = [
                manager
                for manager, entered in zip(managers, entering, strict=True)
                if not entered.exception()
            ]
            list(threads.map(_leave, up))


def _enter(manager: AbstractContextManager[Started], report: Callable[[Started], None]) -> Started:
    started = manager.__enter__()
    report(started)
    return started


def _leave(manager: AbstractContextManager[Started]) -> None:
    manager.__exit__(None, None, None)


@contextmanager
def _part(
    part: Part, directory: Path, before: Mapping[str, str], caller: Mapping[str, str]
) -> Iterator[Started]:
    began = time.monotonic()
    if caller.get(part.variable):
        yield Started(part=part, variables=caller, seconds=time.monotonic() - began, yours=True)
        return
    with part.start(directory, before) as variables:
        yield Started(part=part, variables=variables, seconds=time.monotonic() - began)


def _merged(parts: Sequence[Started]) -> dict[str, str]:
    """What our own parts say; a caller's service is found through the caller's own environment."""
    merged: dict[str, str] = {}
    for started in parts:
        if started.yours:
            merged[started.part.variable] = started.variables[started.part.variable]
        else:
            merged.update(started.variables)
    return merged
