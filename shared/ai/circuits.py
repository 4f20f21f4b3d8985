"""What is known of each deployment's health, and the port to where all workers keep it together.

A circuit is closed while calls go through, open while none does, and half open afterwards: then one probe
finds out, and everybody else waits for what it finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from typing import Protocol

from shared.ai.failures import ModelFailure
from shared.clock import Clock


class CircuitState(StrEnum):
    """What happens to a deployment's calls."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    #: The deployment does not exist: only an operator can change that.
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """What is known of one deployment; times are this process' monotonic seconds."""

    #: Failures that no success came between.
    failures: int = 0
    #: How often it was opened since it was last closed.
    openings: int = 0
    #: Tells each opening from every other there ever was; 0 while closed.
    version: int = 0
    #: Why it was opened last.
    cause: ModelFailure | None = None
    open_until: float = 0.0
    #: A probe is under way, and is taken for dead after this.
    probing_until: float = 0.0

    def state(self, now: float) -> CircuitState:
        """Return what happens to a call that comes now."""
        if self.openings == 0:
            return CircuitState.CLOSED
        if now >= self.open_until:
            return CircuitState.HALF_OPEN
        return CircuitState.DISABLED if self.cause is ModelFailure.GONE else CircuitState.OPEN

    def opens_in_seconds(self, now: float) -> float:
        """Return how long it is until a call is let through; 0 when one is now."""
        return max(0.0, self.open_until - now) if self.openings else 0.0


#: A deployment that nothing bad is known of.
HEALTHY = Circuit()


class BreakerStore(Protocol):
    """Circuits by the names of their deployments, shared by as many workers as the store reaches.

    Every operation is atomic. None raises: a store that cannot be reached goes on by itself.
    """

    async def refresh(self) -> None:
        """Learn what the others know, if the own knowledge is more than a second old."""
        ...

    def known(self) -> Mapping[str, Circuit]:
        """Return what is known without asking anybody; a deployment that is missing is healthy."""
        ...

    async def count(self, name: str, *, window_seconds: float) -> Circuit:
        """Count a failure, anew when the last one is longer ago than the window."""
        ...

    async def open(self, name: str, cause: ModelFailure, *, seconds: float) -> bool:
        """Let no call through for a while, and never for less than was said before.

        Returns:
            Whether it was let through until now.
        """
        ...

    async def claim_probe(self, name: str, *, seconds: float) -> bool:
        """Become the one that probes a half-open circuit, for at most this long; say whether it worked."""
        ...

    async def release_probe(self, name: str) -> None:
        """Let another one probe: this probe found out nothing."""
        ...

    async def close(self, name: str, *, version: int) -> None:
        """Forget the failures, unless it was opened again since `version` was read."""
        ...

    async def hasten(self, name: str) -> None:
        """Make an open circuit half open now."""
        ...


class MemoryBreakerStore:
    """The circuits of one process: the twin for tests, and what remains when Redis is away."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._circuits: dict[str, Circuit] = {}
        self._failed_at: dict[str, float] = {}
        self._versions = count(1)

    async def refresh(self) -> None:
        """Do nothing: nobody else knows anything."""

    def known(self) -> Mapping[str, Circuit]:
        """Return all circuits that are not healthy."""
        return self._circuits

    def learn(self, circuits: Mapping[str, Circuit]) -> None:
        """Know this, and nothing else."""
        self._circuits = dict(circuits)

    async def count(self, name: str, *, window_seconds: float) -> Circuit:
        """Count a failure."""
        now, circuit = self._clock.monotonic(), self._circuit(name)
        recent = now - self._failed_at.get(name, now) <= window_seconds
        self._failed_at[name] = now
        return self._keep(name, replace(circuit, failures=circuit.failures + 1 if recent else 1))

    async def open(self, name: str, cause: ModelFailure, *, seconds: float) -> bool:
        """Let no call through for a while, and never for less than was said before."""
        now, circuit = self._clock.monotonic(), self._circuit(name)
        was_open = circuit.opens_in_seconds(now) > 0
        self._keep(
            name,
            replace(
                circuit,
                openings=circuit.openings + 1,
                version=next(self._versions),
                cause=cause,
                open_until=max(circuit.open_until, now + seconds),
                probing_until=0.0,
            ),
        )
        return not was_open

    async def claim_probe(self, name: str, *, seconds: float) -> bool:
        """Become the one that probes a half-open circuit."""
        now, circuit = self._clock.monotonic(), self._circuit(name)
        if circuit.state(now) is not CircuitState.HALF_OPEN or now < circuit.probing_until:
            return False
        self._keep(name, replace(circuit, probing_until=now + seconds))
        return True

    async def release_probe(self, name: str) -> None:
        """Let another one probe."""
        if name in self._circuits:
            self._keep(name, replace(self._circuits[name], probing_until=0.0))

    async def close(self, name: str, *, version: int) -> None:
        """Forget the failures, unless it was opened again."""
        if self._circuit(name).version == version:
            self._circuits.pop(name, None)
            self._failed_at.pop(name, None)

    async def hasten(self, name: str) -> None:
        """Make an open circuit half open now."""
        now, circuit = self._clock.monotonic(), self._circuit(name)
        if circuit.opens_in_seconds(now) > 0:
            self._keep(name, replace(circuit, open_until=now))

    def _circuit(self, name: str) -> Circuit:
        return self._circuits.get(name, HEALTHY)

    def _keep(self, name: str, circuit: Circuit) -> Circuit:
        self._circuits[name] = circuit
        return circuit
