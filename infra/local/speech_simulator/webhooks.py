"""The simulator's webhooks: registered with a challenge, then called back with a signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp

logger = logging.getLogger(__name__)

SIGNATURE_HEADER = "X-MicrosoftSpeechServices-Signature"
EVENT_HEADER = "X-MicrosoftSpeechServices-Event"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A registered webhook."""

    webhook_id: str
    url: str
    secret: str
    completions: bool


class Webhooks:
    """Those that are registered."""

    def __init__(self) -> None:
        self._hooks: dict[str, Webhook] = {}

    async def register(self, asked: Any) -> Webhook | None:
        """Register a webhook that answers the challenge; `None` if it doesn't, or is no webhook."""
        try:
            hook = Webhook(
                webhook_id=str(uuid4()),
                url=asked["webUrl"],
                secret=(asked.get("properties") or {}).get("secret") or "",
                completions=bool(asked["events"].get("transcriptionCompletion")),
            )
        except (KeyError, TypeError, AttributeError):
            return None
        if not await _answers_challenge(hook):
            return None
        self._hooks[hook.webhook_id] = hook
        return hook

    def remove(self, webhook_id: str) -> bool:
        """Forget a webhook."""
        return self._hooks.pop(webhook_id, None) is not None

    def clear(self) -> None:
        """Forget all."""
        self._hooks.clear()

    def all(self) -> list[Webhook]:
        """Return the webhooks that are registered."""
        return list(self._hooks.values())

    async def completed(self, transcription: Any) -> None:
        """Tell of a transcription that has ended."""
        body = json.dumps(transcription).encode()
        for hook in self.all():
            if hook.completions:
                await _call(hook, body)


async def _answers_challenge(hook: Webhook) -> bool:
    token = uuid4().hex
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.post(
                hook.url, params={"validationToken": token}, headers={EVENT_HEADER: "Challenge"}
            ) as response,
        ):
            return response.status == 200 and (await response.text()).strip() == token  # noqa: PLR2004 - HTTP's own number
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False


async def _call(hook: Webhook, body: bytes) -> None:
    headers = {EVENT_HEADER: "TranscriptionCompletion", "Content-Type": "application/json"}
    if hook.secret:
        headers[SIGNATURE_HEADER] = signature(hook.secret, body)
    for _ in range(_TRIES):
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.post(hook.url, data=body, headers=headers) as response,
            ):
                if response.ok:
                    return
        except (aiohttp.ClientError, TimeoutError):
            continue
    logger.warning("A webhook does not take its call", extra={"webhook": hook.webhook_id})


def signature(secret: str, body: bytes) -> str:
    """Return what stands in the signature's header."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
