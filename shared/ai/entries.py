"""What the answer cache keeps: under which name, in which form, and what is worth keeping.

An entry is named by a keyed hash over all that shapes the answer, the tenant included unless the task says
its requests hold nothing personal; so two tenants never share one, and a name gives nothing away. There is no
search by likeness: a negation, a number or another system prompt is another name.

Not in the name is the thrift that the budget may add behind the cache. An answer written under it has passed
the same tests, and the month's end, when only the cache is left, is when it is wanted most.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from shared.ai.port import CacheScope, FinishReason, Message, ModelReply, ModelRequest, Usage

#: Raised when the entries' form changes, so that no process reads another version's.
_FORMAT = 2


class Entry(BaseModel):
    """A kept answer."""

    text: Annotated[str, Field(min_length=1)]
    deployment: str
    #: When it was written, in seconds since 1970.
    written_at: int


def entry_name(request: ModelRequest, key: bytes) -> str:
    """Return the name under which a request's answer is kept."""
    task, schema = request.task, request.answer_schema
    shaping = [
        _FORMAT,
        task.name,
        task.prompt_version,
        task.role,
        task.max_output_tokens,
        task.temperature,
        request.creator_id if task.cache_scope is CacheScope.CREATOR else None,
        request.language,
        request.complexity,
        request.thrift,
        schema and [schema.name, schema.json_schema],
        [_shape(message) for message in request.messages],
    ]
    canonical = json.dumps(shaping, sort_keys=True, separators=(",", ":")).encode()
    return f"ai:{task.name}:{hmac.new(key, canonical, hashlib.sha256).hexdigest()}"


def written(reply: ModelReply, written_at: int) -> bytes:
    """Return the stored form of an answer."""
    entry = Entry(text=reply.text, deployment=reply.deployment, written_at=written_at)
    return entry.model_dump_json().encode()


def usable_entry(stored: bytes | None, request: ModelRequest) -> Entry | None:
    """Return the kept answer; a corrupt one, or one that is no longer acceptable, is none."""
    if stored is None:
        return None
    try:
        entry = Entry.model_validate_json(stored)
    except ValidationError:
        return None
    return entry if _accepted(entry.text, request) else None


def reply_from(entry: Entry) -> ModelReply:
    """Return a kept answer as a reply that costs nothing."""
    return ModelReply(
        text=entry.text,
        deployment=entry.deployment,
        finish_reason=FinishReason.STOP,
        usage=Usage(input_tokens=0, output_tokens=0),
        cost_usd_micros=0,
        cached=True,
    )


def worth_keeping(reply: ModelReply, request: ModelRequest) -> bool:
    """Whether an answer is complete, non-empty, and one its caller can use."""
    return (
        reply.finish_reason is FinishReason.STOP
        and bool(reply.text.strip())
        and _accepted(reply.text, request)
    )


def _shape(message: Message) -> list[object]:
    images = [[image.media_type, hashlib.sha256(image.data).hexdigest()] for image in message.images]
    return [message.role, message.text, images]


def _accepted(text: str, request: ModelRequest) -> bool:
    return request.accepts is None or request.accepts(text)
