r"""What no text of a model's may hold when it is to be sent as a person's own words: links, markup, code.

A model that a stranger talks to may be talked into anything, so its texts are checked after it, by rules that
no words can move. They are stricter than a reader would be: a model asked to repair an answer is cheap, and a
link that was sent in a creator's name is not. What is refused comes from the corpus in `tests/injection/`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: Scripts whose words stand apart, so that a dot between two letters is no end of a sentence.
_LETTER = "[0-9A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff]"
#: What browsers and people take for the dot of a host name.
_DOTS = str.maketrans(dict.fromkeys("\u2024\u3002\uff0e\uff61\u0702\ufe52", "."))
_TOP_LEVEL = (
    "com|net|org|info|io|me|co|biz|xyz|app|link|site|shop|online|example|test|ru|fr|es|uk|de|to|ly|gg|tv"
)
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}\s?:\s?/\s?/"  # any scheme
    r"|\b(?:www|data|javascript|vbscript|mailto|tel|ftp|hxxps?|tg|whatsapp)\s?[:.]\s?[^\s:.]"
    rf"|{_LETTER}\.(?=[^\W\d_]){_LETTER}{{2,}}"  # a host, in any alphabet
    rf"|\w\s?[\[({{]?\s?(?:\.|\bdot\b|\bpoint\b|\bpunto\b)\s?[\])}}]?\s?\b(?:{_TOP_LEVEL})\b(?:\s?/|\s*$)"
    rf"|\w\s?[\[({{]\s?(?:\.|dot|point|punto)\s?[\])}}]\s?{_LETTER}"
    rf"|\w\s(?:dot|point|punto)\s(?:com|net|org|info|io|xyz)\b"
    r"|[\w.+-]\s?(?:@|\(at\)|\[at\])\s?[\w-]+\s?\.\s?[a-z]"  # a mail address
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # an IP address
    r"|\b(?:xn--|0x[0-9a-f]{6,})"
    r"|(?:\+|\b)\d(?:[\s().-]{0,2}\d){8,}",  # a telephone number
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"[{}]"  # code, JSON, templates
    r"|<[/!?a-z]|<\||\|>"  # a tag, a comment, a control token of a chat template
    r"|&(?:#x?[0-9a-f]{1,6}|[a-z]{2,8});"  # an entity
    r"|```|~~~|\*\*|__|!\s?\[|\]\s?\(|\[/?(?:url|img|b|i|code|inst)\b|\[[^\]]{60,}\]"  # Markdown and BBCode
    r"|^\s{0,3}(?:\#{1,6}\s|>\s|\|.*\|)"  # headings, quotes, tables
    r"|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|%[2-7][0-9a-f]"  # escapes
    r"|^\s*(?:system|assistant|user|human|developer)\s?:"  # a turn of its own
    r"|\b\w+\([\"'][^)]*\)"  # a call
    r"|\b(?:tool_calls?|function_calls?|tool_use)\b",
    re.IGNORECASE | re.MULTILINE,
)
#: No word of a language, and not a laugh either: that has few different letters.
_LONG_TOKEN = re.compile(r"[0-9A-Za-z+/=_\-]{32,}")
_TOKEN_VARIETY = 9
_BITS = re.compile(r"(?:\b[01]{8}\b\s?){3}|(?:\b[0-9a-f]{2}\b[\s:]){8}|(?:[.\-]{1,5}\s){8}", re.IGNORECASE)
#: Hide text from people (tags, variation selectors beyond the emojis', private characters), or reorder it.
_HIDING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ue000-\uf8ff\U000e0100-\U000e01ef\U000f0000-\U0010ffff]"
)
#: Joiners belong between emojis, and into scripts that are not Latin's neighbours.
_JOINED_LETTERS = re.compile(f"{_LETTER}[\u200c-\u200f]+{_LETTER}")
#: Flags of England, Scotland and Wales are spelt in tags.
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{3,6}\U000e007f")
_TAG = re.compile("[\U000e0000-\U000e007f]")


def impurities(text: str) -> Iterator[str]:
    """Say what in a text is no plain words, in phrases that a model can mend it by; they never quote it."""
    if holds_hidden(text):
        yield "the text holds invisible characters; write plain letters and emojis."
    shown = _shown(text)
    if _LINK.search(shown):
        yield "the text holds a link, an address or a number to call; write it without."
    if _MARKUP.search(shown) or _is_encoded(shown):
        yield "the text holds markup or code; write plain words."


def is_plain(text: str) -> bool:
    """Say whether a text is words and emojis alone."""
    return next(impurities(text), None) is None


def holds_hidden(text: str) -> bool:
    """Say whether a text holds characters that a person does not see, or that change how it is read."""
    rest = _FLAG.sub("", text)
    return bool(_HIDING.search(rest) or _TAG.search(rest) or _JOINED_LETTERS.search(rest))


def _shown(text: str) -> str:
    """Return a text as a browser may take it: compatible forms made one, invisible characters left out."""
    folded = unicodedata.normalize("NFKC", text.translate(_DOTS))
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")


def _is_encoded(text: str) -> bool:
    tokens = _LONG_TOKEN.findall(text)
    return bool(_BITS.search(text)) or any(len(set(token.casefold())) > _TOKEN_VARIETY for token in tokens)
