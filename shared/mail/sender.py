"""Who letters are from."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address

from shared.errors import ConfigurationError
from shared.mail.headers import is_address, one_line


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The address, and the name shown beside it.

    Raises:
        ConfigurationError: an address is none.
    """

    address: str
    name: str = ""
    #: Where answers go, if not to the sender.
    reply_to: str = ""

    def __post_init__(self) -> None:
        for setting, value in (("MAIL_SENDER", self.address), ("MAIL_REPLY_TO", self.reply_to)):
            if not is_address(value) and (value or setting == "MAIL_SENDER"):
                raise ConfigurationError(f"{setting} has to be a plain e-mail address.")

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]

    @property
    def header(self) -> Address:
        """The address with its name, as a header."""
        return Address(display_name=one_line(self.name), addr_spec=self.address)
