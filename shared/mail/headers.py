"""What may stand in a mail's head: one line, of one meaning.

A line break in a subject or an address would let whoever chose it write headers, recipients and bodies of
their own. None gets through: addresses are refused, and subjects lose whatever is no ordinary character.
"""

from __future__ import annotations

import re
import unicodedata

from shared.mail.port import Letter

#: RFC 5321 allows 254 in all, 64 before the @.
_ADDRESS = re.compile(
    r"(?=.{3,254}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}\Z"
)
#: Phones show some 40 characters of it.
MAX_SUBJECT_CHARACTERS = 150


def is_address(text: str) -> bool:
    """Tell a plain e-mail address from everything else; names, comments and quoted parts are not taken."""
    return bool(_ADDRESS.match(text)) and ".." not in text and not text.startswith(".") and ".@" not in text


def one_line(text: str) -> str:
    """Return a text that fits a header: one line without control, format or direction characters."""
    kept = ("" if _invisible(character) else character for character in re.sub(r"\s+", " ", text))
    return "".join(kept).strip()[:MAX_SUBJECT_CHARACTERS].rstrip()


def unsubscribe_headers(letter: Letter) -> dict[str, str]:
    """Return the headers by which a mail program offers to unsubscribe with one click (RFC 8058)."""
    if letter.unsubscribe_url is None:
        return {}
    return {
        "List-Unsubscribe": f"<{letter.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _invisible(character: str) -> bool:
    """Whether a character has no place in a line; the joiner within an emoji has."""
    return (
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        and character != "\u200d"
    )
