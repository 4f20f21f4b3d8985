"""The circuit breaker: a deployment that keeps failing is left alone for a while.

Opened by five failures in a row, by a 429 for as long as it asks, and by a 404 until an operator acts, who
hears of it once. A request that was refused or filtered says nothing against the deployment, nor does a call
that was cancelled, or that was given too little time. While open, a call fails at once and costs nothing.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.ai.circuits import HEALTHY, BreakerStore, Circuit, CircuitState
from shared.ai.failures import DeploymentError, ModelFailure, failure_of
from shared.ai.port import ChatModel, ModelReply, ModelRequest
from shared.ai.trail import note
from shared.clock import Clock
from shared.errors import JobError, TransientError

logger = logging.getLogger(__name__)

#: A probe that has not reported by so long after its deadline died with its worker.
_PROBE_MARGIN_SECONDS = 2.0
#: A deployment whose limit has passed is alive: its callers only must not all come back at once.
_THROTTLED_PROBE_SECONDS = 0.5
#: Failures of the deployment, one of which means little and several of which in a row a lot.
_COUNTED = frozenset({ModelFailure.UNAVAILABLE, ModelFailure.TIMED_OUT, ModelFailure.UNAUTHORIZED})
#: The deployment answered, whatever we think of the answer.
_ALIVE = frozenset(
    {ModelFailure.REFUSED, ModelFailure.FILTERED, ModelFailure.TRUNCATED, ModelFailure.UNUSABLE}
)

_FAILING = (logging.WARNING, "An AI deployment keeps failing: it is left alone for a while")
#: What an operator reads when a circuit opens: once for each opening, not for each call.
_ANNOUNCED: Mapping[ModelFailure, tuple[int, str]] = {
    ModelFailure.GONE: (
        logging.ERROR,
        "An AI deployment does not exist: it is not asked again until an operator acts",
    ),
    ModelFailure.UNAUTHORIZED: (logging.ERROR, "An AI endpoint does not accept our key, or forbids its use"),
    ModelFailure.RATE_LIMITED: (logging.INFO, "An AI deployment limits our calls: it is given its time"),
}


class CircuitOpenError(DeploymentError):
    """The deployment is left alone for now, because it failed."""


def refusal(cause: ModelFailure | None, opens_in_seconds: float) -> CircuitOpenError:
    """Return the error of a call that was not let through.

    A deployment that did not answer others in time has made this call wait for nothing: it is unavailable.
    """
    own = cause in {ModelFailure.GONE, ModelFailure.RATE_LIMITED, ModelFailure.UNAUTHORIZED}
    failure = cause if cause and own else ModelFailure.UNAVAILABLE
    return CircuitOpenError(failure=failure, retry_after_seconds=opens_in_seconds or None)


@dataclass(frozen=True, kw_only=True)
class BreakerPolicy:
    """When a circuit opens, and for how long. The figures are ours; Retry-After is the service's."""

    #: This many failures in a row open it,
    failures: int = 5
    #: if none is longer than this after the one before.
    window_seconds: float = 60.0
    #: The first opening; each further one without a success is twice as long,
    base_seconds: float = 5.0
    #: up to this.
    max_seconds: float = 300.0
    #: The same for a 429 that does not say how long: quotas are counted by the minute.
    throttled_base_seconds: float = 2.0
    #: A 404 lasts until an operator acts; one call an hour finds out whether one has.
    gone_seconds: float = 60 * 60.0
    #: A call that was given less says nothing by not answering.
    fair_seconds: float = 5.0


def cooldown_seconds(openings: int, chance: float, *, base: float, most: float) -> float:
    """Return how long a circuit stays open: doubling, and jittered so that workers do not return as one.

    Args:
        openings: how often it was opened before, since it was last closed.
        chance: from 0 to 1; half the time is certain, half is chance.
        base: the first opening, in seconds.
        most: the longest, in seconds.
    """
    longest = min(most, base * 2 ** min(openings, 32))
    return float(longest * (0.5 + chance / 2))


def opening_seconds(
    error: JobError, circuit: Circuit, chance: float, policy: BreakerPolicy, *, is_open: bool
) -> float | None:
    """Return for how long a failure opens a circuit, or `None` when it does not.

    Args:
        error: the failure, which `circuit` has counted already if it counts.
        circuit: what is known of the deployment.
        chance: from 0 to 1.
        policy: the figures.
        is_open: the call began before the circuit opened; then only the service's own word prolongs that.
    """
    failure = failure_of(error)
    if failure is ModelFailure.GONE:
        return policy.gone_seconds
    throttled = failure is ModelFailure.RATE_LIMITED
    says = throttled or failure is ModelFailure.UNAVAILABLE
    if says and isinstance(error, TransientError) and error.retry_after_seconds is not None:
        return error.retry_after_seconds
    again = circuit.openings if (circuit.cause is ModelFailure.RATE_LIMITED) is throttled else 0
    failing = failure in _COUNTED and (again > 0 or circuit.failures >= policy.failures)
    if is_open or not (throttled or failing):
        return None
    base = policy.throttled_base_seconds if throttled else policy.base_seconds
    return cooldown_seconds(again, chance, base=base, most=policy.max_seconds)


def probe_seconds(circuit: Circuit, seconds: float) -> float:
    """Return how long the others wait for a probe that has so many seconds."""
    if circuit.cause is ModelFailure.RATE_LIMITED:
        return _THROTTLED_PROBE_SECONDS
    return max(0.0, seconds) + _PROBE_MARGIN_SECONDS


@dataclass(frozen=True, kw_only=True)
class Health:
    """How a deployment is, as far as this process knows."""

    state: CircuitState
    #: Why it is not closed.
    cause: ModelFailure | None = None
    #: How long it is until a call is let through.
    opens_in_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Admission:
    """A call that was let through."""

    name: str
    #: What was known when it began.
    circuit: Circuit
    #: It is the one probe of a half-open circuit.
    probe: bool = False
    #: How much time it has.
    seconds: float


class Breaker:
    """The circuits of all deployments."""

    def __init__(
        self,
        store: BreakerStore,
        clock: Clock,
        *,
        policy: BreakerPolicy | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy or BreakerPolicy()
        self._chance = chance

    def health(self) -> Mapping[str, Health]:
        """Return the health of every deployment that something is known of; a missing one is well."""
        now = self._clock.monotonic()
        known = self._store.known().items()
        return MappingProxyType({name: _health(circuit, now) for name, circuit in known})

    async def refresh(self) -> None:
        """Learn what other workers know; asks at most once a second."""
        await self._store.refresh()

    async def hasten(self, name: str) -> bool:
        """Let a probe through before its time, unless the service said when to come back; say whether."""
        may = self._store.known().get(name, HEALTHY).cause in _COUNTED
        if may:
            await self._store.hasten(name)
        return may

    async def reset(self, name: str) -> None:
        """Forget all that is known against a deployment: for the operator who has repaired it."""
        await self._store.close(name, version=self._store.known().get(name, HEALTHY).version)

    async def admit(self, name: str, *, seconds: float) -> Admission:
        """Let a call through that has so many seconds.

        Raises:
            CircuitOpenError: it is not let through.
        """
        await self._store.refresh()
        circuit, now = self._store.known().get(name, HEALTHY), self._clock.monotonic()
        state = circuit.state(now)
        admission = Admission(name=name, circuit=circuit, seconds=seconds)
        if state is CircuitState.CLOSED:
            return admission
        may_probe = state is CircuitState.HALF_OPEN and now >= circuit.probing_until
        if may_probe and await self._store.claim_probe(name, seconds=probe_seconds(circuit, seconds)):
            note("breaker", deployment=name, state=CircuitState.HALF_OPEN.value)
            return Admission(name=name, circuit=circuit, seconds=seconds, probe=True)
        note("breaker", deployment=name, state=CircuitState.OPEN.value)
        raise refusal(circuit.cause, circuit.opens_in_seconds(now))

    async def succeeded(self, admission: Admission) -> None:
        """Tell that the deployment answered."""
        circuit = self._store.known().get(admission.name, HEALTHY)
        if admission.probe or circuit.failures:
            await self._store.close(admission.name, version=admission.circuit.version)
            if admission.probe:
                note("breaker", deployment=admission.name, state=CircuitState.CLOSED.value)

    async def failed(self, admission: Admission, error: JobError) -> None:
        """Tell that it did not."""
        failure = failure_of(error)
        if failure in _ALIVE:
            await self.succeeded(admission)
            return
        if failure in _COUNTED and not self._is_unfair(failure, admission):
            circuit = await self._store.count(admission.name, window_seconds=self._policy.window_seconds)
        elif failure in {ModelFailure.RATE_LIMITED, ModelFailure.GONE}:
            circuit = self._store.known().get(admission.name, HEALTHY)
        else:
            await self.abandoned(admission)
            return
        is_open = circuit.opens_in_seconds(self._clock.monotonic()) > 0
        seconds = opening_seconds(error, circuit, self._chance(), self._policy, is_open=is_open)
        if seconds is None:
            await self.abandoned(admission)
        else:
            await self._open(admission.name, failure, seconds, before=circuit)

    async def abandoned(self, admission: Admission) -> None:
        """Tell that the call ended without saying anything about the deployment."""
        if admission.probe:
            await self._store.release_probe(admission.name)

    def _is_unfair(self, failure: ModelFailure, admission: Admission) -> bool:
        return failure is ModelFailure.TIMED_OUT and admission.seconds < self._policy.fair_seconds

    async def _open(self, name: str, cause: ModelFailure, seconds: float, *, before: Circuit) -> None:
        newly = await self._store.open(name, cause, seconds=seconds)
        note("breaker", deployment=name, state=CircuitState.OPEN.value)
        is_known = cause is before.cause is ModelFailure.GONE
        if newly and not is_known:
            level, message = _ANNOUNCED.get(cause, _FAILING)
            logger.log(
                level,
                message,
                extra={"deployment": name, "cause": cause.value, "seconds": round(seconds, 1)},
            )


class BreakingChatModel:
    """One deployment, asked only while its circuit lets calls through."""

    def __init__(self, model: ChatModel, name: str, breaker: Breaker, clock: Clock) -> None:
        self._model = model
        self._name = name
        self._breaker = breaker
        self._clock = clock

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Ask the deployment.

        Raises:
            CircuitOpenError: it was not asked.
            JobError: see `ChatModel.complete`.
        """
        seconds = request.deadline - self._clock.monotonic()
        admission = await self._breaker.admit(self._name, seconds=seconds)
        try:
            reply = await self._model.complete(request)
        except JobError as error:
            await self._breaker.failed(admission, error)
            raise
        except BaseException:  # cancelled, or a bug of ours: either way no fault of the deployment
            await self._breaker.abandoned(admission)
            raise
        await self._breaker.succeeded(admission)
        return reply


def _health(circuit: Circuit, now: float) -> Health:
    state = circuit.state(now)
    cause = None if state is CircuitState.CLOSED else circuit.cause
    return Health(state=state, cause=cause, opens_in_seconds=circuit.opens_in_seconds(now))
