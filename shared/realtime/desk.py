"""What a negotiation needs, together."""

from __future__ import annotations

from dataclasses import dataclass

from shared.realtime.port import Hub, Identities


@dataclass(frozen=True, kw_only=True)
class RealtimeDesk:
    """Who asks, where they connect, and from which pages."""

    identities: Identities
    hub: Hub
    #: Pages of these origins may read the answers.
    allowed_origins: frozenset[str] = frozenset()
