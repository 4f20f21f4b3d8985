"""Making a result of what the model wrote: its form is the published one, its claims are corrected."""

from __future__ import annotations

import re

from workers.content_suggestions.brief import Brief
from workers.content_suggestions.checks import hashtags_of, published_text
from workers.content_suggestions.drafts import Draft
from workers.content_suggestions.lengths import length_of
from workers.content_suggestions.messages import Basis, BestTime, Idea, PlatformLimits, PriceIdea

#: The hours of `Friday 18:00-21:00`, of `21h-23h`, of `9 pm`; not the minutes.
_HOUR = re.compile(r"(?<![\d:])\d{1,2}(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3,}")


def idea_of(draft: Draft, brief: Brief) -> Idea:
    """Return an idea as it is published."""
    return Idea(
        title=draft.title,
        text=draft.text,
        hook=draft.hook,
        hashtags=hashtags_of(draft, brief),
        length=length_of(published_text(draft, brief), brief.platform.counting),
        best_time=_best_time(draft, brief),
        price=_price(draft, brief),
        call_to_action=draft.call_to_action,
        reason=draft.reason,
    )


def limits_of(brief: Brief) -> PlatformLimits:
    """Return what the ideas were held to."""
    return PlatformLimits(
        platform=brief.platform.name,
        text_length=brief.text_length,
        counting=brief.platform.counting.value,
        hashtags=brief.hashtags,
        is_verified=brief.platform.is_verified,
    )


def _best_time(draft: Draft, brief: Brief) -> BestTime:
    """Return when to publish; it stands on data only if that names such a time, whatever the model says."""
    time = draft.best_time
    is_given = time.basis is Basis.GIVEN and _times(time.when) & _times(str(brief.activity or ""))
    return BestTime(when=time.when, reason=time.reason, basis=Basis.GIVEN if is_given else Basis.GENERAL)


def _times(text: str) -> set[str]:
    """Return the hours that a text names; its words, where it names none."""
    hours = {hour.lstrip("0") for hour in _HOUR.findall(text)}
    return hours or {word.casefold()[:3] for word in _WORD.findall(text)}


def _price(draft: Draft, brief: Brief) -> PriceIdea | None:
    if brief.prices is None or draft.price is None:
        return None
    return PriceIdea(amount=draft.price.amount, currency=brief.prices.currency, reason=draft.price.reason)
