"""The port to whatever carries mail, and what is known of a letter afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What it means to send the same letter twice on one way.

    A way with a window recognises the letter's id within it (class K): sending again is safe. One without
    delivers a second mail (class U): a letter whose fate is unknown must not be sent again.
    """

    #: Names the way in the table of letters; another one does not know what this one has sent.
    mailer: str
    #: How long a repetition is recognised; 0 is never.
    repeatable_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail, ready to be sent."""

    #: The same for every attempt: what a repetition is recognised by.
    letter_id: UUID
    address: str
    subject: str
    html: str = field(repr=False)
    text: str = field(repr=False)
    #: BCP 47.
    language: str = "en"
    #: Where one click, or one POST, ends all mail to this address (RFC 8058); `None` for the operator's own.
    unsubscribe_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The mail service has taken a letter; whether it reaches anybody is for that service to know."""

    #: What the service, or its log, knows the letter by.
    reference: str
    #: It had been taken before, and was not sent again.
    repeated: bool = False


class Mailer(Protocol):
    """Sends letters."""

    @property
    def effect(self) -> Effect:
        """What sending twice does."""
        ...

    async def send(self, letter: Letter, *, again: bool = False) -> Receipt:
        """Send one letter.

        Args:
            letter: complete.
            again: an earlier attempt has ended with an unknown outcome.

        Raises:
            MailDeferredError: it was certainly not sent, and may be later.
            MailRefusedError: it was certainly not sent, and never will be.
            MailUncertainError: it may have been sent.
        """
        ...
