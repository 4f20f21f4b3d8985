"""Updates in the browser, composed: whom to believe, and where to send them."""

from __future__ import annotations

from shared.clock import Clock
from shared.realtime.azure_signalr import SignalRAccess, SignalRHub
from shared.realtime.desk import RealtimeDesk
from shared.realtime.front_end_tokens import FrontEndTokens, TokenRules
from shared.settings import Settings


def realtime_desk(settings: Settings, clock: Clock) -> RealtimeDesk:
    """Compose what a negotiation needs; nothing is connected.

    Raises:
        ConfigurationError: the service or the front end's key is not set, or not usable.
    """
    access = SignalRAccess.parse(settings.azure_signalr_connection_string.get_secret_value())
    return RealtimeDesk(
        identities=front_end_tokens(settings),
        hub=SignalRHub(access, clock),
        allowed_origins=frozenset(settings.allowed_origins),
    )


def front_end_tokens(settings: Settings) -> FrontEndTokens:
    """Return what believes the front end's tokens.

    Raises:
        ConfigurationError: the front end's key is not set, or not usable.
    """
    rules = TokenRules(
        secret=settings.auth_jwt_secret,
        public_key=settings.auth_jwt_public_key,
        issuer=settings.auth_jwt_issuer,
        audience=settings.auth_jwt_audience,
        creator_claim=settings.auth_jwt_creator_claim,
    )
    return FrontEndTokens(rules)
