"""Sending spans and metrics away: to Azure Monitor, to any collector that speaks OTLP, or to both.

It follows the settings that the Functions host follows for its own telemetry (`telemetryMode` in host.json),
so that both arrive at the same place. Logs are left to the host: it is handed every record of the workers
already, and would send each of them twice. With no such setting nothing of the SDK is loaded. With one, that
happens in a thread of its own while the first job begins; what the API is told before is dropped.

Azure Monitor takes OTLP only from a collector that signs in with Entra ID (in preview, 2026), so its own
exporter is used: the exporter alone, for the distribution around it brings instrumentation that we don't use.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.observability.failures import whereabouts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from shared.settings import Settings

logger = logging.getLogger(__name__)

#: Nobody waits for it: a host that ends may lose the last minute.
_SHUTDOWN_MS = 2_000


@dataclass(frozen=True, kw_only=True)
class Destinations:
    """Where telemetry goes."""

    service_name: str
    #: The root of an OTLP/HTTP endpoint, such as `http://localhost:4318`.
    otlp_endpoint: str = ""
    #: Application Insights' connection string.
    azure_monitor: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Destinations | None:
        """Return where the operator wants it; `None` is nowhere."""
        azure_monitor = settings.applicationinsights_connection_string.get_secret_value()
        if not (azure_monitor or settings.otel_exporter_otlp_endpoint):
            return None
        return cls(
            service_name=settings.otel_service_name,
            otlp_endpoint=settings.otel_exporter_otlp_endpoint,
            azure_monitor=azure_monitor,
        )


@dataclass(frozen=True, kw_only=True)
class Providers:
    """OpenTelemetry's SDK, ready for use."""

    tracers: TracerProvider
    meters: MeterProvider

    def shut_down(self) -> None:
        """Send what is left, and stop."""
        self.tracers.force_flush(_SHUTDOWN_MS)
        self.tracers.shutdown()
        self.meters.shutdown(timeout_millis=_SHUTDOWN_MS)


class TelemetryExport:
    """Telemetry on its way out of this process."""

    def __init__(self, destinations: Destinations) -> None:
        self._destinations = destinations
        self._providers: Providers | None = None
        self._starting = threading.Thread(target=self._start, name="telemetry", daemon=True)

    def start(self) -> None:
        """Load the SDK, and make it the process's, in the background."""
        self._starting.start()

    def close(self) -> None:
        """Send what is left, and stop."""
        self._starting.join()
        if self._providers is not None:
            self._providers.shut_down()

    def _start(self) -> None:
        from opentelemetry import metrics, trace

        if is_sdk(trace.get_tracer_provider()) or is_sdk(metrics.get_meter_provider()):
            return  # the platform's worker, or another loop of this process, was first
        try:
            self._providers = providers(self._destinations)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, jobs go on without it
            logger.warning("Telemetry is not sent", extra={"failure": whereabouts(error)})
            return
        trace.set_tracer_provider(self._providers.tracers)
        metrics.set_meter_provider(self._providers.meters)


def is_sdk(provider: object) -> bool:
    """Tell an SDK's provider from those of the API, which do nothing but wait for one."""
    return not type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry.metrics"))


def providers(destinations: Destinations) -> Providers:
    """Build the SDK's providers; the two exporters read their other settings, such as headers, themselves.

    Raises:
        ValueError: the connection string is none.
    """
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": destinations.service_name})
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    for spans in _span_exporters(destinations):
        tracers.add_span_processor(BatchSpanProcessor(spans))
    readers = [PeriodicExportingMetricReader(metrics) for metrics in _metric_exporters(destinations)]
    return Providers(
        tracers=tracers, meters=MeterProvider(readers, resource=resource, shutdown_on_exit=False)
    )


def _span_exporters(destinations: Destinations) -> Iterator[SpanExporter]:
    if destinations.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        yield OTLPSpanExporter(endpoint=f"{destinations.otlp_endpoint.rstrip('/')}/v1/traces")
    if destinations.azure_monitor:
        from azure.monitor.opentelemetry.exporter import AzureMonitorTraceExporter

        yield AzureMonitorTraceExporter(
            connection_string=destinations.azure_monitor, disable_offline_storage=True
        )


def _metric_exporters(destinations: Destinations) -> Iterator[MetricExporter]:
    if destinations.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        yield OTLPMetricExporter(endpoint=f"{destinations.otlp_endpoint.rstrip('/')}/v1/metrics")
    if destinations.azure_monitor:
        from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter

        yield AzureMonitorMetricExporter(
            connection_string=destinations.azure_monitor, disable_offline_storage=True
        )
