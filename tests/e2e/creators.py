"""Creators as the front end vouches for them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt

from infra.local import signalr
from shared.realtime.azure_signalr import SETTING

SECRET = "the front end's secret in the tests"
AUDIENCE = "huntaze-workers"


def settings_of(hub: signalr.Endpoint) -> Mapping[str, str]:
    """Return what the app needs to let clients in to a hub, and its page ask."""
    return {
        SETTING: hub.connection_string,
        "AUTH_JWT_SECRET": SECRET,
        "AUTH_JWT_AUDIENCE": AUDIENCE,
        "ALLOWED_ORIGINS": hub.url,
    }


def token(creator_id: str, *, secret: str = SECRET, **claims: Any) -> str:
    """Sign what the front end signs for a creator, or something that differs as told."""
    said = {"sub": creator_id, "aud": AUDIENCE, "exp": int(time.time()) + 600, **claims}
    return jwt.encode(said, secret, algorithm="HS256")
