"""The languages that are listened for."""

from __future__ import annotations

from collections.abc import Sequence

#: Where nobody names a language: those of most of our creators.
DEFAULT_LANGUAGES = ("en-US", "es-ES", "fr-FR", "de-DE", "it-IT", "pt-BR")


def candidates(languages: Sequence[str], most: int | None = None) -> tuple[str, ...]:
    """Return the languages to tell apart, the likeliest first, each once, and no more than the way can."""
    return tuple(dict.fromkeys(languages or DEFAULT_LANGUAGES))[:most]
