"""The paid calls of one attempt, each on its way to the ledger exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shared.ai.port import ModelCall


class UnwrittenCalls:
    """Knows which of an attempt's calls the ledger does not have yet, or may not have.

    Args:
        calls: the attempt's calls as they are noted; only ever appended to.
        prefix: names the attempt; with a call's place among the others it is the call's key in the ledger.
    """

    def __init__(self, calls: Sequence[ModelCall], prefix: str) -> None:
        self._calls = calls
        self._prefix = prefix
        self._taken = 0
        self._doubtful: dict[str, ModelCall] = {}

    @property
    def untouched(self) -> Sequence[ModelCall]:
        """Calls that nobody has tried to write."""
        return self._calls[self._taken :]

    @property
    def doubtful(self) -> Mapping[str, ModelCall]:
        """Calls that somebody tried to write, without learning what became of it."""
        return dict(self._doubtful)

    def take(self) -> Mapping[str, ModelCall]:
        """Return all that the ledger may not have, by key; doubtful until it is confirmed."""
        for number, call in enumerate(self.untouched, start=self._taken):
            self._doubtful[f"{self._prefix}:{number}"] = call
        self._taken = len(self._calls)
        return self.doubtful

    def confirm(self, keys: Iterable[str]) -> None:
        """Note that the ledger has these."""
        for key in keys:
            self._doubtful.pop(key, None)
