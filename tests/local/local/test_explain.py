"""The `explain` command says whom a request is sent to, and why."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from infra.local.cli import main
from infra.local.commands.explain import known_tasks


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defaults, whatever the machine has set."""
    for name in ("GENERATION", "CREATIVE", "REASONING", "VISION", "CLASSIFICATION"):
        monkeypatch.delenv(f"AZURE_AI_DEPLOYMENT_{name}", raising=False)


def _explained(*options: str) -> tuple[int, str]:
    output = io.StringIO()
    status = main(["explain", "--today", "2026-08-14", *options], Console(file=output, width=160))
    return status, output.getvalue()


def test_the_order_the_prices_and_the_reasons_are_shown() -> None:
    """With the successors of what has retired by that day."""
    status, text = _explained("--task", "chat.suggest")
    assert status == 0
    assert "on 2026-08-14" in text
    rows = [line for line in text.splitlines() if line[:1].isdigit()]
    assert [row.split()[1] for row in rows] == ["DeepSeek-V3.2", "Mistral-Large-3", "Llama-3.3-70B-Instruct"]
    assert "0.58/1.68" in rows[0]
    assert "first choice for generation" in rows[0]
    assert "has no JSON mode" in rows[2]
    assert "DeepSeek-V3 retired on 2025-08-31: DeepSeek-V3.2 is asked instead." in text


def test_the_options_are_the_requests() -> None:
    """Money, thought, thrift and language."""
    _, text = _explained("--thrift", "cheap", "--complexity", "complex", "--left", "9000", "--language", "sw")
    assert "DeepSeek-V4-Pro  may cost $0.0" in text  # of which the prompt decides
    assert "sw is not among its languages" in text
    assert "complexity complex (as you say)  thrift cheap" in text


def test_nobody_is_asked_about_pictures_that_it_cannot_see() -> None:
    """Which is a failure."""
    status, text = _explained("--images", "2")
    assert status == 1
    assert "Nobody is asked." in text
    assert text.count("sees no pictures") == 3
    assert _explained("--images", "1", "--role", "vision")[0] == 0


def test_an_unknown_task_is_answered_with_the_known_ones() -> None:
    """They are found, not listed."""
    assert "chat.suggest" in known_tasks()
    status, text = _explained("--task", "nonsense")
    assert status == 1
    assert text.startswith("There is no task 'nonsense'. There are: ")
    assert "chat.suggest" in text


def test_an_operators_settings_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they would in the app."""
    monkeypatch.setenv("AZURE_DEEPSEEK_V3_ENDPOINT", "https://mine.services.ai.azure.com/openai/v1")
    monkeypatch.setenv("AZURE_DEEPSEEK_V3_KEY", "mine")
    monkeypatch.setenv("AZURE_DEEPSEEK_V3_2_INPUT_USD_PER_MILLION_TOKENS", "0.10")
    _, text = _explained()
    assert "DeepSeek-V3.2 at https://mine.services.ai.azure.com/openai/v1" in text
    assert "0.10/1.68" in text
