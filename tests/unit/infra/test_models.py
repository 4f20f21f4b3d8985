"""The models that are deployed are those that the router asks, and none of them has retired."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from shared.ai.catalogue import Catalogue
from shared.ai.models import KNOWN
from shared.ai.port import Role
from shared.settings import Settings

DOCUMENT = json.loads((Path(__file__).resolve().parents[3] / "infra" / "models.json").read_text())
MODELS: list[dict[str, Any]] = DOCUMENT["deployments"]
READ_ON = date.fromisoformat(DOCUMENT["readOn"])
FAMILIES = {model.family: model for model in KNOWN}


@pytest.fixture
def catalogue() -> Catalogue:
    """Return the catalogue as the deployed settings make it."""
    chosen = {f"azure_ai_deployment_{role}": model["name"] for model in MODELS for role in model["roles"]}
    required = {
        "database_url": SecretStr("postgresql://unused"),
        "servicebus_connection": SecretStr("unused"),
    }
    return Catalogue.from_settings(
        Settings.model_validate({**required, **chosen, "azure_ai_endpoint": "https://a.example/openai/v1"})
    )


@pytest.mark.parametrize("model", MODELS, ids=[model["name"] for model in MODELS])
def test_a_deployment_has_a_price_and_a_date(model: dict[str, Any]) -> None:
    """As the catalogue knows them: an unknown price would be an error at the first call."""
    known = FAMILIES[model["priceKey"]]
    assert known.input_usd_micros_per_million_tokens > 0
    retires_on = None if model["retiresOn"] is None else date.fromisoformat(model["retiresOn"])
    assert known.retires_on == retires_on
    assert known.family == model["name"]


def test_nothing_is_deployed_that_had_retired() -> None:
    """When the file was written; later on the log warns of it, 60 days ahead."""
    retired = [m["name"] for m in MODELS if m["retiresOn"] and date.fromisoformat(m["retiresOn"]) <= READ_ON]
    assert not retired


def test_every_role_is_played_by_one_deployment() -> None:
    """The settings say which."""
    assert sorted(role for model in MODELS for role in model["roles"]) == sorted(role.value for role in Role)


@pytest.mark.parametrize("role", list(Role))
def test_whatever_the_router_asks_is_deployed(role: Role, catalogue: Catalogue) -> None:
    """Fallbacks, economy and thoughtful choices included, with successors in the place of who has retired."""
    wanted = {catalogue.resolve(family, READ_ON).name for family in catalogue.plan(role).families}
    assert wanted <= {model["name"] for model in MODELS}
