"""Money is counted in whole micro-dollars, an unknown price is an error, and a retired model is not asked."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from shared.ai.catalogue import KNOWN, Catalogue, known_deployment
from shared.ai.deployment import Deployment, Wire
from shared.ai.model_settings import ModelSettings
from shared.ai.models import SPEECH
from shared.ai.port import Role, Usage
from shared.ai.roles import ROLE_PLANS, RolePlan
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
#: Before DeepSeek-R1 went, and the day after.
BEFORE, AFTER = date(2026, 8, 12), date(2026, 8, 14)


def _catalogue(models: dict[str, dict[str, Any]] | None = None, **changes: Any) -> Catalogue:
    said = {f"AZURE_{name}": ModelSettings(**values) for name, values in (models or {}).items()}
    return Catalogue.from_settings(SETTINGS.model_copy(update={"azure_models": said, **changes}))


def _with(family: str, **changes: Any) -> Catalogue:
    models = [replace(model, **changes) if model.family == family else model for model in KNOWN]
    return Catalogue(models, ROLE_PLANS)


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


@pytest.mark.parametrize(("seconds", "cost"), [(3_600, 180_000), (60, 3_000), (0.01, 1), (0, 0)])
def test_speech_is_paid_by_the_hour(seconds: float, cost: int) -> None:
    """The founding document's $0.18."""
    assert SPEECH.cost_usd_micros(seconds) == cost


@pytest.mark.parametrize("today", [date(2025, 1, 1), BEFORE, AFTER, date(2030, 1, 1)])
@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_priced_deployment_on_any_day(role: Role, today: date) -> None:
    """The settings' defaults are all known, with a price and its source."""
    deployment = _catalogue().deployment(role, today)
    assert deployment.input_usd_micros_per_million_tokens > 0
    assert deployment.output_usd_micros_per_million_tokens > 0
    assert deployment.price_source
    assert deployment.price_read_on


@pytest.mark.parametrize(
    ("family", "today", "asked"),
    [
        ("DeepSeek-R1", BEFORE, "DeepSeek-R1"),
        ("DeepSeek-R1", date(2026, 8, 13), "DeepSeek-V4-Pro"),
        ("DeepSeek-R1", AFTER, "DeepSeek-V4-Pro"),
        ("DeepSeek-V3", AFTER, "DeepSeek-V3.2"),
        ("Mistral-Large", AFTER, "Mistral-Large-3"),
        ("Llama-3.3-70B-Instruct", AFTER, "Llama-3.3-70B-Instruct"),
        # Its date has passed, but nobody names a successor: a 404 will tell.
        ("Phi-4-mini-instruct", date(2027, 2, 1), "Phi-4-mini-instruct"),
    ],
)
def test_a_retired_model_gives_way_to_its_successor(family: str, today: date, asked: str) -> None:
    """With the successor's own price."""
    assert _catalogue().resolve(family, today) == replace(known_deployment(asked), wire=Wire.MODELS)


def test_succession_is_followed_to_its_end() -> None:
    """A successor may retire, too."""
    catalogue = _with("DeepSeek-V3.2", retires_on=AFTER, successor="DeepSeek-V4-Pro")
    assert catalogue.resolve("DeepSeek-V3", AFTER).family == "DeepSeek-V4-Pro"


def test_a_coming_retirement_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Sixty days before, and not with every request."""
    catalogue = _catalogue()
    with caplog.at_level(logging.WARNING):
        catalogue.resolve("Phi-4-mini-instruct", date(2026, 11, 17))
        assert not caplog.records
        for _ in range(3):
            catalogue.resolve("Phi-4-mini-instruct", date(2026, 11, 18))
    assert [(record.__dict__["family"], record.__dict__["days_left"]) for record in caplog.records] == [
        ("Phi-4-mini-instruct", 60)
    ]


def test_an_operator_changes_a_deployment_with_a_setting() -> None:
    """The endpoint's own spelling is kept: it is case-sensitive there."""
    deployment = _catalogue(azure_ai_deployment_generation="deepseek-v3.2").deployment(Role.GENERATION, AFTER)
    assert deployment.name == "deepseek-v3.2"
    assert deployment.input_usd_micros_per_million_tokens == 580_000


def test_an_operator_says_where_a_model_answers() -> None:
    """With a name, a key, a wire form and a price of its own."""
    said = {
        "deployment": "chat-prod",
        "endpoint": "https://other.services.ai.azure.com/openai/v1",
        "key": "secret",
        "input_usd_per_million_tokens": "0.5800001",
        "output_usd_per_million_tokens": 12,
    }
    deployment = _catalogue({"DEEPSEEK_V3_2": said}).resolve("DeepSeek-V3.2", AFTER)
    assert deployment.identity == ("https://other.services.ai.azure.com/openai/v1", "chat-prod")
    assert deployment.wire is Wire.OPENAI_V1
    assert deployment.key
    assert deployment.key.get_secret_value() == "secret"
    assert "secret" not in repr(deployment)
    assert deployment.input_usd_micros_per_million_tokens == 580_001
    assert deployment.output_usd_micros_per_million_tokens == 12_000_000
    assert "AZURE_DEEPSEEK_V3_2" in deployment.price_source


def test_a_role_may_be_given_a_deployment_by_the_operators_name() -> None:
    """Which is found by the model's own settings."""
    catalogue = _catalogue(
        {"DEEPSEEK_V3_2": {"deployment": "chat-prod"}}, azure_ai_deployment_creative="Chat-Prod"
    )
    deployment = catalogue.deployment(Role.CREATIVE, AFTER)
    assert (deployment.name, deployment.family) == ("chat-prod", "DeepSeek-V3.2")


def test_a_retired_models_endpoint_serves_its_successor() -> None:
    """Who set the front end's names is understood after the model has gone; its price went with it."""
    said = {
        "endpoint": "https://a/openai/v1",
        "key": "k",
        "deployment": "chat",
        "output_usd_per_million_tokens": 9,
    }
    deployment = _catalogue({"DEEPSEEK_V3": said}).resolve("DeepSeek-V3", AFTER)
    assert deployment.identity == ("https://a/openai/v1", "chat")
    assert (deployment.family, deployment.wire) == ("DeepSeek-V3.2", Wire.OPENAI_V1)
    assert deployment.output_usd_micros_per_million_tokens == 1_680_000


def test_a_serverless_endpoint_goes_with_its_model() -> None:
    """It never served another."""
    said = {"endpoint": "https://v3-abc.eastus2.models.ai.azure.com", "key": "k", "deployment": "v3-abc"}
    catalogue = _catalogue({"DEEPSEEK_V3": said})
    assert catalogue.resolve("DeepSeek-V3", date(2025, 1, 1)).wire is Wire.MODELS
    assert catalogue.resolve("DeepSeek-V3", AFTER) == catalogue.known("DeepSeek-V3.2")


def test_a_successors_own_settings_win() -> None:
    """They are about it."""
    said = {
        "DEEPSEEK_V3": {"endpoint": "https://a/models", "key": "k", "deployment": "old"},
        "DEEPSEEK_V3_2": {"endpoint": "http://localhost/openai/v1", "deployment": "new"},
    }
    deployment = _catalogue(said).resolve("DeepSeek-V3", AFTER)
    assert deployment.identity == ("http://localhost/openai/v1", "new")
    assert deployment.key is None


def test_a_key_is_sent_to_its_own_host_only() -> None:
    """Without any key Entra ID vouches for the app, wherever it asks."""
    said = {"PHI4_MINI": {"endpoint": "https://elsewhere/models"}}
    with pytest.raises(ConfigurationError, match="AZURE_PHI4_MINI_KEY"):
        _catalogue(said)
    assert _catalogue(said, azure_ai_key=SecretStr("")).known("Phi-4-mini-instruct").key is None


@pytest.mark.parametrize(
    ("endpoint", "wire"),
    [
        ("https://r.services.ai.azure.com/models", Wire.MODELS),
        ("http://localhost:8081/models/", Wire.MODELS),
        ("https://r.openai.azure.com/openai/v1/", Wire.OPENAI_V1),
        ("http://localhost:11434/v1", Wire.OPENAI_V1),
        ("https://r.services.ai.azure.com", Wire.OPENAI_V1),
        ("https://DeepSeek-V3-abc.eastus2.models.ai.azure.com/", Wire.MODELS),
    ],
)
def test_the_default_endpoints_path_tells_its_form(endpoint: str, wire: Wire) -> None:
    """Where nothing is said, the form that Azure keeps is the one."""
    assert _catalogue(azure_ai_endpoint=endpoint).deployment(Role.GENERATION, AFTER).wire is wire


def test_a_model_under_another_models_name_is_refused() -> None:
    """It would be charged at the wrong price; its successor's name is no such mistake."""
    with pytest.raises(ConfigurationError, match="AZURE_PHI4_MINI_DEPLOYMENT"):
        _catalogue({"PHI4_MINI": {"deployment": "DeepSeek-R1"}})
    _catalogue({"DEEPSEEK_V3": {"deployment": "DeepSeek-V3.2"}})


def test_a_model_without_a_price_is_refused() -> None:
    """It would cost $0 in every report."""
    with pytest.raises(ConfigurationError, match="No price is known for the deployment 'gpt-9'"):
        known_deployment("gpt-9")
    with pytest.raises(ConfigurationError, match=r"AZURE_AI_DEPLOYMENT_VISION: No price is known .* 'gpt-9'"):
        _catalogue(azure_ai_deployment_vision="gpt-9")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"successor": "DeepSeek-V9"}, r"AZURE_DEEPSEEK_V3: the successor 'DeepSeek-V9' is unknown"),
        ({"successor": "DeepSeek-V3"}, r"AZURE_DEEPSEEK_V3: successors in a circle"),
        ({"price_source": ""}, r"AZURE_DEEPSEEK_V3_INPUT_USD_PER_MILLION_TOKENS: the price is unknown"),
        (
            {"output_usd_micros_per_million_tokens": -1},
            r"AZURE_DEEPSEEK_V3_OUTPUT_USD_PER_MILLION_TOKENS: the price is negative",
        ),
        ({"max_output_tokens": 128_001}, r"AZURE_DEEPSEEK_V3: an answer of DeepSeek-V3 does not fit"),
        ({"max_output_tokens": 0}, r"AZURE_DEEPSEEK_V3: an answer of DeepSeek-V3 does not fit"),
    ],
)
def test_a_catalogue_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    """At start, by the setting's name."""
    with pytest.raises(ConfigurationError, match=message):
        _with("DeepSeek-V3", **changes)


def test_what_only_looks_odd_is_taken() -> None:
    """A server of one's own costs nothing, which is a price; an answer may fill a context."""
    free = {"input_usd_micros_per_million_tokens": 0, "output_usd_micros_per_million_tokens": 0}
    catalogue = _with("DeepSeek-V3", max_output_tokens=128_000, **free)
    assert catalogue.known("DeepSeek-V3").max_output_tokens == 128_000


def test_a_longer_circle_is_found() -> None:
    """From whichever model it is entered."""
    with pytest.raises(ConfigurationError, match=r"circle: .* → .* → "):
        _with("DeepSeek-V3.2", successor="DeepSeek-V3")


def test_a_role_without_a_deployment_is_refused() -> None:
    """The operator is told which."""
    with pytest.raises(ConfigurationError, match="AZURE_AI_DEPLOYMENT_VISION"):
        Catalogue(KNOWN, {}).deployment(Role.VISION, AFTER)
    with pytest.raises(ConfigurationError, match=r"AZURE_AI_DEPLOYMENT_VISION: .*'Eyes'"):
        Catalogue(KNOWN, {Role.VISION: RolePlan(first="Eyes")})


def test_names_are_unique() -> None:
    """A name finds one price."""
    assert len({deployment.name.casefold() for deployment in KNOWN}) == len(KNOWN)


def test_vision_takes_images() -> None:
    """The default for pictures can see."""
    assert _catalogue().deployment(Role.VISION, AFTER).images


@pytest.mark.parametrize(
    ("languages", "spoken", "not_spoken"),
    [(None, ["xx", None], []), (("en",), ["en", "EN-gb", None], ["fr", "fr-CA", "eng"])],
)
def test_languages_are_those_that_the_maker_names(
    languages: tuple[str, ...] | None, spoken: list[str | None], not_spoken: list[str]
) -> None:
    """Nothing said is nothing held against it."""
    model: Deployment = replace(KNOWN[0], languages=frozenset(languages) if languages else None)
    assert all(model.speaks(tag) for tag in spoken)
    assert not any(model.speaks(tag) for tag in not_spoken)
