"""What looking into a video will cost in CPU time here, before it is done.

The model is frames times milliseconds a frame, by class. Its figures were measured on the reference core (AMD
EPYC, Zen 4, one thread) with the clips of `infra/local/clips`: phone-like material at 1 to 8 Mbit/s. An
instance measures itself once (`measured_factor`) and multiplies.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.media.copying import CopyPlan
from shared.media.report import MediaProbe


@dataclass(frozen=True, kw_only=True)
class _Decoding:
    """Milliseconds a frame."""

    per_megapixel: float
    #: Entropy decoding grows with bits, not with pixels.
    per_megabit: float
    #: Keyframes alone, and the groups of pictures around suspected cuts, relative to all frames.
    staged_share: float


_DECODING = {
    "h264": _Decoding(per_megapixel=1.2, per_megabit=9.0, staged_share=0.5),
    "hevc": _Decoding(per_megapixel=2.6, per_megabit=9.0, staged_share=0.45),
}
_OTHER = _Decoding(per_megapixel=3.2, per_megabit=12.0, staged_share=0.5)

READING_BACK_SHARE = 0.15


def predicted_copy_seconds(probe: MediaProbe, plan: CopyPlan) -> float:
    """Stub."""
    return 0.0
