"""Writing letters: notices in, a mail as HTML and as text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from shared.mail.content import Card, Content
from shared.mail.headers import one_line
from shared.mail.letters import ClaimedLetter, Told
from shared.mail.links import FrontEnd, UnsubscribeLinks
from shared.mail.notices import OPERATOR
from shared.mail.port import Letter
from shared.mail.telling import card_of, lead_of, shortened, tone_of
from shared.mail.wording import Words, words_for

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
#: Gmail cuts what is larger than 102 KB; nobody reads so much.
_MAX_CARDS = 12


class LetterWriter:
    """Writes letters in the recipient's language: a `Composer`.

    Args:
        front_end: where their links lead.
        unsubscribing: makes the link that ends them.
    """

    def __init__(self, front_end: FrontEnd, unsubscribing: UnsubscribeLinks) -> None:
        self._front_end = front_end
        self._unsubscribing = unsubscribing

    def compose(self, letter: ClaimedLetter, address: str) -> Letter:
        """See `Composer.compose`."""
        words = words_for(letter.language)
        content = self._content(letter, words)
        return Letter(
            letter_id=letter.letter_id,
            address=address,
            subject=content.subject,
            html=self._rendered("letter.html.j2", content=content, words=words),
            text=self._rendered("letter.txt.j2", content=content, words=words),
            language=words.language,
            unsubscribe_url=content.unsubscribe_url,
        )

    def page(self, name: str, language: str | None) -> str:
        """Return a page about unsubscribing: `confirm`, `done` or `invalid`."""
        return self._rendered("page.html.j2", page=name, words=words_for(language))

    def _content(self, letter: ClaimedLetter, words: Words) -> Content:
        # The newest first: what is cut off is what is oldest.
        newest = sorted(letter.notices, key=lambda told: told.happened_at, reverse=True)
        cards = [card_of(told, words, self._front_end) for told in newest]
        single = len(cards) == 1
        left = len(cards) - _MAX_CARDS
        to_operator = letter.recipient == OPERATOR
        return Content(
            subject=one_line(cards[0].title if single else words.counted("digest.subject", len(cards))),
            preheader=_preheader(cards, words),
            greeting="" if to_operator else _greeting(letter.name, words),
            headline=cards[0].title if single else words.counted("digest.headline", len(cards)),
            lead=lead_of(newest[0], words) if single else _tally(newest, words),
            cards=[_untitled(cards[0])] if single else cards[:_MAX_CARDS],
            more=words.counted("more", left) if left > 0 else "",
            single=single,
            url=cards[0].url if single else self._front_end.home,
            action=cards[0].action if single else words("open"),
            why=words("why.operator" if to_operator else "why"),
            unsubscribe_url=None
            if to_operator
            else self._unsubscribing.url(letter.recipient, words.language),
            settings_url=self._front_end.settings,
        )

    def _rendered(self, template: str, **values: object) -> str:
        return self._environment.get_template(template).render(**values)

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

        return Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(disabled_extensions=("txt.j2",), default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )


def _greeting(name: str | None, words: Words) -> str:
    return words("greeting", name=one_line(name)[:60]) if name else words("greeting.nobody")


def _preheader(cards: Sequence[Card], words: Words) -> str:
    if len(cards) > 1:
        return shortened(" · ".join(card.title for card in cards[:3]), 120)
    return shortened(cards[0].lines[0] if cards[0].lines else words("open"), 120)


def _tally(told: Sequence[Told], words: Words) -> str:
    tones = [tone_of(each) for each in told]
    counts = {"digest.ready": tones.count("good"), "digest.failed": tones.count("bad")}
    return " · ".join(words(name, count=count) for name, count in counts.items() if count)


def _untitled(card: Card) -> Card:
    """Return a card whose title stands above it already."""
    return replace(card, title="")
