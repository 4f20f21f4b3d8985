"""What keeps one idea from being shown: in words that a model can mend it by, and that never quote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from shared.ai.echoes import echoes
from shared.ai.placeholders import has_placeholder
from shared.ai.plain_text import impurities, is_plain
from workers.content_suggestions.brief import FORBIDDEN_EVERYWHERE, Brief
from workers.content_suggestions.drafts import Draft
from workers.content_suggestions.lengths import Counting, length_of
from workers.content_suggestions.platforms import Explicitness
from workers.content_suggestions.promises import amounts_of_money, unmade_promises
from workers.content_suggestions.tongues import is_foreign

#: What our instructions speak of, and no person does.
_TELLTALE = re.compile(
    r"\bJSON\b|\bBCP ?47\b|(?<![#@\w])[a-z]{2,}_[a-z_]{2,}\b"
    r"|\bsystem prompt\b|\bas an AI\b|\blanguage model\b",
    re.IGNORECASE,
)
#: Words for adults, in the languages of most creators here.
_EXPLICIT = re.compile(
    r"\b(?:fuck\w*|cocks?|dicks?|puss(?:y|ies)|cum(?:ming|shots?)?|blow\s?jobs?|orgasm\w*|masturbat\w*|naked|nude\w*"
    r"|tits|boobs|anal|horny|baise\w*|salope|branl\w*|nues?|follar\w*|polla|coño|correrme|desnud[oa]s?"
    r"|foder|buceta|pelad[oa]|nackt\w*|fick\w*|muschi|schwanz|scopare|cazzo|nud[oa])\b",
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"#?(\w{1,60})")
_TAG_IN_TEXT = re.compile(r"(?<![\w&])#(\w*[^\W\d]\w*)")
_HANDLE = re.compile(r"(?<!\w)@\w{2,}")


def problems_of(draft: Draft, brief: Brief, rules: str) -> Iterator[str]:
    """Say what is wrong with an idea."""
    published = (draft.title, draft.text, draft.hook, draft.call_to_action)
    whole = "\n".join(published)
    told = [draft.reason, draft.best_time.when, draft.best_time.reason]
    told += [draft.price.reason] if draft.price else []
    yield from _unshowable(whole, published, (rules, brief.style))
    if not all(map(is_plain, told)) or any(_TELLTALE.search(text) or echoes(text, (rules,)) for text in told):
        yield "reasons and times are plain words of your own."
    yield from _out_of_bounds(draft, brief)
    yield from _forbidden("\n".join((whole, *draft.hashtags)), brief)
    yield from _promised(whole, draft, brief)
    yield from _mispriced(draft, brief)
    if brief.language and any(is_foreign(each, brief.language) for each in (draft.text, whole)):
        yield f"it is not written in {brief.language}."


def hashtags_of(draft: Draft, brief: Brief) -> tuple[str, ...]:
    """Return an idea's hashtags without `#`: well formed, each once, no more than the platform takes."""
    found = (_HASHTAG.fullmatch(re.sub(r"[\s\-']", "", tag)) for tag in draft.hashtags)
    tags = [match[1] for match in found if match and any(map(str.isalpha, match[1]))]
    written = [tag.casefold() for tag in _TAG_IN_TEXT.findall(draft.text)]
    each_once = {tag.casefold(): tag for tag in reversed(tags) if tag.casefold() not in written}
    return tuple(each_once.values())[::-1][: max(brief.hashtags - len(written), 0)]


def published_text(draft: Draft, brief: Brief) -> str:
    """Return an idea's text with its hashtags, as it is pasted into the platform."""
    return " ".join((draft.text, *(f"#{tag}" for tag in hashtags_of(draft, brief))))


def _unshowable(whole: str, parts: Sequence[str], secrets: Sequence[str]) -> Iterator[str]:
    yield from dict.fromkeys(problem for part in parts for problem in impurities(part))
    if not all(any(map(str.isalnum, part)) for part in parts):
        yield "title, text, hook and call to action need words."
    if has_placeholder(whole):
        yield "a placeholder is left in it; write it ready to publish."
    if _TELLTALE.search(whole) or echoes(whole, secrets):
        yield "it quotes your instructions; write for the fans instead."


def _out_of_bounds(draft: Draft, brief: Brief) -> Iterator[str]:
    platform = brief.platform
    length = length_of(published_text(draft, brief), platform.counting)
    if length > brief.text_length:
        yield f"text and hashtags are {length} long; {platform.name} takes {brief.text_length}."
    if len(_TAG_IN_TEXT.findall(draft.text)) > brief.hashtags:
        yield f"there are too many hashtags in the text; {platform.name} takes {brief.hashtags} here."
    if length_of(draft.title, Counting.CHARACTERS) > platform.title_length:
        yield f"the title is longer than {platform.title_length} characters."


def _forbidden(whole: str, brief: Brief) -> Iterator[str]:
    if FORBIDDEN_EVERYWHERE.search(whole):
        yield "it names what no platform allows."
    words = (*brief.platform.forbidden_words, *map(re.escape, brief.forbidden_words))
    if words and _any_of(words).search(whole):
        yield f"it has words that {brief.platform.name} or the creator does not want."
    if not set(_HANDLE.findall(whole)) <= {name for text in brief.given for name in _HANDLE.findall(text)}:
        yield "it names an account that the creator did not."
    if brief.platform.explicitness is Explicitness.MILD and _EXPLICIT.search(whole):
        yield f"it is too explicit for {brief.platform.name}."


def _promised(whole: str, draft: Draft, brief: Brief) -> Iterator[str]:
    for kind in unmade_promises(whole, brief.given):
        yield f"it promises {kind}, which the creator did not."
    known = {amount for said in brief.given for amount in amounts_of_money(said)}
    known |= {draft.price.amount} if draft.price else set()
    if not amounts_of_money(whole) <= known:
        yield "it names an amount of money that the creator did not."


def _mispriced(draft: Draft, brief: Brief) -> Iterator[str]:
    prices = brief.prices
    if prices is None:
        return
    if draft.price is None:
        yield "price: a price idea is missing."
    elif draft.price.amount not in prices:
        yield f"price: it has to be from {prices.lowest:g} to {prices.highest:g} {prices.currency}."


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)
