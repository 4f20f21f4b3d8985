"""Serving an answer again instead of paying for it twice.

An entry is named by a keyed hash over all that shapes the answer, the tenant included unless the task says
its requests hold nothing personal; so two tenants never share one, and a name gives nothing away. Kept is
only what is worth serving again: complete, non-empty, and usable by its caller. A hit is one read, a miss
one more write.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from shared.ai.port import CacheScope, ChatModel, FinishReason, Message, ModelReply, ModelRequest, Usage
from shared.cache.port import Cache

#: Raised when the entries' form changes, so that no process reads another version's.
_FORMAT = 1


class _Entry(BaseModel):
    text: Annotated[str, Field(min_length=1)]
    deployment: str


class CachedChatModel:
    """A chat model whose answers are kept for a while."""

    def __init__(self, model: ChatModel, cache: Cache, *, key: bytes) -> None:
        self._model = model
        self._cache = cache
        self._key = key

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the kept answer, or the model's.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        if request.task.cache_scope is CacheScope.NONE:
            return await self._model.complete(request)
        name = entry_name(request, self._key)
        kept = _reply(await self._cache.get(name), request)
        if kept is not None:
            return kept
        reply = await self._model.complete(request)
        if _worth_keeping(reply, request):
            entry = _Entry(text=reply.text, deployment=reply.deployment).model_dump_json().encode()
            await self._cache.set(name, entry, ttl_seconds=request.task.cache_ttl_seconds)
        return reply


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
        schema and [schema.name, schema.json_schema],
        [_shape(message) for message in request.messages],
    ]
    canonical = json.dumps(shaping, sort_keys=True, separators=(",", ":")).encode()
    return f"ai:{task.name}:{hmac.new(key, canonical, hashlib.sha256).hexdigest()}"


def _shape(message: Message) -> list[object]:
    images = [[image.media_type, hashlib.sha256(image.data).hexdigest()] for image in message.images]
    return [message.role, message.text, images]


def _reply(stored: bytes | None, request: ModelRequest) -> ModelReply | None:
    """Return the kept answer; a corrupt entry, or one that is no longer acceptable, is a miss."""
    if stored is None:
        return None
    try:
        entry = _Entry.model_validate_json(stored)
    except ValidationError:
        return None
    if not _accepted(entry.text, request):
        return None
    return ModelReply(
        text=entry.text,
        deployment=entry.deployment,
        finish_reason=FinishReason.STOP,
        usage=Usage(input_tokens=0, output_tokens=0),
        cost_usd_micros=0,
        cached=True,
    )


def _worth_keeping(reply: ModelReply, request: ModelRequest) -> bool:
    return (
        reply.finish_reason is FinishReason.STOP
        and bool(reply.text.strip())
        and _accepted(reply.text, request)
    )


def _accepted(text: str, request: ModelRequest) -> bool:
    return request.accepts is None or request.accepts(text)
