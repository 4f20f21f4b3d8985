"""Bringing decoded pictures to the size and form that a copy is encoded from."""

from __future__ import annotations

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, ColorTrc, Interpolation, VideoReformatter

from shared.media.copying import CopyPlan
from shared.media.tone import HLG, PQ, ToneMapper

_EIGHT_BIT, _TEN_BIT = "yuv420p", "yuv420p10le"
#: ITU-T H.273: Rec. 2020 primaries and matrix.
_REC_2020 = 9


class PictureFitter:
    """Scales frames, in limited range; HDR becomes SDR, so that every player shows it."""

    def __init__(self, plan: CopyPlan, *, transfer: int) -> None:
        self._plan = plan
        self._scaler = VideoReformatter()
        self._mapper = ToneMapper(transfer) if transfer in {PQ, HLG} else None

    def fitted(self, frame: VideoFrame) -> VideoFrame:
        """Return the frame as it is encoded, at the same time."""
        scaled = self._scaler.reformat(
            frame,
            self._plan.width,
            self._plan.height,
            _TEN_BIT if self._mapper else _EIGHT_BIT,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BILINEAR,
        )
        fitted = self._mapper.mapped(scaled) if self._mapper else scaled
        fitted.pts, fitted.time_base = frame.pts, frame.time_base
        return fitted


def colours(primaries: int, transfer: int, matrix: int) -> tuple[int, int, int]:
    """Return the copy's primaries, transfer function and matrix for a source's."""
    if transfer in {PQ, HLG}:
        return _REC_2020, ColorTrc.BT2020_10, _REC_2020
    return primaries, transfer, matrix
