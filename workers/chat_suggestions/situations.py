"""What a fan's everyday message says, and what a reply to it is for: in words, for a model and a creator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from workers.chat_suggestions.phrases.intents import Intent

#: Intent → (what the fan's message says, what the reply is for).
SITUATIONS: Mapping[Intent, tuple[str, str]] = MappingProxyType(
    {
        Intent.GREETING: ("says hello", "greet back"),
        Intent.GOOD_MORNING: ("says good morning", "wish a good morning"),
        Intent.GOOD_AFTERNOON: ("says good afternoon", "greet back"),
        Intent.GOOD_EVENING: ("says good evening, as a greeting", "greet back"),
        Intent.ARE_YOU_THERE: ("asks whether you are there", "say that you are there"),
        Intent.BACK: ("says that they are back", "welcome back"),
        Intent.NEW_HERE: ("says that they are new here and have just subscribed", "welcome"),
        Intent.WOKE_UP: ("says that they have just woken up", "wish a good start"),
        Intent.AT_WORK: ("says that they are at work", "cheer up"),
        Intent.BORED: ("says that they do nothing special or are bored", "entertain"),
        Intent.TIRED: ("says that they are tired after a long day", "comfort lightly"),
        Intent.TO_BED: ("says that they are going to bed", "wish a good night"),
        Intent.SORRY: ("says sorry, for a late reply or nothing much", "forgive lightly"),
        Intent.THANKS: ("says thank you", "accept the thanks"),
        Intent.WELCOME: ("says you're welcome, no problem", "answer the kindness"),
        Intent.ACKNOWLEDGES: ("says ok, or that something is nice", "keep the chat going"),
        Intent.AGREES: ("says yes, agreeing with you", "keep the chat going"),
        Intent.WOW: ("says wow", "enjoy the reaction"),
        Intent.LIKES_CONTENT: ("says that they love what you have shown", "enjoy the praise"),
        Intent.COMPLIMENT: ("says how beautiful you are", "accept the compliment"),
        Intent.KINDNESS: ("says how sweet you are, or the best", "accept the kindness"),
        Intent.EXCITED: ("says that they can't wait", "share the excitement"),
        Intent.MISS_YOU: ("says that they miss you or think of you", "answer the longing"),
        Intent.LOVE_YOU: ("says that they love or adore you", "answer the affection"),
        Intent.DESIRE: ("says that they want you", "flirt back"),
        Intent.KISSES: ("sends kisses or hugs", "return the affection"),
        Intent.WELL: ("says that they are well, and asks about you", "say how you are"),
        Intent.HOPE_WELL: ("hopes that you are well", "thank and ask back"),
        Intent.HOW_ARE_YOU: ("asks how you are", "say how you are and ask back"),
        Intent.HOW_WAS_DAY: ("asks how your day is", "tell lightly and ask back"),
        Intent.HOW_WAS_NIGHT: ("asks how your night was", "tell lightly and ask back"),
        Intent.HOW_WAS_EVENING: ("asks how your evening is", "tell lightly and ask back"),
        Intent.HOW_WAS_WEEKEND: ("asks how your weekend is", "tell lightly and ask back"),
        Intent.HOW_DID_YOU_SLEEP: ("asks how you slept", "tell lightly and ask back"),
        Intent.WHAT_ARE_YOU_DOING: ("asks what you are doing", "tell lightly and ask back"),
        Intent.CONTENT: ("asks to see more of you", "find out what they would like"),
        Intent.PHOTO: ("asks for a picture of you", "find out what they would like"),
        Intent.VIDEO: ("asks for a video of you", "find out what they would like"),
        Intent.NUDES: ("asks for nudes", "tease and find out what they would like"),
        Intent.PRICE: ("asks what something costs, without saying what", "find out what they would like"),
        Intent.PHOTO_PRICE: ("asks what a picture costs", "find out what they would like"),
        Intent.VIDEO_PRICE: ("asks what a video costs", "find out what they would like"),
        Intent.GOOD_DAY: ("wishes you a nice day", "wish the same"),
        Intent.PLEASANT_EVENING: ("wishes you a nice evening", "wish the same"),
        Intent.GOOD_WEEKEND: ("wishes you a nice weekend", "wish the same"),
        Intent.SWEET_DREAMS: ("wishes you sweet dreams", "wish the same"),
        Intent.GOOD_NIGHT: ("says good night", "wish a good night"),
        Intent.UNTIL_TOMORROW: ("says goodbye until tomorrow", "say goodbye"),
        Intent.UNTIL_SOON: ("says see you soon", "say goodbye"),
        Intent.GOODBYE: ("says goodbye", "say goodbye"),
        Intent.LAUGHTER: ("laughs", "laugh along"),
        Intent.EMOJI: ("sends only loving emojis", "return the affection"),
    }
)


def situation(intents: Sequence[Intent]) -> str:
    """Return what a fan's message says, in one sentence."""
    said = [SITUATIONS[intent][0] for intent in intents]
    return f"The fan {', and '.join(said)}."


def purpose(intents: Sequence[Intent]) -> str:
    """Return what a reply is for, in a few words."""
    return ", ".join(dict.fromkeys(SITUATIONS[intent][1] for intent in intents))
