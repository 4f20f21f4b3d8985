"""Indexing apps the way the worker and the host do."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, List  # noqa: UP035 - what the worker indexes

import azure.functions as func
import pytest

from infra.local.host.errors import HostError
from infra.local.host.indexing import index, load_app


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Path]:
    """Return the path of an app's script that leaves nothing behind in this process."""
    before = list(sys.path)
    yield tmp_path / "sample_script.py"
    sys.path[:] = before
    sys.modules.pop("sample_script", None)


def load(script: Path) -> object:
    """Load the app at the script's path."""
    return load_app(script.parent, {"PYTHON_SCRIPT_FILE_NAME": script.name})


def app_with(function: object, **options: Any) -> func.FunctionApp:
    """Return an app with one queue function."""
    app = func.FunctionApp()
    app.service_bus_queue_trigger(arg_name="message", connection="BUS", queue_name="%QUEUE%", **options)(
        function
    )
    return app


def test_a_function_as_it_is_indexed() -> None:
    """Its trigger is expanded, its shape is known."""
    app = func.FunctionApp()

    @app.function_name("named")
    @app.service_bus_topic_trigger(
        arg_name="message",
        connection="BUS",
        topic_name="%TOPIC%",
        subscription_name="sub",
        cardinality="many",
    )
    @app.generic_output_binding(arg_name="signalr", type="signalR", hubName="%HUB%")
    async def handler(
        message: List[func.ServiceBusMessage],  # noqa: UP006 - what the worker indexes
        signalr: func.Out[str],
        context: func.Context,
    ) -> None: ...

    [found] = index(app, {"TOPIC": "jobs", "HUB": "huntaze"})
    assert found.name == "named"
    assert found.is_async
    assert found.wants_context
    assert found.trigger.type == "serviceBusTrigger"
    assert found.trigger.properties["topicName"] == "jobs"
    assert found.trigger.properties["cardinality"] == "MANY"
    [output] = found.outputs
    assert (output.type, output.properties["hubName"]) == ("signalR", "huntaze")
    assert found.returned is None


def test_a_missing_setting_costs_one_function(caplog: pytest.LogCaptureFixture) -> None:
    """The others still run, and the log says which setting it was."""

    def handler(message: func.ServiceBusMessage) -> None: ...

    app = app_with(handler)
    app.timer_trigger(arg_name="timer", schedule="%WHEN%")(_on_time)
    with caplog.at_level(logging.ERROR):
        assert [found.name for found in index(app, {"WHEN": "0 * * * * *"})] == ["_on_time"]
    assert "QUEUE" in caplog.records[0].reason  # type: ignore[attr-defined]  # the record's own data


def test_a_disabled_function_needs_no_settings() -> None:
    """It is left out before its bindings are read."""

    def handler(message: func.ServiceBusMessage) -> None: ...

    assert index(app_with(handler), {"AzureWebJobs.handler.Disabled": "true"}) == []


def test_a_list_annotation_the_worker_does_not_index() -> None:
    """`list[…]` fails the whole app in production, so it does here."""

    def handler(message: list[func.ServiceBusMessage]) -> None: ...

    with pytest.raises(HostError, match="non-type annotation"):
        index(app_with(handler, cardinality="many"), {"QUEUE": "q"})


def test_arguments_and_bindings_must_agree() -> None:
    """Both directions fail the app."""

    def too_many(message: func.ServiceBusMessage, extra: str) -> None: ...

    def too_few() -> None: ...

    with pytest.raises(HostError, match="extra"):
        index(app_with(too_many), {"QUEUE": "q"})
    with pytest.raises(HostError, match="message"):
        index(app_with(too_few), {"QUEUE": "q"})


def test_a_name_used_twice() -> None:
    """The library refuses; the host says so."""
    app = func.FunctionApp()
    for _ in range(2):
        app.timer_trigger(arg_name="timer", schedule="0 * * * * *")(_on_time)
    with pytest.raises(HostError, match="unique"):
        index(app, {})


def test_the_script_must_have_exactly_one_app(script: Path) -> None:
    """Neither none nor two."""
    with pytest.raises(HostError, match="no sample_script"):
        load(script)
    script.write_text("x = 1\n")
    with pytest.raises(HostError, match="exactly one"):
        load(script)


def test_two_apps(script: Path) -> None:
    """The worker would not know which."""
    script.write_text("import azure.functions as func\na = func.FunctionApp()\nb = func.FunctionApp()\n")
    with pytest.raises(HostError, match="it has 2"):
        load(script)


def test_a_blueprint_is_not_an_app(script: Path) -> None:
    """It may stand beside one."""
    script.write_text("import azure.functions as func\na = func.FunctionApp()\nb = func.Blueprint()\n")
    assert isinstance(load(script), func.FunctionApp)


def _on_time(timer: func.TimerRequest) -> None: ...
