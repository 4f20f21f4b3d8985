"""host.json as the host reads it."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.host import timespan
from infra.local.host.errors import HostError
from infra.local.host.options import UNBOUNDED_SECONDS, parse_options, read_document

ROOT = Path(__file__).resolve().parents[3]


def test_defaults_are_the_documented_ones() -> None:
    """An empty host.json gives Premium's values."""
    options = parse_options({"version": "2.0"}, {})
    assert options.function_timeout_seconds == 1800
    assert options.route_prefix == "api"
    assert options.service_bus.max_concurrent_calls == 16
    assert options.service_bus.auto_complete_messages
    assert options.service_bus.prefetch_count == 0
    assert options.service_bus.max_auto_lock_renewal_seconds == 300


def test_our_own_host_json() -> None:
    """The file that ships says what it is meant to say."""
    options = parse_options(read_document(ROOT), {})
    assert options.function_timeout_seconds == 600
    assert options.service_bus.max_auto_lock_renewal_seconds == 600
    assert options.service_bus.max_concurrent_calls == 16


def test_settings_override_values_whatever_their_case() -> None:
    """Two apps of one package differ by settings alone."""
    settings = {
        "AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls": "2",
        "AzureFunctionsJobHost__extensions__ServiceBus__AutoCompleteMessages": "False",
        "AzureFunctionsJobHost__functionTimeout": "00:02:00",
        "AzureFunctionsJobHost__logging__logLevel__default": "Debug",
    }
    document = {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 9, "prefetchCount": 3}}}
    options = parse_options(document, settings)
    assert options.service_bus.max_concurrent_calls == 2
    assert not options.service_bus.auto_complete_messages
    assert options.service_bus.prefetch_count == 3
    assert options.function_timeout_seconds == 120


@pytest.mark.parametrize("text", ["-1", "-00:00:00.0010000"])
def test_without_end(text: str) -> None:
    """Both spellings of "without end" are long, not negative."""
    options = parse_options({"version": "2.0", "functionTimeout": text}, {})
    assert options.function_timeout_seconds == UNBOUNDED_SECONDS


def test_an_empty_route_prefix() -> None:
    """It is a value, not an absence."""
    document = {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}
    assert parse_options(document, {}).route_prefix == ""


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"version": "1.0"},
        {"version": "2.0", "functionTimeout": "10 minutes"},
        {"version": "2.0", "functionTimeout": 600},
        {"version": "2.0", "functionTimeout": "00:00:00"},
        {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 0}}},
        {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": "many"}}},
        {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": True}}},
        {"version": "2.0", "extensions": {"serviceBus": {"prefetchCount": -1}}},
        {"version": "2.0", "extensions": {"serviceBus": {"autoCompleteMessages": 1}}},
        {"version": "2.0", "extensions": {"http": {"routePrefix": None}}},
    ],
)
def test_wrong_values_are_refused(document: Any) -> None:
    """A value that the host follows is checked before anything runs."""
    with pytest.raises(HostError, match=r"host\.json"):
        parse_options(document, {})


def test_a_missing_file_and_no_json(tmp_path: Path) -> None:
    """The message says which file is wrong."""
    with pytest.raises(HostError, match=r"no host\.json"):
        read_document(tmp_path)
    (tmp_path / "host.json").write_text("{")
    with pytest.raises(HostError, match="not valid JSON"):
        read_document(tmp_path)
    (tmp_path / "host.json").write_text(json.dumps({"version": "2.0"}))
    assert read_document(tmp_path) == {"version": "2.0"}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:05:00", 300), ("1.02:03:04", 93_784), ("00:00:00.5", 0.5), ("-00:00:01", -1), ("0:0:1", 1)],
)
def test_time_spans(text: str, seconds: float) -> None:
    """Days and fractions are optional."""
    assert timespan.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "00:60:00", "24:00:00", "00:00:60", "00:05", "1:00:00:00"])
def test_what_is_no_time_span(text: str) -> None:
    """Out of range is refused rather than carried over."""
    with pytest.raises(ValueError, match="time span"):
        timespan.seconds(text)
