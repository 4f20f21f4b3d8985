"""Making a result of what the model wrote: its form is the published one, its claims are corrected."""

from __future__ import annotations

from workers.content_suggestions.brief import Brief
from workers.content_suggestions.checks import hashtags_of, published_text
from workers.content_suggestions.drafts import Draft
from workers.content_suggestions.lengths import length_of
from workers.content_suggestions.messages import Basis, BestTime, Idea, PlatformLimits, PriceIdea


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
    """Return when to publish; nothing stands on data that nobody gave, whatever the model says."""
    time = draft.best_time
    basis = time.basis if brief.activity else Basis.GENERAL
    return BestTime(when=time.when, reason=time.reason, basis=basis)


def _price(draft: Draft, brief: Brief) -> PriceIdea | None:
    if brief.prices is None or draft.price is None:
        return None
    return PriceIdea(amount=draft.price.amount, currency=brief.prices.currency, reason=draft.price.reason)
