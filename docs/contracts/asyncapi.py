"""The AsyncAPI 3.0 document, from the workers' side: they receive jobs and send events."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from docs.contracts import examples, prose
from docs.contracts.catalogue import JobContract, job_contracts, summary
from docs.contracts.schemas import definitions, published_models
from docs.contracts.topology import EVENTS_TOPIC, JOBS_TOPIC, Subscription, subscriptions
from shared.contracts import JobType

#: Raised when a published name or shape is added; none is ever taken away.
CONTRACT_VERSION = "1.0.0"

_SCHEMA = "#/components/schemas/{model}"
_JSON = "application/json"


def asyncapi() -> dict[str, Any]:
    """Return the document."""
    jobs = job_contracts()
    asking = {_camel(job.job_type): _job_message(job) for job in jobs}
    completing = {_completed(job): _completed_message(job) for job in jobs}
    telling = {_camel(kind): _event_message(kind) for kind in prose.EVENTS if kind != "job.completed"}
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": _JSON,
        "servers": {"production": _server()},
        "channels": {
            "jobs": _channel(JOBS_TOPIC, "Jobs that the front end asks for.", asking),
            "events": _channel(EVENTS_TOPIC, "What becomes of jobs.", {**completing, **telling}),
        },
        "operations": {_camel(job.job_type): _operation(job, list(telling)) for job in jobs}
        | {"announce": _announce(list(completing) + list(telling))},
        "components": {
            "messages": {**asking, **completing, **telling},
            "schemas": {
                **definitions(published_models(), ref_template=_SCHEMA),
                "JobProperties": _properties(prose.JOB_PROPERTIES, required=["jobType"]),
                "EventProperties": _properties(
                    prose.EVENT_PROPERTIES, required=["jobId", "status", "eventType"]
                ),
            },
        },
    }


def _info() -> dict[str, Any]:
    return {
        "title": "Huntaze workers",
        "version": CONTRACT_VERSION,
        "description": "Jobs in, results and events out. Message headers are the application properties of"
        " Azure Service Bus; unknown fields are kept, never an error.",
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{namespace}.servicebus.windows.net",
        "protocol": "amqps",
        "protocolVersion": "1.0",
        "description": "An Azure Service Bus namespace, Standard tier: a message is at most 256 KB.",
        "variables": {"namespace": {"description": "The name of the Service Bus namespace."}},
    }


def _channel(topic: str, description: str, messages: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address": topic,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "x-subscriptions": {
            entry.name: _subscription(entry) for entry in subscriptions() if entry.topic == topic
        },
    }


def _subscription(entry: Subscription) -> dict[str, Any]:
    return {
        "filter": entry.filter,
        "maxDeliveryCount": entry.max_deliveries,
        "lockSeconds": entry.lock_seconds,
        "timeToLiveSeconds": entry.time_to_live_seconds,
    }


def _operation(job: JobContract, telling: list[str]) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": "#/channels/jobs"},
        "summary": summary(import_module(f"workers.{job.package}")),
        "messages": [_on("jobs", _camel(job.job_type))],
        "reply": {
            "channel": {"$ref": "#/channels/events"},
            "messages": [_on("events", name) for name in [_completed(job), *_may_follow(job, telling)]],
        },
        "x-subscription": job.subscription.name,
        "x-deadlineMs": job.policy.deadline_ms,
        "x-retryDelaysSeconds": list(job.policy.retry_delays_seconds),
    }


def _may_follow(job: JobContract, telling: list[str]) -> list[str]:
    """Only a video has a part that comes late."""
    return [name for name in telling if name != "jobEnriched" or job.job_type is JobType.VIDEO_ANALYSIS]


def _announce(names: list[str]) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": "#/channels/events"},
        "summary": "Tell what became of a job.",
        "messages": [_on("events", name) for name in names],
    }


def _on(channel: str, message: str) -> dict[str, str]:
    return {"$ref": f"#/channels/{channel}/messages/{message}"}


def _job_message(job: JobContract) -> dict[str, Any]:
    named = {"jobType": {"const": job.job_type.value}}
    return _message(
        job.job_type,
        summary(job.payload),
        headers=_narrowed("JobProperties", named),
        payload=_narrowed("Envelope", {**named, "payload": _schema(job.payload.__name__)}),
        example=examples.JOBS[job.job_type],
    )


def _completed_message(job: JobContract) -> dict[str, Any]:
    named = {"eventType": {"const": "job.completed"}, "jobType": {"const": job.job_type.value}}
    result = {"anyOf": [_schema(job.result.__name__), {"type": "null"}]}
    return _message(
        f"{job.job_type} completed",
        summary(job.result),
        headers=_narrowed("EventProperties", named),
        payload=_narrowed("JobEvent", {**named, "status": {"const": "completed"}, "result": result}),
        example=examples.EVENTS[f"{job.job_type} completed"],
    )


def _event_message(kind: str) -> dict[str, Any]:
    named = {"eventType": {"const": kind}}
    return _message(
        kind,
        prose.EVENTS[kind],
        headers=_narrowed("EventProperties", named),
        payload=_narrowed("JobEvent", named),
        example=examples.EVENTS[kind],
    )


def _message(
    name: str, meaning: str, *, headers: dict[str, Any], payload: dict[str, Any], example: dict[str, Any]
) -> dict[str, Any]:
    return {
        "name": str(name),
        "summary": meaning,
        "contentType": _JSON,
        "headers": headers,
        "payload": payload,
        "correlationId": {"location": "$message.payload#/jobId"},
        "examples": [{"headers": examples.properties_of(example), "payload": example}],
    }


def _narrowed(model: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "allOf": [
            _schema(model),
            {"type": "object", "required": list(properties)[:1], "properties": properties},
        ]
    }


def _schema(model: str) -> dict[str, str]:
    return {"$ref": _SCHEMA.format(model=model)}


def _properties(meanings: Mapping[str, str], *, required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": "Application properties.",
        "required": required,
        "properties": {
            name: {"type": ["string", "integer"] if name == "creatorId" else "string", "description": meaning}
            for name, meaning in meanings.items()
        },
    }


def _completed(job: JobContract) -> str:
    return f"{_camel(job.job_type)}Completed"


def _camel(name: str) -> str:
    first, *rest = name.split(".")
    return first + "".join(part.capitalize() for part in rest)
