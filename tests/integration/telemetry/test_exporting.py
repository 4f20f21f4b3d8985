"""Telemetry on the wire: what arrives at a collector and at Application Insights, and what it takes."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typing_extensions import override

from shared.ai.port import CacheScope, Message, ModelRequest, Role, Task
from shared.ai.scripted import ScriptedChatModel
from shared.ai.tracing import TracedChatModel
from shared.clock import SystemClock
from shared.observability.exporting import Destinations, Providers, providers
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
SECRET = "a fan's words"


@dataclass
class Receiver:
    """Takes whatever is sent to it."""

    url: str
    received: list[tuple[str, bytes]] = field(default_factory=list)

    def bodies(self, path: str) -> list[bytes]:
        """Return what came for a path."""
        return [body for at, body in self.received if at == path]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port."""
    subject = Receiver(url="")

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            subject.received.append((self.path, body))
            count = len(body.splitlines())
            answer = json.dumps({"itemsReceived": count, "itemsAccepted": count, "errors": []}).encode()
            self.send_response(200)
            is_otlp = self.path.startswith("/v1/")
            self.send_header("Content-Type", "application/x-protobuf" if is_otlp else "application/json")
            self.send_header("Content-Length", "0" if is_otlp else str(len(answer)))
            self.end_headers()
            self.wfile.write(b"" if is_otlp else answer)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    subject.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield subject
    server.shutdown()
    serving.join()
    server.server_close()


async def _ask(sdk: Providers) -> None:
    """Ask a model, for an answer in pieces, and let everything out."""
    model = TracedChatModel(
        ScriptedChatModel([SECRET]),
        SystemClock(),
        tracer_provider=sdk.tracers,
        meter_provider=sdk.meters,
    )
    task = Task(
        name="chat.suggest",
        prompt_version=1,
        role=Role.GENERATION,
        cache_scope=CacheScope.NONE,
        cache_ttl_seconds=0,
        max_output_tokens=100,
        temperature=0.5,
    )
    await model.complete(
        ModelRequest(
            task=task,
            creator_id="1",
            messages=(Message(role="user", text=SECRET),),
            deadline=SystemClock().monotonic() + 10,
            spent=lambda _: None,
            on_text=lambda _: None,
        )
    )
    sdk.shut_down()


async def test_a_collector_receives_spans_and_metrics(receiver: Receiver) -> None:
    """With the service's name, the conventions' names, and no word of the prompt or the answer."""
    await _ask(providers(Destinations(service_name="workers", otlp_endpoint=receiver.url)))
    traces = ExportTraceServiceRequest.FromString(receiver.bodies("/v1/traces")[0])
    (resource,) = traces.resource_spans
    names = {attribute.key: attribute.value.string_value for attribute in resource.resource.attributes}
    assert names["service.name"] == "workers"
    assert [span.name for span in resource.scope_spans[0].spans] == ["chat scripted"]
    metrics = ExportMetricsServiceRequest.FromString(receiver.bodies("/v1/metrics")[0])
    told = {metric.name for scope in metrics.resource_metrics[0].scope_metrics for metric in scope.metrics}
    assert {
        "gen_ai.client.operation.duration",
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.client.token.usage",
        "huntaze.ai.cost",
    } <= told
    assert not any(SECRET.encode() in body for _, body in receiver.received)


async def test_application_insights_receives_the_same(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its own form, at the address that its connection string names."""
    for name in ("STATSBEAT_DISABLED_ALL", "SDKSTATS_DISABLED"):  # what the exporter tells of itself
        monkeypatch.setenv(f"APPLICATIONINSIGHTS_{name}", "True")
    connection = f"InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint={receiver.url}/"
    await _ask(providers(Destinations(service_name="workers", azure_monitor=connection)))
    bodies = [body for path, body in receiver.received if path.endswith("/track")]
    kinds = {item["data"]["baseType"] for body in bodies for item in json.loads(body)}
    assert kinds == {"RemoteDependencyData", "MetricData"}
    assert b"chat scripted" in b"".join(bodies)
    assert not any(SECRET.encode() in body for body in bodies)


def test_nothing_is_wanted_where_nothing_is_set() -> None:
    """Either setting is enough; what is secret is not shown."""
    values = {
        "servicebus_connection": "unused",
        "database_url": "postgresql://unused",
        "azure_ai_endpoint": "http://unused",
        "applicationinsights_connection_string": "",
        "otel_exporter_otlp_endpoint": "",
    }
    assert Destinations.of(Settings.model_validate(values)) is None
    otlp = values | {"otel_exporter_otlp_endpoint": "http://collector:4318"}
    assert Destinations.of(Settings.model_validate(otlp)) is not None
    insights = values | {"applicationinsights_connection_string": "InstrumentationKey=sesame"}
    wanted = Destinations.of(Settings.model_validate(insights))
    assert wanted is not None
    assert "sesame" not in repr(wanted)


_PROGRAM = """
import asyncio, sys
from contextlib import AsyncExitStack
from opentelemetry import metrics, trace
from shared.bootstrap import _export_telemetry
from shared.observability.exporting import is_sdk
from shared.settings import load_settings

async def run():
    async with AsyncExitStack() as opened:
        _export_telemetry(load_settings(), opened)
        first = is_sdk(trace.get_tracer_provider())
    with trace.get_tracer("test").start_as_current_span("after"):
        pass
    print(first, is_sdk(trace.get_tracer_provider()), is_sdk(metrics.get_meter_provider()),
          sorted({"opentelemetry.sdk", "azure.monitor", "opentelemetry.exporter"} & set(sys.modules)))

asyncio.run(run())
"""
_ENVIRONMENT = {
    "SERVICEBUS_CONNECTION": "unused",
    "DATABASE_URL": "postgresql://unused",
    "AZURE_AI_ENDPOINT": "http://unused",
}


def _run(environment: dict[str, str]) -> str:
    run = subprocess.run(  # noqa: S603 - this interpreter, this program
        [sys.executable, "-c", _PROGRAM],
        cwd=ROOT,
        env=_ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_without_a_setting_nothing_is_loaded() -> None:
    """Neither the SDK nor an exporter."""
    assert _run({}) == "False False False []"


def test_with_a_setting_the_process_has_an_sdk(receiver: Receiver) -> None:
    """It is loaded beside the first job, not before it."""
    printed = _run({"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url})
    assert printed == "False True True ['opentelemetry.exporter', 'opentelemetry.sdk']"


def test_a_connection_string_that_is_none_stops_no_job() -> None:
    """It is told in the log, without its text."""
    assert _run({"APPLICATIONINSIGHTS_CONNECTION_STRING": "sesame"}).startswith("False False False")
