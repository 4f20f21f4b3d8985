"""Letting the sides work in turns: what disturbs a round disturbs all of them."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

from infra.local.process import ROOT, python_module

_READY = "READY"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What one question took, on the average of a round."""

    cpu_ms: float
    wall_ms: float


class Working:
    """A side's process, ready for questions."""

    def __init__(self, name: str, told: IO[str], tells: IO[str]) -> None:
        self._name = name
        self._told = told
        self._tells = tells

    def until_ready(self) -> None:
        """Wait for it to have warmed up.

        Raises:
            RuntimeError: it ended instead.
        """
        if not self._tells.readline().startswith(_READY):
            raise RuntimeError(f"{self._name} did not start; what it said is on standard error.")

    def ask(self, questions: int) -> Turn:
        """Let it ask so many.

        Raises:
            RuntimeError: it ended instead.
        """
        self._told.write(f"{questions}\n")
        self._told.flush()
        line = self._tells.readline()
        if not line:
            raise RuntimeError(f"{self._name} ended; what it said is on standard error.")
        return Turn(**json.loads(line))


def take_turns(questions: Mapping[str, int], rounds: int, *arguments: str) -> Mapping[str, Sequence[Turn]]:
    """Let each side ask its number of questions, in every round."""
    found: dict[str, list[Turn]] = defaultdict(list)
    with ExitStack() as stack:
        sides = {name: stack.enter_context(_working(name, *arguments)) for name in questions}
        for _ in range(rounds):
            for name, side in sides.items():
                found[name].append(side.ask(questions[name]))
    return found


@contextmanager
def _working(name: str, *arguments: str) -> Iterator[Working]:
    """Start a side; it ends when its standard input does, so with us, however we end."""
    argv = python_module("benchmarks.router.sides", name, *arguments)
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603 - ours
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("A process was started without its pipes.")
        with process.stdin:
            side = Working(name, process.stdin, process.stdout)
            side.until_ready()
            yield side
