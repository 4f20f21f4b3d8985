"""The form of a message in which what several fans write alike is alike: for asking once for all of them.

Nothing that is said is touched: no word, no number, no question mark. Only what stands at the end for
decoration is left out, and letters are not drawn out.
"""

from __future__ import annotations

import re
import unicodedata

from workers.chat_suggestions.everyday import is_decoration

_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_PAUSES = frozenset(" .!~…,")


def usual_form(text: str) -> str:
    """Return a message without decoration at its end; the text itself if nothing else would be left."""
    said = " ".join(_DRAWN_OUT.sub(r"\1", unicodedata.normalize("NFC", text)).split())
    end = len(said)
    while end and (said[end - 1] in _PAUSES or is_decoration(said[end - 1])):
        end -= 1
    return said[:end] or said
