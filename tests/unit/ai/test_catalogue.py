"""Money is counted in whole micro-dollars, and an unknown price is an error."""

from __future__ import annotations

import pytest

from shared.ai.catalogue import KNOWN, Catalogue, known_deployment
from shared.ai.port import Role, Usage
from shared.errors import ConfigurationError
from shared.settings import Settings

SETTINGS = Settings.model_validate(
    {
        "servicebus_connection": "Endpoint=sb://localhost",
        "database_url": "postgresql://localhost/test",
        "azure_ai_endpoint": "http://localhost/models",
        "azure_ai_key": "key",
    }
)


@pytest.mark.parametrize(
    ("name", "usage", "cost"),
    [
        # The founding document: 300 in and 50 out of DeepSeek-V3, $171 for 300,000 calls.
        ("DeepSeek-V3", Usage(input_tokens=300, output_tokens=50), 570),
        ("DeepSeek-V3", Usage(input_tokens=1, output_tokens=0), 2),
        ("DeepSeek-V3", Usage(input_tokens=0, output_tokens=0), 0),
        ("DeepSeek-R1", Usage(input_tokens=11, output_tokens=886, reasoning_tokens=800), 4_800),
        ("Phi-4-mini-instruct", Usage(input_tokens=1_000, output_tokens=1_000), 800),
    ],
)
def test_costs_are_whole_and_rounded_up(name: str, usage: Usage, cost: int) -> None:
    """Reasoning is part of the output, and a fraction of a micro-dollar counts as one."""
    assert known_deployment(name).cost_usd_micros(usage) == cost


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_deployment_by_default(role: Role) -> None:
    """The settings' defaults are all known, with a price."""
    deployment = Catalogue.from_settings(SETTINGS).deployment(role)
    assert deployment.input_usd_micros_per_million_tokens > 0
    assert deployment.output_usd_micros_per_million_tokens > 0


def test_an_operator_changes_a_deployment_with_a_setting() -> None:
    """The endpoint's own spelling is kept: it is case-sensitive there."""
    changed = SETTINGS.model_copy(update={"azure_ai_deployment_generation": "deepseek-v3.2"})
    deployment = Catalogue.from_settings(changed).deployment(Role.GENERATION)
    assert deployment.name == "deepseek-v3.2"
    assert deployment.input_usd_micros_per_million_tokens == 580_000


def test_a_model_without_a_price_is_refused() -> None:
    """It would cost $0 in every report."""
    with pytest.raises(ConfigurationError, match="No price is known for the deployment 'gpt-9'"):
        known_deployment("gpt-9")


def test_a_role_without_a_deployment_is_refused() -> None:
    """The operator is told which."""
    with pytest.raises(ConfigurationError, match="vision"):
        Catalogue({}).deployment(Role.VISION)


def test_names_are_unique() -> None:
    """A name finds one price."""
    assert len({deployment.name.casefold() for deployment in KNOWN}) == len(KNOWN)


def test_vision_takes_images() -> None:
    """The default for pictures can see."""
    assert Catalogue.from_settings(SETTINGS).deployment(Role.VISION).images
