"""Signatures by Standard Webhooks 1.0: HMAC-SHA256 over id, time and body, one for each secret in force."""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

PREFIX = "whsec_"
#: What the specification allows.
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64
_NEW_SECRET_BYTES = 32


def new_secret() -> str:
    """Return a secret that nobody knows."""
    return PREFIX + b64encode(secrets.token_bytes(_NEW_SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Return a secret's bytes.

    Raises:
        ValueError: it is none; the message does not quote it.
    """
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a secret is `whsec_` and base64") from None
    if not (secret.startswith(PREFIX) and MIN_SECRET_BYTES <= len(key) <= MAX_SECRET_BYTES):
        raise ValueError("a secret is `whsec_` and 24 to 64 bytes in base64")
    return key


def signature_headers(
    secrets_in_force: Sequence[str], *, webhook_id: str, timestamp: int, body: bytes
) -> Mapping[str, str]:
    """Return the three headers that prove who sends a body.

    Args:
        secrets_in_force: one, or during a rotation the new one and the old one.
        webhook_id: the same for each attempt; holds no full stop.
        timestamp: of this attempt, in Unix seconds.
        body: exactly what is sent.

    Raises:
        ValueError: a secret is none, or the id holds a full stop, which would make signatures ambiguous.
    """
    if "." in webhook_id:
        raise ValueError("a webhook's id holds no full stop")
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    macs = [hmac.digest(key_of(secret), signed, sha256) for secret in secrets_in_force]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{b64encode(mac).decode()}" for mac in macs),
    }
