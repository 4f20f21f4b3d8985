"""What an everyday message is for."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What a fan means who says nothing that needs to be read twice.

    What names a time of day, a day or a thing is an intent of its own: whoever wishes a good evening is not
    answered as if it were the weekend. The order is the one in which a bank's key names several.
    """

    GREETING = "greeting"
    GOOD_MORNING = "good_morning"
    GOOD_AFTERNOON = "good_afternoon"
    GOOD_EVENING = "good_evening"
    ARE_YOU_THERE = "are_you_there"
    BACK = "back"
    NEW_HERE = "new_here"
    WOKE_UP = "woke_up"
    AT_WORK = "at_work"
    BORED = "bored"
    TIRED = "tired"
    TO_BED = "to_bed"
    SORRY = "sorry"
    THANKS = "thanks"
    WELCOME = "welcome"
    ACKNOWLEDGES = "acknowledges"
    AGREES = "agrees"
    WOW = "wow"
    LIKES_CONTENT = "likes_content"
    COMPLIMENT = "compliment"
    KINDNESS = "kindness"
    EXCITED = "excited"
    MISS_YOU = "miss_you"
    LOVE_YOU = "love_you"
    DESIRE = "desire"
    KISSES = "kisses"
    WELL = "well"
    HOPE_WELL = "hope_well"
    HOW_ARE_YOU = "how_are_you"
    HOW_WAS_DAY = "how_was_day"
    HOW_WAS_NIGHT = "how_was_night"
    HOW_WAS_EVENING = "how_was_evening"
    HOW_WAS_WEEKEND = "how_was_weekend"
    HOW_DID_YOU_SLEEP = "how_did_you_sleep"
    WHAT_ARE_YOU_DOING = "what_are_you_doing"
    CONTENT = "asks_for_content"
    PHOTO = "asks_for_photo"
    VIDEO = "asks_for_video"
    NUDES = "asks_for_nudes"
    PRICE = "asks_for_price"
    PHOTO_PRICE = "asks_for_photo_price"
    VIDEO_PRICE = "asks_for_video_price"
    GOOD_DAY = "good_day"
    PLEASANT_EVENING = "pleasant_evening"
    GOOD_WEEKEND = "good_weekend"
    SWEET_DREAMS = "sweet_dreams"
    GOOD_NIGHT = "good_night"
    UNTIL_TOMORROW = "until_tomorrow"
    UNTIL_SOON = "until_soon"
    GOODBYE = "goodbye"
    LAUGHTER = "laughter"
    EMOJI = "emoji"


_PRICES = frozenset({Intent.PRICE, Intent.PHOTO_PRICE, Intent.VIDEO_PRICE})
_WANTED = frozenset({Intent.CONTENT, Intent.PHOTO, Intent.VIDEO, Intent.NUDES})

#: May end in a question mark; anything else that does is a question of its own.
QUESTIONS = (
    _PRICES
    | _WANTED
    | {
        Intent.ARE_YOU_THERE,
        Intent.WELL,
        Intent.HOW_ARE_YOU,
        Intent.HOW_WAS_DAY,
        Intent.HOW_WAS_NIGHT,
        Intent.HOW_WAS_EVENING,
        Intent.HOW_WAS_WEEKEND,
        Intent.HOW_DID_YOU_SLEEP,
        Intent.WHAT_ARE_YOU_DOING,
    }
)

#: What is answered along with anything else.
ABSORBED_BY_ALL = frozenset({Intent.GREETING, Intent.LAUGHTER, Intent.EMOJI, Intent.WOW, Intent.KISSES})

#: After a question of the creator's these may be its answer. The others say the same wherever they stand.
MAY_ANSWER = (
    _PRICES
    | _WANTED
    | {
        Intent.ARE_YOU_THERE,
        Intent.SORRY,
        Intent.THANKS,
        Intent.WELCOME,
        Intent.ACKNOWLEDGES,
        Intent.AGREES,
        Intent.WOW,
        Intent.LIKES_CONTENT,
        Intent.EXCITED,
        Intent.DESIRE,
        Intent.WELL,
        Intent.BACK,
        Intent.WOKE_UP,
        Intent.AT_WORK,
        Intent.BORED,
        Intent.TIRED,
        Intent.TO_BED,
        Intent.LAUGHTER,
        Intent.EMOJI,
        Intent.KISSES,
    }
)
#: Means nothing before the creator has said something.
REPLIES = frozenset({Intent.AGREES, Intent.ACKNOWLEDGES, Intent.WELCOME, Intent.WOW})
#: Once the creator has spoken, asked of what was spoken of.
OF_SOMETHING = _PRICES
#: More than so many things at once are a message of its own.
MOST_AT_ONCE = 3
