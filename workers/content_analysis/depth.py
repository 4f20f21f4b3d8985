"""When thinking at length is worth its price: a reasoning model costs some forty times what sorting does.

The rules see nothing of the content but what they are told here; they never ask a model.
"""

from __future__ import annotations

from dataclasses import dataclass

_ASKED = frozenset({"deep", "full", "reasoning", "strategy", "detailed"})
_DECLINED = frozenset(
    {"quick", "fast", "brief", "safety", "moderation", "tags", "sentiment", "classification"}
)
_ABOUT_SUCCESS = frozenset({"engagement", "virality", "performance", "prediction", "revenue", "pricing"})
#: Content that is sold by the piece: a wrong price or teaser costs money.
_SOLD = frozenset({"ppv", "paid", "premium", "bundle", "custom", "pay_per_view"})
#: A story, a script or a sales letter: its structure is worth thinking about.
LONG_TEXT_CHARACTERS = 1_500
#: Fewer say nothing about what works for a creator.
ENOUGH_PAST = 3


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known of a job before any model is asked."""

    analysis_type: str | None = None
    content_type: str = "post"
    text_characters: int = 0
    #: How many past pieces of content there are figures of.
    past: int = 0
    #: There are figures of this content.
    measured: bool = False
    price: float = 0.0


def deserves_depth(known: Circumstances) -> bool:
    """Say whether a job is worth a reasoning model."""
    asked = _word(known.analysis_type)
    if asked in _ASKED or asked in _DECLINED:
        return asked in _ASKED
    if asked in _ABOUT_SUCCESS:
        return known.measured or known.past >= ENOUGH_PAST
    if known.price > 0 or _word(known.content_type) in _SOLD:
        return True
    return known.text_characters >= LONG_TEXT_CHARACTERS


def _word(text: str | None) -> str:
    return (text or "").strip().casefold().replace("-", "_").replace(" ", "_")
