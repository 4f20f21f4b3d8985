"""Secrets at rest: who reads the database, or a copy of it, can't sign in our name.

Fernet (AES-128-CBC with HMAC-SHA256) from `cryptography`, which the verification of tokens needs anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shared.errors import ConfigurationError


class Seal:
    """Seals secrets with the first key, and opens what any of the keys has sealed.

    Args:
        keys: each 32 bytes in URL-safe base64, the newest first; without any, nothing is sealed or opened.

    Raises:
        ConfigurationError: a key is none.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._keys = [Fernet(key) for key in keys]
        except ValueError:
            raise ConfigurationError(
                "WEBHOOK_SECRETS_KEYS has to hold keys of 32 bytes in URL-safe base64."
            ) from None

    @property
    def ready(self) -> bool:
        """Whether there is a key."""
        return bool(self._keys)

    def check(self) -> None:
        """Insist on a key.

        Raises:
            ConfigurationError: there is none.
        """
        if not self._keys:
            raise ConfigurationError("WEBHOOK_SECRETS_KEYS is not set: there are no webhooks.")

    def sealed(self, secret: str) -> str:
        """Return a secret as it may be stored.

        Raises:
            ConfigurationError: there is no key.
        """
        self.check()
        return MultiFernet(self._keys).encrypt(secret.encode()).decode()

    def opened(self, sealed: str) -> str:
        """Return a stored secret.

        Raises:
            ConfigurationError: none of the keys has sealed it.
        """
        self.check()
        try:
            return MultiFernet(self._keys).decrypt(sealed).decode()
        except InvalidToken:
            raise ConfigurationError("None of WEBHOOK_SECRETS_KEYS opens an endpoint's secret.") from None
