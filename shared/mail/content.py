"""What a letter says, before it looks like anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "bad", "warn"]


@dataclass(frozen=True, kw_only=True)
class Card:
    """One thing that happened."""

    tone: Tone
    tag: str
    title: str
    lines: Sequence[str] = ()
    #: Names and values.
    facts: Sequence[tuple[str, str]] = ()
    url: str = ""
    action: str = ""
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Content:
    """A whole letter."""

    subject: str
    #: What a mail program shows beside the subject.
    preheader: str
    greeting: str
    headline: str
    lead: str
    cards: Sequence[Card]
    #: What there was no room for.
    more: str
    #: It tells one thing only: its button is the thing's own.
    single: bool
    url: str
    action: str
    why: str
    unsubscribe_url: str | None
    settings_url: str
