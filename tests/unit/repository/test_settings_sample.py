"""`local.settings.sample.json` names exactly what the app and its host read, with values that are safe."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from docs.contracts.comments import field_comments
from docs.contracts.tables import setting_name
from shared.ai.model_settings import PATTERN, model_setting_names
from shared.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[3]
#: Read by the Functions host itself.
HOST = {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}

#: The models that the founding document names. The sample lists where each may answer, by their pattern.
FOUNDING_MODELS = (
    "AZURE_DEEPSEEK_V3",
    "AZURE_DEEPSEEK_R1",
    "AZURE_MISTRAL_LARGE",
    "AZURE_LLAMA_3_3_70B",
    "AZURE_PHI4_MULTIMODAL",
    "AZURE_PHI4_MINI",
)


def _sample() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "local.settings.sample.json").read_text())
    return document


def _names() -> set[str]:
    single = {setting_name(name, field) for name, field in Settings.model_fields.items()} - {PATTERN}
    return single | {f"{prefix}_{what}" for prefix in FOUNDING_MODELS for what in ("ENDPOINT", "KEY")}


def _bound(shipped: Sequence[Path]) -> set[str]:
    """Return the settings that bindings expand and connect with."""
    found: set[str] = set()
    for path in shipped:
        if path.name in {"trigger.py", "host.json"}:
            text = path.read_text()
            found |= set(re.findall(r"%([A-Za-z_]+)%", text))
            found |= set(re.findall(r'connection="([A-Za-z_]+)"', text))
    return found


def test_the_sample_and_the_settings_name_the_same(shipped: Sequence[Path]) -> None:
    """A setting that is added, renamed or dropped is so in both, or nowhere."""
    assert set(_sample()["Values"]) == _names() | HOST | _bound(shipped)


def test_core_tools_can_read_the_sample() -> None:
    """They want texts, unencrypted."""
    sample = _sample()
    assert sample["IsEncrypted"] is False
    assert all(isinstance(value, str) for value in sample["Values"].values())
    assert sample["Values"]["FUNCTIONS_WORKER_RUNTIME"] == "python"


def test_the_app_starts_with_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings accept every value, and a default is shown as it is."""
    for name, value in _sample()["Values"].items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    defaults = {
        name: field
        for name, field in Settings.model_fields.items()
        if not field.is_required() and field.default
    }
    assert {name: getattr(settings, name) for name in defaults} == {
        name: field.default for name, field in defaults.items()
    }


def test_the_pattern_of_model_settings_knows_what_the_sample_names() -> None:
    """The front end's names for the models are ours."""
    listed = {name for name in _names() if name.startswith(FOUNDING_MODELS)}
    assert len(listed) == 2 * len(FOUNDING_MODELS)
    assert listed <= {name for name, _prefix, _what in model_setting_names()}


def test_the_sample_leads_nowhere_but_here() -> None:
    """Whoever starts with it reaches no service of ours, and it holds no secret of ours."""
    hosts = re.findall(r"(?://|@)([A-Za-z0-9.-]+)", json.dumps(_sample()))
    assert {host for host in hosts if not host.startswith("huntaze")} == {"localhost"}


def test_every_setting_says_what_it_means() -> None:
    """The operator's page is made of these comments."""
    assert set(field_comments(Settings)) == set(Settings.model_fields)
