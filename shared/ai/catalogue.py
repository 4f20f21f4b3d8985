"""Which deployment plays which role, what it costs, and what it can do.

Prices are integers: micro-dollars per million tokens. Sources, all read on 2026-11-24: DeepSeek-V3,
DeepSeek-R1 and the two Phi-4 from the founding document (`docs/`, $ per 1K tokens there); Llama-3.3-70B,
DeepSeek-V3.2, DeepSeek-V4-Flash and Mistral-Large-3 from LiteLLM's price map 1.109.1, which names Azure's
retail price API. Mistral Large is sold on the marketplace and priced here as Mistral-Large-2411 was, the
dearest of its line. Limits and JSON modes: Microsoft's model tables of 2025.

An operator may put any known model behind a role with `AZURE_AI_DEPLOYMENT_<ROLE>`. A model without a price
here is refused at start: an unknown price is an error, never $0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared.ai.deployment import Deployment, Wire
from shared.ai.port import Role
from shared.errors import ConfigurationError
from shared.settings import Settings

__all__ = ["KNOWN", "Catalogue", "Deployment", "Wire", "known_deployment"]


def _deployment(
    name: str,
    price: tuple[int, int],
    max_output_tokens: int,
    *,
    json_mode: bool = False,
    images: bool = False,
    temperature: bool = True,
) -> Deployment:
    return Deployment(
        name=name,
        family=name,
        input_usd_micros_per_million_tokens=price[0],
        output_usd_micros_per_million_tokens=price[1],
        max_output_tokens=max_output_tokens,
        json_mode=json_mode,
        images=images,
        temperature=temperature,
    )


#: Every model with a known price.
KNOWN: tuple[Deployment, ...] = (
    _deployment("DeepSeek-V3", (1_140_000, 4_560_000), 8_192, json_mode=True),
    _deployment("DeepSeek-V3.2", (580_000, 1_680_000), 8_192, json_mode=True),
    _deployment("DeepSeek-V4-Flash", (190_000, 510_000), 8_192, temperature=False),
    _deployment("DeepSeek-R1", (1_350_000, 5_400_000), 32_768, temperature=False),
    _deployment("Mistral-Large", (2_000_000, 6_000_000), 4_096, json_mode=True),
    _deployment("Mistral-Large-3", (500_000, 1_500_000), 4_096, json_mode=True),
    _deployment("Llama-3.3-70B-Instruct", (710_000, 710_000), 8_192),
    _deployment("Phi-4-multimodal-instruct", (400_000, 400_000), 4_096, images=True),
    _deployment("Phi-4-mini-instruct", (400_000, 400_000), 4_096),
)
_BY_NAME = {deployment.name.casefold(): deployment for deployment in KNOWN}


def known_deployment(name: str) -> Deployment:
    """Return what is known of a model, under the exact name the operator gave its deployment.

    Raises:
        ConfigurationError: nothing is, so its price is unknown.
    """
    known = _BY_NAME.get(name.casefold())
    if known is None:
        names = ", ".join(deployment.name for deployment in KNOWN)
        raise ConfigurationError(f"No price is known for the deployment {name!r}. Known are: {names}.")
    return replace(known, name=name)


class Catalogue:
    """The deployment for each role."""

    def __init__(self, deployments: Mapping[Role, Deployment]) -> None:
        self._deployments = dict(deployments)

    @classmethod
    def from_settings(cls, settings: Settings) -> Catalogue:
        """Return the catalogue that the operator chose.

        Raises:
            ConfigurationError: a chosen deployment has no known price.
        """
        names = {
            Role.GENERATION: settings.azure_ai_deployment_generation,
            Role.CREATIVE: settings.azure_ai_deployment_creative,
            Role.REASONING: settings.azure_ai_deployment_reasoning,
            Role.VISION: settings.azure_ai_deployment_vision,
            Role.CLASSIFICATION: settings.azure_ai_deployment_classification,
        }
        return cls({role: known_deployment(name) for role, name in names.items()})

    def deployment(self, role: Role) -> Deployment:
        """Return the deployment that plays a role.

        Raises:
            ConfigurationError: none does.
        """
        try:
            return self._deployments[role]
        except KeyError:
            raise ConfigurationError(f"No deployment is set for the role {role.value!r}.") from None
