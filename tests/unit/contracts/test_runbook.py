"""The runbook speaks of what there is: each log action, alert, metric, route, code, setting and log line."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from docs.contracts.catalogue import error_codes
from docs.contracts.routes.job_shapes import AlertView
from docs.contracts.routes.table import operations
from docs.contracts.tables import setting_name
from shared.ai.models import KNOWN, setting_prefix
from shared.dead_letters.judging import Outcome, Reason
from shared.health.checking import Standing
from shared.persistence.port import JobState
from shared.settings import Settings
from shared.webhooks.schedule import Outcome as Attempted

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
PROSE = re.sub(r"```sh\n.*?```", "", PAGE, flags=re.DOTALL)
SPANS = re.findall(r"`([^`\n]+)`", PROSE)
SITUATIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]

SERVICES = {"postgresql", "redis", "service_bus", "models"}


@cache
def _trees() -> tuple[ast.Module, ...]:
    found = [path for folder in ("shared", "workers") for path in (ROOT / folder).rglob("*.py")]
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in found)


def _texts() -> Iterator[str]:
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _actions() -> set[str]:
    """Return every `action` that a log line can have."""
    return {
        constant.value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "action"
        for constant in ast.walk(value)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    }


def _events() -> set[str]:
    alerts = json.loads((ROOT / "infra" / "alerts.json").read_text(encoding="utf-8"))
    return {each["event"] for each in alerts["events"]}


def _named(prefix: str) -> set[str]:
    return {span.removeprefix(prefix) for span in SPANS if span.startswith(prefix)}


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda text: text.partition("\n")[0])
def test_a_situation_says_four_things(situation: str) -> None:
    """What one sees, what to look at, what to press, and how one knows that it is over."""
    assert len(SITUATIONS) == 11
    for part in ("You see", "Look at", "Press", "Over"):
        assert f"**{part}**" in situation


def test_every_action_can_be_logged() -> None:
    named = _named("action: ")
    assert len(named) > 10
    assert named - _actions() == set()


def test_every_metric_is_measured() -> None:
    named = _named("metric: ")
    assert named
    assert named - set(_texts()) == set()


def test_every_alert_can_be_raised_and_has_its_place() -> None:
    """What `infra/alerts.json` knows, the page knows; the description of the route, too."""
    head = PAGE.partition("## 1.")[0]
    assert [event for event in _events() if f"`{event}`" not in head] == []
    assert set(AlertView.model_fields["event"].annotation.__args__) == _events()  # type: ignore[union-attr]  # a Literal


def test_every_word_of_the_apps_is_one() -> None:
    """States, outcomes, reasons, services: what is written with an underscore is looked up."""
    words = {span for span in SPANS if re.fullmatch(r"[a-z]+(_[a-z]+)+", span)}
    known = {*_events(), *SERVICES, *Standing, *Outcome, *Reason, *JobState, *Attempted}
    assert words - known == set()


def test_every_route_is_there() -> None:
    """Those in words, and those that are asked."""
    there = [
        (each.route.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", each.registered.path)))
        for each in operations()
    ]
    named = [tuple(span.split(" ")) for span in SPANS if re.match(r"[A-Z]+ /api/", span)]
    for method, path in [*named, *_asked()]:
        assert any(method == other and pattern.fullmatch(path) for other, pattern in there), (method, path)


def _asked() -> Iterator[tuple[str, str]]:
    for line in re.findall(r"^(?:ask|curl) .*FUNCTIONS_URL.*$", PAGE, flags=re.MULTILINE):
        path = re.search(r"\$FUNCTIONS_URL(/api/[^?\"]*)", line)
        assert path, line
        method = re.search(r"-X (\w+)", line)
        yield method[1] if method else "POST" if " -d " in line else "GET", path[1]


def test_every_code_and_setting_is_known() -> None:
    codes = {each.code for each in error_codes()}
    codes |= {code for each in operations() for told in each.route.refusals.values() for code in told}
    settings = {setting_name(name, field) for name, field in Settings.model_fields.items()}
    beside = {"ALERT", "FUNCTIONS_URL", "AZURE_<MODEL>_DEPLOYMENT"}
    named = {span.removesuffix("=…") for span in SPANS if re.fullmatch(r"[A-Z][A-Z_<>]{3,}", span)}
    assert named - codes - settings - beside == set()
    assert all(setting_prefix(model.family).startswith("AZURE_") for model in KNOWN)


def test_every_line_of_the_log_is_written_somewhere() -> None:
    """What stands in quotation marks begins a message."""
    texts = tuple(_texts())
    for line in re.findall(r'"([A-Z][^"\n]{15,})"', PROSE):
        assert any(text.startswith(line) for text in texts), line
