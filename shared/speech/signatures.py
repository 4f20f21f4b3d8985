"""The signature by which a webhook's call proves that the speech service made it."""

from __future__ import annotations

import base64
import hashlib
import hmac

SIGNATURE_HEADER = "X-MicrosoftSpeechServices-Signature"
EVENT_HEADER = "X-MicrosoftSpeechServices-Event"


def signature_of(body: bytes, secret: str) -> str:
    """Return what the service puts into the header: HMAC-SHA256 over the raw body, in base64."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def is_signed(body: bytes, signature: str | None, secret: str) -> bool:
    """Say whether a body is signed with the secret, in constant time; without a secret nothing is."""
    if not secret or not signature:
        return False
    return hmac.compare_digest(signature_of(body, secret).encode(), signature.strip().encode())
