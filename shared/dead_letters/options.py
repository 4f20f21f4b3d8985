"""How an operation is to be done; kept as JSON in its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shared.dead_letters.selecting import Selector

#: More than anybody replays by hand; fewer than a driver plans in a minute.
MAX_LIMIT = 10_000
MAX_RATE_PER_SECOND = 200.0

_UNSET: tuple[Any, ...] = (None, (), frozenset(), False)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is chosen, and how fast it is dealt with."""

    selector: Selector = field(default_factory=Selector)
    #: At most so many messages.
    limit: int
    rate_per_second: float = 10.0
    #: A few first, and more only when these have ended well.
    ladder: bool = True
    #: How long each step of the ladder is waited for.
    patience_seconds: float = 60.0

    def as_json(self) -> dict[str, Any]:
        """Return the options as they are kept."""
        plain = asdict(self)
        chosen = {name: value for name, value in plain["selector"].items() if value not in _UNSET}
        for name in ("sequence_numbers", "job_ids"):
            if name in chosen:
                chosen[name] = sorted(chosen[name])
        return {**plain, "selector": chosen}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Options:
        """Read what `as_json` wrote."""
        known = {name: kept[name] for name in ("limit", "rate_per_second", "ladder", "patience_seconds")}
        selector = dict(kept["selector"])
        for name in {"sequence_numbers", "job_ids"} & selector.keys():
            selector[name] = frozenset(selector[name])
        return cls(selector=Selector(**selector), **known)
