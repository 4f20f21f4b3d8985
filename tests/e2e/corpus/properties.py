"""Application properties of every type that AMQP has, and bodies in sections that are no data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageProperties

from tests.e2e.hostile import Fate, Hostile, case, job, job_id_of, marker_of, text_of


def _long(value: int) -> Mapping[str, object]:
    """Return what makes our SDK write 64 bits, as others do of their own accord: by itself it writes 32."""
    return {"TYPE": "LONG", "VALUE": value}


_MOMENT = datetime(2026, 11, 25, tzinfo=UTC)
_ODD: Mapping[str, Any] = {
    "bytes": bytearray(b"\xff\x00"),
    "NaN": math.nan,
    "infinity": math.inf,
    "a float": 1e300,
    "a Boolean": True,
    "nothing": None,
    "a moment": _MOMENT,
    "a UUID": UUID(int=7),
    "a large integer": _long(2**63 - 1),
    "a negative integer": _long(-(2**63)),
    "a NUL": "a\0b",
    "10,000 characters": "x" * 10_000,
    "an emoji": "🫶",
    "an array": [1, 2, 3],
    "a map": {"a": {"b": [1]}},
    "an empty text": "",
}
_EPOCHS: Mapping[str, Any] = {
    "text": "1",
    "negative": -1,
    "beyond 32 bits": _long(2**31),
    "beyond 62 bits": _long(2**62),
    "a float": 1.0,
    "NaN": math.nan,
    "true": True,
    "bytes": bytearray(b"1"),
    "the last one": 2**31 - 1,
}


def properties() -> Iterator[Hostile]:
    """Yield the family."""
    for label, value in _ODD.items():
        yield from _odd(label, value)
    for label, epoch in _EPOCHS.items():
        name = f"epoch that is {label}"
        yield case(name, job(name), Fate.COMPLETED, properties={"epoch": epoch})
    for label, moment in {
        "words": "soon",
        "NaN": math.nan,
        "huge": _long(2**62),
        "bytes": bytearray(b"\xff"),
        "true": True,
    }.items():
        name = f"firstEnqueuedAt that is {label}"
        yield case(name, job(name), Fate.COMPLETED, properties={"firstEnqueuedAt": moment})
    yield from _sections()
    yield from _counts()
    yield from _headers()


def _odd(label: str, value: Any) -> Iterator[Hostile]:
    """Put a value where a text belongs: the body alone counts, unless it can't be read."""
    name = f"a property that is {label}"
    yield case(name, job(name), Fate.COMPLETED, properties={"odd": value, marker_of(name): value})
    name = f"properties jobId and creatorId that are {label}"
    yield case(name, job(name), Fate.COMPLETED, properties={"jobId": value, "creatorId": value})
    name = f"no body, and a property jobId that is {label}"
    job_id = str(value) if isinstance(value, UUID) else None  # the host hands it over as text
    yield case(name, marker_of(name), properties={"jobId": value, "creatorId": value}, job_id=job_id)


def _counts() -> Iterator[Hostile]:
    name = "a thousand properties"
    yield case(name, job(name), Fate.COMPLETED, properties={f"p{number}": number for number in range(1_000)})
    name = "properties of 252 KB"
    yield case(name, job(name), properties={"jobId": job_id_of(name), "long": "x" * 252 * 1024})
    name = "a property without a name"
    yield case(name, job(name), Fate.COMPLETED, properties={"": marker_of(name)})
    name = "a property with a long name"
    yield case(name, job(name), Fate.COMPLETED, properties={"p" * 5_000: marker_of(name)})
    name = "no properties"
    yield case(name, job(name), Fate.COMPLETED, properties={})


def _headers() -> Iterator[Hostile]:
    """Yield messages whose own ids and labels are odd."""
    ids = {
        "a NUL": "id\0",
        "an emoji": "🫶",
        "a quote": "'; --",
        "128 characters": "m" * 127,
        "a line break": "a\nb",
    }
    for label, message_id in ids.items():
        name = f"a message id with {label}, and no job"
        yield case(name, marker_of(name), message_id=f"0{message_id}")
        name = f"a message id with {label}"
        yield case(name, job(name), Fate.COMPLETED, message_id=f"1{message_id}")
    for label, text in {"a NUL": "\0", "HTML": "text/html", "10,000 characters": "x" * 10_000}.items():
        name = f"content type, subject and correlation with {label}"
        headers: dict[str, Any] = {
            "content_type": text,
            "subject": marker_of(name) + text,
            "correlation_id": text,
        }
        yield case(name, job(name), Fate.COMPLETED, **headers)


def _sections() -> Iterator[Hostile]:
    """Yield bodies that another AMQP client might send: a value or a sequence instead of data."""
    text = "value: the job as text"
    yield _section(text, Fate.COMPLETED, value_body=text_of(job(text)))
    data = "value: the job as bytes"
    yield _section(data, Fate.COMPLETED, value_body=text_of(job(data)).encode())
    for label, value in {**_ODD, "a large integer": 2**31 - 1, "a negative integer": -(2**31)}.items():
        yield _section(f"value: {label}", Fate.REFUSED, value_body=value)
    yield _section(
        "value: a map with a text", Fate.REFUSED, value_body={marker_of("value: a map with a text"): "x"}
    )
    yield _section("sequence: numbers", Fate.REFUSED, sequence_body=[1, 2, 3])
    yield _section("sequence: of a text", Fate.REFUSED, sequence_body=[text_of(job("sequence: of a text"))])
    parts = "data: in two sections"
    middle = len(body := text_of(job(parts)).encode()) // 2
    yield _section(parts, Fate.COMPLETED, data_body=[body[:middle], body[middle:]])
    yield _section("data: no section", Fate.REFUSED, data_body=[])


def _section(name: str, fate: Fate, **body: Any) -> Hostile:
    message = AmqpAnnotatedMessage(
        properties=AmqpMessageProperties(message_id=name),
        application_properties={"jobType": "chat.suggest", "jobId": job_id_of(name)},
        **body,
    )
    return Hostile(name=name, fate=fate, message=message, job_id=job_id_of(name))
