"""What the router asks for each request: whom to ask, in which order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from shared.ai.breaker import Health
from shared.ai.candidates import Selection, candidates
from shared.ai.catalogue import Catalogue
from shared.ai.deployment import Deployment
from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.port import Complexity, ModelRequest
from shared.ai.trail import note
from shared.clock import Clock
from shared.errors import BudgetExceededError


class CandidateSelector:
    """Finds the deployments for a request, with what is known of it, of them, and of the day."""

    def __init__(
        self,
        catalogue: Catalogue,
        complexity: Callable[[ModelRequest], Awaitable[Complexity]],
        health: Callable[[], Mapping[str, Health]],
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._complexity = complexity
        self._health = health
        self._clock = clock

    async def __call__(self, request: ModelRequest) -> Sequence[Deployment]:
        """Return the deployments to ask, in order: at least one.

        Raises:
            BudgetExceededError: there is only too little money for the ones that could answer.
            DeploymentError: none can answer such a request.
        """
        selection = candidates(
            request,
            await self._complexity(request),
            self._catalogue,
            self._health(),
            self._clock.now().date(),
        )
        if not selection.choices:
            raise refusal(selection)
        first = selection.choices[0]
        note(
            "route",
            deployment=first.deployment.name,
            why=first.why,
            role=request.task.role.value,
            complexity=selection.complexity.value,
            thrift=int(request.thrift),
        )
        return [choice.deployment for choice in selection.choices]


async def as_told(request: ModelRequest) -> Complexity:
    """Return what the caller says of a request's complexity, or STANDARD: asks nobody."""
    return request.complexity or Complexity.STANDARD


def refusal(selection: Selection) -> BudgetExceededError | DeploymentError:
    """Return the error for a request that nobody may be asked."""
    reasons = "; ".join(f"{exclusion.deployment.name} {exclusion.why}" for exclusion in selection.exclusions)
    if any(exclusion.for_money for exclusion in selection.exclusions):
        return BudgetExceededError(f"No AI deployment is cheap enough: {reasons}.")
    return DeploymentError(f"No AI deployment takes this request: {reasons}.", failure=ModelFailure.REFUSED)
