"""An event's CloudEvents attributes, beside its body: the binary content mode of the AMQP binding, 1.0.

The body stays what the front end reads. `datacontenttype` is the message's own content type, so it is no
property; all others are application properties with the binding's prefix.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts import JobEvent

#: The binding's prefix in all its versions; since 1.0.2 it knows `cloudEvents_` as well.
PREFIX = "cloudEvents:"
#: Where events come from. With `id` it names an event, so it is the same in every deployment.
SOURCE = "urn:huntaze:workers"
_TYPE = "com.huntaze."
_DIGITS = 16


def attributes(event: JobEvent, message_id: str) -> Mapping[str, str]:
    """Return the application properties that make a message a CloudEvent.

    `sequence` (a documented extension) is the version, padded so that texts sort like numbers; it orders the
    events of one `subject`.
    """
    found = {
        "specversion": "1.0",
        "id": message_id,
        "source": SOURCE,
        "type": _TYPE + event.event_type,
        "subject": event.job_id,
        "time": event.updated_at,
    }
    if event.version is not None:
        found["sequence"] = f"{event.version:0{_DIGITS}}"
    return {PREFIX + name: value for name, value in found.items()}
