"""What a benchmark says: ours beside a peer's, as a ratio that a promise bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Promise:
    """The bound that a ratio keeps."""

    text: str
    holds: Callable[[float], bool]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One line of a benchmark's output."""

    name: str
    unit: str
    #: Medians over the rounds.
    ours: float
    peer: float
    #: The median of the rounds' own ratios: what disturbs a round disturbs both of its sides.
    ratio: float
    ratio_low: float
    ratio_high: float
    rounds: int
    peer_name: str
    promise: str | None
    #: `None` for what is told for information.
    holds: bool | None
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what is printed."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def compare(
    name: str,
    ours: Sequence[float],
    peer: Sequence[float],
    *,
    unit: str,
    peer_name: str,
    promise: Promise | None = None,
    details: Mapping[str, Any] | None = None,
) -> Measurement:
    """Compare two series that were measured in turns."""
    ratios = [mine / other for mine, other in zip(ours, peer, strict=True)]
    ratio = median(ratios)
    return Measurement(
        name=name,
        unit=unit,
        ours=median(ours),
        peer=median(peer),
        ratio=ratio,
        ratio_low=min(ratios),
        ratio_high=max(ratios),
        rounds=len(ratios),
        peer_name=peer_name,
        promise=promise.text if promise else None,
        holds=promise.holds(ratio) if promise else None,
        details=details or {},
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return value
