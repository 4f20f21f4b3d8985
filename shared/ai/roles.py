"""Which models play which role, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.ai.port import Role


@dataclass(frozen=True, kw_only=True)
class RolePlan:
    """The models of a role, by family."""

    first: str
    fallbacks: tuple[str, ...] = ()
    #: Asked instead when a small model is enough, or when money is short.
    economy: tuple[str, ...] = ()
    #: Asked before the others when a request takes several steps of reasoning.
    thoughtful: tuple[str, ...] = ()

    @property
    def families(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((self.first, *self.fallbacks, *self.economy, *self.thoughtful)))


#: The founding document's roles. Vision has no second model: without it a video is described from its
#: metadata and transcript. Classification falls back to rules, in the process.
ROLE_PLANS: Mapping[Role, RolePlan] = {
    Role.GENERATION: RolePlan(
        first="DeepSeek-V3",
        fallbacks=("Llama-3.3-70B-Instruct", "Mistral-Large"),
        economy=("Phi-4-mini-instruct",),
        thoughtful=("DeepSeek-R1",),
    ),
    # A voice is what a strong persona is about: neither a small model nor one that thinks aloud has it.
    Role.CREATIVE: RolePlan(
        first="Mistral-Large",
        fallbacks=("DeepSeek-V3", "Llama-3.3-70B-Instruct"),
    ),
    Role.REASONING: RolePlan(
        first="DeepSeek-R1",
        fallbacks=("DeepSeek-V3", "Llama-3.3-70B-Instruct"),
    ),
    Role.VISION: RolePlan(first="Phi-4-multimodal-instruct"),
    Role.CLASSIFICATION: RolePlan(first="Phi-4-mini-instruct"),
}
