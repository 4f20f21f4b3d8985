"""How long a text is, as each platform counts: people see characters, programs count something else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import StrEnum

_JOINER, _EMOJI_FORM = "\u200d", "\ufe0f"
#: X counts these code points once and all others twice: the ranges of `twitter-text`'s third configuration.
_LIGHT = (range(0x1100), range(0x2000, 0x200E), range(0x2010, 0x2020), range(0x2032, 0x2038))
_SKIN_TONES, _TAGS, _FLAG_LETTERS = (
    range(0x1F3FB, 0x1F400),
    range(0xE0020, 0xE0080),
    range(0x1F1E6, 0x1F200),
)
_PICTURES = (range(0x2190, 0x2400), range(0x2600, 0x27C0), range(0x1F000, 0x1FB00))
_PAIR = 2


class Counting(StrEnum):
    """What a platform's limit counts."""

    #: What a person takes for one character.
    CHARACTERS = "characters"
    #: UTF-16 code units, as JavaScript counts: most emojis are two.
    UTF16 = "utf16"
    #: UTF-8 bytes: a letter with an accent is two.
    BYTES = "bytes"
    #: X's weights: Latin letters are one, emojis and East Asian characters two.
    WEIGHTED = "weighted"


def length_of(text: str, counting: Counting) -> int:
    """Return how long a text is."""
    if counting is Counting.BYTES:
        return len(text.encode(errors="replace"))
    if counting is Counting.UTF16:
        return len(text.encode("utf-16-le", errors="replace")) // 2
    clusters = list(_clusters(unicodedata.normalize("NFC", text)))
    if counting is Counting.CHARACTERS:
        return len(clusters)
    return sum(map(_weight, clusters))


def _clusters(text: str) -> Iterator[str]:
    """Yield what a person takes for one character: a letter with its marks, an emoji with all its parts."""
    cluster = ""
    for character in text:
        if cluster and not _continues(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _continues(cluster: str, character: str) -> bool:
    code = ord(character)
    if code in _SKIN_TONES or code in _TAGS or character in (_JOINER, _EMOJI_FORM):
        return True
    if code in _FLAG_LETTERS:
        return len(cluster) % _PAIR == 1 and all(ord(each) in _FLAG_LETTERS for each in cluster)
    if cluster[-1] == _JOINER and _is_picture(character):
        return True
    return unicodedata.category(character).startswith("M") or (cluster, character) == ("\r", "\n")


def _weight(cluster: str) -> int:
    if len(cluster) > 1 and (_is_picture(cluster[0]) or _EMOJI_FORM in cluster):
        return 2
    return sum(1 if any(ord(each) in light for light in _LIGHT) else 2 for each in cluster)


def _is_picture(character: str) -> bool:
    return any(ord(character) in pictures for pictures in _PICTURES)
