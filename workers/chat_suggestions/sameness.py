"""The form of a message in which what several fans write alike is alike: for asking once for all of them.

Nothing that is said is touched: no word, no number, no question mark. Only what stands at the end for
decoration is left out, and letters are not drawn out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from workers.chat_suggestions.everyday import Line, is_decoration
from workers.chat_suggestions.phrases.grammar import plain

_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_PAUSES = frozenset(" .!~…,")


def usual_form(text: str) -> str:
    """Return a message without decoration at its end; the text itself if nothing else would be left."""
    said = " ".join(_DRAWN_OUT.sub(r"\1", unicodedata.normalize("NFC", text)).split())
    end = len(said)
    while end and (said[end - 1] in _PAUSES or is_decoration(said[end - 1])):
        end -= 1
    return said[:end] or said


#: Words that point at something said before, in the six languages: whoever uses one is not understood alone.
_POINTING = frozenset(
    plain("""
        it its that this those these one ones them they he she him her too also then again yes yeah no nope ok
        there still same why because so did does was were had if or but
        ca cela ceci celui celle ceux en y lui elle eux aussi encore oui non si alors donc pourquoi parce mais
        eso esa ese esto esta este lo la los las le tambien otra vez entonces sino porque pero ello el ella
        das dies diese dieser es ihn ihm auch wieder ja nein warum weil aber
        isso esse essa isto ele ela tambem sim nao porque mas
        questo questa quello quella lo la anche ancora perche ma
    """).split()
)
_FEWEST_WORDS = 3


def stands_by_itself(message: str, earlier: Sequence[Line]) -> bool:
    """Say whether a message is answered the same whatever was said before.

    It is no answer to a question of the creator's, comes after nothing that waits for an answer, points at
    nothing, and is not said for the second time.
    """
    words = re.findall(r"\w+", plain(message))
    if len(words) < _FEWEST_WORDS or not _POINTING.isdisjoint(words):
        return False
    said = [line.text for line in earlier if line.by_creator]
    if earlier and (not earlier[-1].by_creator or "?" in said[-1]):
        return False
    form = usual_form(message)
    return all(line.by_creator or usual_form(line.text) != form for line in earlier)
