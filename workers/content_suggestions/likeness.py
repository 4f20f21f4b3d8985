"""Whether two ideas are one: the same words in another order, case or spelling are the same idea."""

from __future__ import annotations

import re
import unicodedata

#: Two texts that share this much of the shorter one's words say the same.
ALIKE_SHARE = 0.7
#: Of fewer words than this all must be shared: two of three are shared by chance.
_FEW_WORDS = 5
#: Shorter words are grammar.
_SHORTEST_WORD = 3
_WORD = re.compile(r"\w+")
#: Japanese, Chinese, Thai: their words are not told apart by spaces.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


def essence(text: str) -> str:
    """Return a text without case, accents, spacing and punctuation; emojis count if nothing else is left."""
    folded = _plain(text)
    return "".join(character for character in folded if character.isalnum()) or "".join(folded.split())


def are_alike(first: str, second: str) -> bool:
    """Say whether two texts say nearly the same in nearly the same words."""
    if essence(first) == essence(second):
        return True
    ours, theirs = _features(first), _features(second)
    smaller = min(len(ours), len(theirs))
    if smaller < _FEW_WORDS:
        return ours == theirs and bool(ours)
    return len(ours & theirs) / smaller >= ALIKE_SHARE


def _features(text: str) -> frozenset[str]:
    """Return the words of a text that carry sense; pairs of characters where words are not told apart."""
    found = set[str]()
    for word in _WORD.findall(_plain(text)):
        if _UNSPACED.search(word):
            found.update(word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) >= _SHORTEST_WORD:
            found.add(word)
    return frozenset(found)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if not unicodedata.combining(character))
