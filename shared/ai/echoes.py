"""Telling whether a text repeats what it must not: our instructions, or what they say of a creator.

Compared are runs of letters and digits alone, so that neither spacing, case, punctuation, look-alike
letters, accents nor a mirror hide a quotation. What is told in other words, or in another language, no
comparison finds.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

#: As many letters in a row as two independent texts never share: about eight words of English.
RUN_LETTERS = 36
#: Letters of other alphabets, and digits, that are read as Latin letters.
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁӏνοαερτικ0134578@$",  # noqa: RUF001 - they are what it is about
    "aeopcyxijsdlvoaeptikoieastbas",
)
#: Every run of that many letters more is found, at a quarter of the price.
_STEP = 4


def echoes(text: str, secrets: Iterable[str]) -> bool:
    """Say whether a text quotes one of the secrets, forwards, backwards, or by a shift of 13 letters.

    Args:
        text: what is to be shown.
        secrets: what it must not quote. Those shorter than `RUN_LETTERS` are never found.
    """
    run = _run(text)
    readings = (run, run[::-1], _run(codecs.decode(text, "rot13")))
    known = [_windows(secret) for secret in secrets]
    return any(_share(reading, windows) for reading in readings for windows in known)


def _share(run: str, windows: frozenset[str]) -> bool:
    return any(run[at : at + RUN_LETTERS] in windows for at in range(0, len(run) - RUN_LETTERS + 1, _STEP))


@lru_cache(maxsize=256)
def _windows(secret: str) -> frozenset[str]:
    run = _run(secret)
    return frozenset(run[at : at + RUN_LETTERS] for at in range(len(run) - RUN_LETTERS + 1))


def _run(text: str) -> str:
    """Return a text's letters and digits, in their plainest form."""
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_LOOK_ALIKES)
    return "".join(character for character in folded if character.isalnum())
