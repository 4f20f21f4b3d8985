"""How many calls beyond the first a process may make: a bound on what trouble everywhere can cost.

Each request earns a part of an extra call; a fallback or a retry spends a whole one. So a deployment here and
there may fail as it likes, but when most calls fail, the load on the models, and the bill, grow by less than
half instead of by every try there could be. This is the retry budget of Google's SRE book (chapter 22), and
gRPC's retry throttling (proposal A6).
"""

from __future__ import annotations

#: With two of five calls failing, nearly every request still has its second try.
EARNED_PER_REQUEST = 0.45
#: What a process has to begin with, and keeps at most: enough for one deployment's death to go unnoticed.
RESERVE = 20.0


class ExtraCalls:
    """The extra calls of one process."""

    def __init__(self, *, earned_per_request: float = EARNED_PER_REQUEST, reserve: float = RESERVE) -> None:
        self._earned_per_request = earned_per_request
        self._reserve = reserve
        self._left = reserve

    def earn(self) -> None:
        """Count a request."""
        self._left = min(self._reserve, self._left + self._earned_per_request)

    def spend(self) -> bool:
        """Take an extra call, if there is one left."""
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
