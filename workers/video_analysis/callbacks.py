"""What the speech service's webhook is answered: a transcription has ended, so wake the job that waits.

The call is only a hint. It is believed if it is signed, names a transcription at our own endpoint, and that
endpoint, asked with our own key, knows it; the words themselves are fetched by the job.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from shared.errors import JobError, TransientError
from shared.observability.failures import whereabouts
from shared.speech.port import BatchTranscriber
from shared.speech.signatures import is_signed

logger = logging.getLogger(__name__)

#: A transcription as JSON has less than two kilobytes.
MAX_BODY_BYTES = 64 * 1024

_COMPLETION = "transcriptioncompletion"
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")
_PATH = re.compile(r"/speechtotext/(?:v\d[\w.-]*/)?transcriptions/([0-9A-Za-z-]{1,64})")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the webhook, free of any SDK."""

    body: bytes
    #: The header `X-MicrosoftSpeechServices-Event`.
    event: str | None = None
    #: The header `X-MicrosoftSpeechServices-Signature`.
    signature: str | None = None
    #: The query's `validationToken`: set when the webhook is registered.
    validation_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the call is answered; a code of ours if it is refused."""

    status: int
    text: str = ""
    code: str | None = None


class Callbacks:
    """Answers the webhook's calls.

    Args:
        secret: what the webhook was registered with; without one nothing is believed.
        endpoint: ours, whose transcriptions they are.
        batches: knows a transcription's name, which is the id of the job that ordered it.
        wake: makes a waiting job due now; `False` if it does not wait.
    """

    def __init__(
        self,
        *,
        secret: SecretStr,
        endpoint: str,
        batches: BatchTranscriber,
        wake: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._secret = secret
        self._host = urlsplit(endpoint).netloc.casefold()
        self._batches = batches
        self._wake = wake

    async def answer(self, call: Call) -> Reply:
        """Return what a call is answered."""
        if call.validation_token is not None and self._secret.get_secret_value():
            return _echoed(call.validation_token)
        if refusal := self._refusal(call):
            return refusal
        if (call.event or "").casefold() != _COMPLETION:
            return Reply(status=HTTPStatus.NO_CONTENT)
        transcription = self._transcription(call.body)
        if transcription is None:
            return _refused(HTTPStatus.BAD_REQUEST, "FOREIGN_TRANSCRIPTION")
        return await self._completed(transcription)

    def _refusal(self, call: Call) -> Reply | None:
        secret = self._secret.get_secret_value()
        if not secret:
            return _refused(HTTPStatus.NOT_FOUND, "WEBHOOK_NOT_CONFIGURED")
        if len(call.body) > MAX_BODY_BYTES:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "BODY_TOO_LARGE")
        if not is_signed(call.body, call.signature, secret):
            return _refused(HTTPStatus.UNAUTHORIZED, "BAD_SIGNATURE")
        return None

    async def _completed(self, transcription: str) -> Reply:
        try:
            job_id = await self._batches.name_of(transcription)
        except JobError as error:
            logger.warning(
                "The speech service does not answer its own webhook",
                extra={"transcription": transcription, "cause": whereabouts(error)},
            )
            passing = isinstance(error, TransientError)
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE if passing else HTTPStatus.BAD_GATEWAY, error.code)
        if job_id is None:  # a replay: the job has its words, and has deleted the transcription
            return _refused(HTTPStatus.GONE, "UNKNOWN_TRANSCRIPTION")
        woken = await self._wake(job_id)
        logger.info(
            "A transcription has ended",
            extra={"action": "transcription_ended", "jobId": job_id, "woken": woken},
        )
        return Reply(status=HTTPStatus.OK)

    def _transcription(self, body: bytes) -> str | None:
        """Return the id of the transcription that a body names, if it is one of our endpoint's."""
        try:
            link = urlsplit(_link(body))
        except ValueError:
            return None
        found = _PATH.fullmatch(link.path)
        return found[1] if found and link.netloc.casefold() == self._host else None


def _link(body: bytes) -> str:
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    link = told.get("self") if isinstance(told, dict) else None
    return link if isinstance(link, str) and link.isprintable() else ""


def _echoed(token: str) -> Reply:
    """Return the challenge's token, as plain text and only if it is one word."""
    if not _TOKEN.fullmatch(token):
        return _refused(HTTPStatus.BAD_REQUEST, "BAD_CHALLENGE")
    return Reply(status=HTTPStatus.OK, text=token)


def _refused(status: HTTPStatus, code: str) -> Reply:
    return Reply(status=status, code=code)
