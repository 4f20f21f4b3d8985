"""Mail over SMTP.

Class U: SMTP has no means to recognise a repetition. A connection that breaks before the letter's last dot
has sent nothing; one that breaks between that dot and the answer may have, and then nobody sends again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from shared.clock import Clock
from shared.errors import MailDeferredError, MailRefusedError, MailUncertainError
from shared.mail.headers import is_address, one_line, unsubscribe_headers
from shared.mail.port import Effect, Letter, Receipt
from shared.mail.sender import Sender

#: Every relay takes seven bits.
_POLICY = SMTP.clone(cte_type="7bit")
_PERMANENT = 500
#: Greeting, encryption and sign-in together: a slow relay must not outlast the letter's lease.
_STEPS_OF_CONNECTING = 1.5
_EFFECT = Effect(mailer="smtp")


class Security(StrEnum):
    """How the connection is protected."""

    #: TLS from the first byte, usually on port 465.
    TLS = "tls"
    #: Upgraded by STARTTLS, which is demanded, usually on port 587.
    STARTTLS = "starttls"
    #: Not at all: for a relay on the same machine, such as the embedded inbox.
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Where mail is handed over."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    #: For each step: connecting, each command, the letter itself.
    timeout_seconds: float = 20.0


class SmtpMailer:
    """Sends letters through a relay, each on a connection of its own: a `Mailer`.

    Args:
        relay: where.
        sender: who they are from.
        clock: dates them.
    """

    def __init__(self, relay: Relay, sender: Sender, clock: Clock) -> None:
        self._relay = relay
        self._sender = sender
        self._clock = clock

    @property
    def effect(self) -> Effect:
        """See `Mailer.effect`."""
        return _EFFECT

    async def send(self, letter: Letter, *, again: bool = False) -> Receipt:
        """See `Mailer.send`."""
        if again:
            raise MailUncertainError  # the one thing that this way must not do
        message = self._message(letter)
        async with self._connected() as client:
            await self._address(client, letter.address)
            await _hand_over(client, message)
        return Receipt(reference=str(message["Message-ID"]))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            local_hostname=self._sender.domain,  # else the machine's name is looked up, and all wait for it
            use_tls=relay.security is Security.TLS,
            start_tls=relay.security is Security.STARTTLS,
            username=relay.username or None,
            password=relay.password or None,
            timeout=relay.timeout_seconds,
        )
        try:
            try:
                async with asyncio.timeout(relay.timeout_seconds * _STEPS_OF_CONNECTING):
                    await client.connect()
            except (SMTPException, OSError, TimeoutError) as error:
                raise MailDeferredError from error
            yield client
        finally:
            client.close()

    async def _address(self, client: aiosmtplib.SMTP, address: str) -> None:
        try:
            await client.mail(self._sender.address)
            await client.rcpt(address)
        except (SMTPRecipientRefused, SMTPSenderRefused) as error:
            raise _answered(error) from error
        except (SMTPException, OSError, TimeoutError) as error:
            raise MailDeferredError from error

    def _message(self, letter: Letter) -> EmailMessage:
        if not is_address(letter.address):
            raise MailRefusedError("The address is not one that mail is sent to.")
        message = EmailMessage(policy=_POLICY)
        message["From"] = self._sender.header
        message["To"] = letter.address
        message["Subject"] = one_line(letter.subject)
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{letter.letter_id}@{self._sender.domain}>"
        message["Content-Language"] = letter.language
        message["Auto-Submitted"] = "auto-generated"
        if self._sender.reply_to:
            message["Reply-To"] = self._sender.reply_to
        for name, value in unsubscribe_headers(letter).items():
            message[name] = value
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message


async def _hand_over(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.data(message.as_bytes())
    except SMTPDataError as error:
        raise _answered(error) from error
    except (SMTPException, OSError, TimeoutError) as error:
        raise MailUncertainError from error
    try:
        await client.quit()
    except (SMTPException, OSError, TimeoutError):
        return  # the relay has taken it; how it says goodbye is its own affair


def _answered(error: SMTPResponseException) -> MailDeferredError | MailRefusedError:
    """Return what an answer means: 4xx may work later, 5xx never."""
    return MailRefusedError() if error.code >= _PERMANENT else MailDeferredError()
