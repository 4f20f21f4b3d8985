"""Mail through Azure Communication Services.

Class K: the letter's id is the operation's id, which we choose (`Operation-Id`; the SDK sends none of its
own), and the service keeps the state of its operations. So whoever does not know what became of a letter
asks for its operation first, and sends it, under the same id, only if there is none.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientConnectorError, ConnectionTimeoutError
from azure.communication.email.aio import EmailClient
from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest

from shared.errors import MailDeferredError, MailError, MailRefusedError, MailUncertainError
from shared.mail.headers import is_address, one_line, unsubscribe_headers
from shared.mail.port import Effect, Letter, Receipt
from shared.mail.sender import Sender

_API_VERSION = "2023-03-31"
_EFFECT = Effect(mailer="azure", repeatable_seconds=3_600.0)
_CONNECT_SECONDS, _READ_SECONDS = 5.0, 20.0
_NOT_FOUND, _TOO_MANY, _UNSENT = 404, 429, frozenset({408, 413, 429, 503})


class AzureEmailMailer:
    """Sends letters with `azure-communication-email`: a `Mailer`.

    Args:
        endpoint: the resource's, such as `https://name.communication.azure.com`.
        key: its access key; without one, the app's identity vouches.
        sender: one of the addresses that the resource may send from. Its name is set there, not here.
    """

    def __init__(self, *, endpoint: str, key: str, sender: Sender) -> None:
        self._sender = sender
        self._identity = None if key else _identity()
        # The SDK would send again by itself after an answer was lost: its retries are ours to make.
        self._client = EmailClient(
            endpoint.rstrip("/"),
            self._identity or AzureKeyCredential(key),
            api_version=_API_VERSION,
            retry_total=0,
            transport=AioHttpTransport(
                connection_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, use_env_settings=False
            ),
        )

    @property
    def effect(self) -> Effect:
        """See `Mailer.effect`."""
        return _EFFECT

    async def send(self, letter: Letter, *, again: bool = False) -> Receipt:
        """See `Mailer.send`."""
        if not is_address(letter.address):
            raise MailRefusedError("The address is not one that mail is sent to.")
        operation_id = str(letter.letter_id)
        if again and await self._is_known(operation_id):
            return Receipt(reference=operation_id, repeated=True)
        try:
            await self._client.begin_send(self._message(letter), operation_id=operation_id, polling=False)
        except ResourceExistsError:
            return Receipt(reference=operation_id, repeated=True)
        except AzureError as error:
            raise _translated(error) from error
        return Receipt(reference=operation_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self._identity:
            await self._identity.close()

    async def _is_known(self, operation_id: str) -> bool:
        request = HttpRequest(
            "GET", f"{{endpoint}}/emails/operations/{operation_id}?api-version={_API_VERSION}"
        )
        try:
            answer = await self._client.send_request(request)
            if answer.status_code != _NOT_FOUND:
                answer.raise_for_status()
        except AzureError as error:
            raise MailUncertainError from error
        return answer.status_code != _NOT_FOUND

    def _message(self, letter: Letter) -> dict[str, Any]:
        reply_to = [{"address": self._sender.reply_to}] if self._sender.reply_to else []
        return {
            "senderAddress": self._sender.address,
            "recipients": {"to": [{"address": letter.address}]},
            "content": {
                "subject": one_line(letter.subject),
                "html": letter.html,
                "plainText": letter.text,
            },
            "headers": unsubscribe_headers(letter),
            "userEngagementTrackingDisabled": True,
            **({"replyTo": reply_to} if reply_to else {}),
        }


def _translated(error: AzureError) -> MailError:
    if isinstance(error, ClientAuthenticationError):
        return MailDeferredError("The mail service does not accept our key.")
    if isinstance(error, HttpResponseError) and error.status_code:
        return _answered(error, error.status_code)
    # `azure.core` calls a connection that ends after the request left a `ServiceRequestError`, too.
    if isinstance(error.inner_exception, ClientConnectorError | ConnectionTimeoutError):
        return MailDeferredError()
    return MailUncertainError()


def _answered(error: HttpResponseError, status: int) -> MailError:
    if status in _UNSENT:
        return MailDeferredError(retry_after_seconds=_retry_after(error))
    if status >= 500:  # noqa: PLR2004 - the service's own fault, which says nothing about the letter
        return MailUncertainError()
    return MailRefusedError()


def _retry_after(error: HttpResponseError) -> float | None:
    headers = getattr(
        error.response, "headers", {}
    )  # `azure.core` has two kinds of answers, typed as neither
    value = headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else None


def _identity() -> AsyncTokenCredential:
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()
