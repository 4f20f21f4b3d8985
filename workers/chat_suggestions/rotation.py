"""Which three lines of a bank a fan is shown: others each time, and others than another fan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workers.chat_suggestions.answer import essence


@dataclass(frozen=True, kw_only=True)
class BankLine:
    """One line of a bank."""

    text: str
    #: The three suggestions differ in it.
    tone: str


def chosen(
    lines: Sequence[BankLine], *, fan: str, turn: int, avoided: Iterable[str] = ()
) -> tuple[BankLine, ...] | None:
    """Return one line of each tone; `None` when a tone has none left that is not avoided.

    Args:
        lines: the bank.
        fan: names the fan or the conversation; each begins elsewhere.
        turn: how many messages of the fan came before.
        avoided: texts that the fan has just seen.
    """
    seen = {essence(text) for text in avoided}
    found: list[BankLine] = []
    for tone in dict.fromkeys(line.tone for line in lines):
        ring = [line for line in lines if line.tone == tone]
        start = turn + _offset(fan, tone)
        turned = (ring[(start + step) % len(ring)] for step in range(len(ring)))
        line = next((line for line in turned if essence(line.text) not in seen), None)
        if line is None:
            return None
        found.append(line)
    first = turn % len(found) if found else 0
    return (*found[first:], *found[:first])


def _offset(fan: str, tone: str) -> int:
    digest = hashlib.blake2b(f"{tone}\0{fan}".encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big")
