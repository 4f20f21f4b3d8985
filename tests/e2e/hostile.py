"""Messages that no honest front end sends, each with what must become of it.

Every text in a case carries a marker that occurs nowhere else, so that a trace of it can be looked for.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from azure.servicebus import ServiceBusMessage
from azure.servicebus.amqp import AmqpAnnotatedMessage

from shared.messaging.sanitising import storable_text
from tests.e2e.app import message_of


class Fate(StrEnum):
    """How a message ends, at its first delivery."""

    COMPLETED = "completed"
    #: No job: quarantined, and announced as failed if it has an id.
    REFUSED = "refused"
    #: A job that its worker can't do.
    FAILED = "failed"
    #: A job whose deadline was over before it came.
    EXPIRED = "timeout"


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One message."""

    name: str
    fate: Fate
    message: ServiceBusMessage | AmqpAnnotatedMessage
    #: The id under which it is known; `None` if no usable one can be read.
    job_id: str | None
    #: Roughly what it takes.
    size: int = 0

    @property
    def message_id(self) -> str:
        """Return the message's id as a column takes it: the case's name, unless the id is the point."""
        message: Any = self.message
        said: Any = message.properties if isinstance(message, AmqpAnnotatedMessage) else message
        return storable_text(str(said.message_id))


def job_id_of(name: str) -> str:
    """Return the job id of a case."""
    return f"hostile_{sha256(name.encode()).hexdigest()[:16]}"


def marker_of(name: str) -> str:
    """Return the word that the case's texts carry."""
    return f"zq{sha256(f'marker of {name}'.encode()).hexdigest()[:18]}"


def forms_of(marker: str) -> list[bytes]:
    """Return what a marker looks like when it is quoted, dumped or encoded: as it is, in base64, in hex."""
    plain = marker.encode()
    in_base64 = [b64encode(b"\0" * shift + plain)[2 if shift else 0 :].strip(b"=") for shift in range(3)]
    utf_16 = plain.decode().encode("utf-16-le")
    return [plain, *(each[2:-3] for each in in_base64), plain.hex().encode(), utf_16, utf_16.hex().encode()]


def job(name: str, **fields: Any) -> dict[str, Any]:
    """Return an ordinary job whose texts carry the case's marker, some of its fields changed."""
    marker = marker_of(name)
    return {
        "jobId": job_id_of(name),
        "jobType": "chat.suggest",
        "creatorId": "666",
        "payload": payload(name),
        "attempt": 0,
        "deadlineMs": 90_000,
        "note": marker,
        **fields,
    }


def payload(name: str, **fields: Any) -> dict[str, Any]:
    """Return an ordinary payload whose texts carry the case's marker, some of its fields changed."""
    marker = marker_of(name)
    chat = {"fanName": marker, "recentMessages": [{"from": "fan", "text": marker}]}
    return {"fanMessage": f"Hello {marker}", "context": chat, **fields}


def text_of(value: Any) -> str:
    """Return JSON as the front end writes it."""
    return json.dumps(value, ensure_ascii=False)


def escaped(value: Any) -> str:
    """Return JSON in ASCII, as lone surrogates have to be written."""
    return json.dumps(value)


def case(
    name: str,
    body: bytes | str | Mapping[str, Any],
    fate: Fate = Fate.REFUSED,
    *,
    properties: Mapping[Any, Any] | None = None,
    job_id: str | None = "",
    **headers: Any,
) -> Hostile:
    """Return a case whose body is data.

    Args:
        name: unique; it is also the message's id.
        body: what is sent; a mapping as JSON.
        fate: how it must end.
        properties: application properties beside `jobType`; the job's id by default.
        job_id: under which id it must be known; the case's own by default.
        headers: what else the message says of itself.
    """
    if isinstance(body, Mapping):
        body = text_of(body)
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    properties = {"jobId": job_id_of(name)} if properties is None else properties
    headers = {"message_id": name, **headers}
    message = message_of(data, {"jobType": "chat.suggest", **properties}, **headers)
    return Hostile(
        name=name,
        fate=fate,
        message=message,
        job_id=job_id_of(name) if job_id == "" else job_id,
        size=len(data) + len(str(properties)),
    )
