"""What an everyday message is for."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What a fan means who says nothing that needs to be read twice."""

    GREETING = "greeting"
    GOOD_MORNING = "good_morning"
    GOOD_NIGHT = "good_night"
    GOODBYE = "goodbye"
    HOW_ARE_YOU = "how_are_you"
    WHAT_ARE_YOU_DOING = "what_are_you_doing"
    THANKS = "thanks"
    COMPLIMENT = "compliment"
    MISS_YOU = "miss_you"
    LOVE_YOU = "love_you"
    CONTENT = "asks_for_content"
    PRICE = "asks_for_price"
    LAUGHTER = "laughter"
    EMOJI = "emoji"


#: May end in a question mark; anything else that does is a question of its own.
QUESTIONS = frozenset({Intent.HOW_ARE_YOU, Intent.WHAT_ARE_YOU_DOING, Intent.CONTENT, Intent.PRICE})

#: What is answered along with anything else.
ABSORBED_BY_ALL = frozenset({Intent.GREETING, Intent.LAUGHTER, Intent.EMOJI})
#: What is answered along with some.
ABSORBED_BY = {Intent.GOOD_MORNING: frozenset({Intent.HOW_ARE_YOU, Intent.WHAT_ARE_YOU_DOING})}
