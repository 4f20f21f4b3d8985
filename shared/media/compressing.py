"""Making a smaller copy of a video, and proving that it is one; runs in the child process only.

One decoding serves both: whoever watches sees every frame in order while the copy is encoded. The copy is
H.264 in one pass at the bit rate that meets the size asked for, its sound taken over unchanged where players
take it, its frames at the source's own times. Nothing counts until it was read back whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shared.media.calibration import READING_BACK_SHARE, measured_factor, predicted_copy_seconds
from shared.media.copying import CopyPlan, plans
from shared.media.fitting import PictureFitter
from shared.media.opening import audio_stream, check_frame, opened, probe_of, video_stream
from shared.media.port import Progress
from shared.media.report import CompressedVideo, MediaProbe
from shared.media.verifying import Original, verified_similarity
from shared.media.writing import CopyWriter, sound_bits_per_second

COPY_FILE = "copy.mp4"
#: Below this a copy is not worth having.
SIMILARITY_FLOOR = 0.95

#: The index and the rate control's slack.
_CONTAINER_SHARE, _CONTAINER_BYTES = 0.985, 4096
#: A copy may miss its size by this, since it is encoded in one pass.
_TOLERANCE = 1.02
#: What is planned with, of the time given.
_PLANNED_SHARE = 0.85
#: With so many times the time that the reference core needs, no core is too slow.
_PLENTY = 5.0
#: From here on the pace tells whether time will do.
_PACE_AFTER = 0.08
_MOST_ERRORS = 50
#: A copy of more broken pictures than that is worth nothing.
_MOST_CORRUPT_SHARE = 0.5

Watch = Callable[[VideoFrame], None]


def compress(
    path: Path,
    directory: Path,
    *,
    target_bytes: int,
    seconds: float,
    watch: Watch | None = None,
    progress: Progress | None = None,
    factor: float | None = None,
) -> CompressedVideo | None:
    """Write a smaller copy into `directory`; `None` when none is worth having or the time would not do.

    Args:
        path: the video.
        directory: where `copy.mp4` is put.
        target_bytes: what the copy is to weigh at most.
        seconds: wall time to spend.
        watch: called with every decoded frame in order. When a copy is given up on the way, frames go on as
            long as time lasts; when no copy is begun, because none would fit, there are none.
        progress: told how far the work is.
        factor: this instance's slowness, from `calibration.measured_factor`; measured here if it matters.

    Raises:
        UnsupportedMediaError: it is not a video that we look at.
    """
    began, until = time.process_time(), time.monotonic() + seconds
    with opened(path) as container:
        probe = probe_of(container, size_bytes=path.stat().st_size)
        target_bytes = min(target_bytes, probe.size_bytes)
        plan = affordable(container, probe, target_bytes, seconds, factor)
        if plan is None:
            return None
        original = Original(probe.duration_seconds)
        copying = _Copying(container, probe, plan, original, until=until)
        try:
            copy = copying.run(directory / COPY_FILE, watch, progress)
        except av.FFmpegError:  # broken beyond what is skipped: no copy would be a whole one
            return None
        del copying  # with it the decoder's pictures, before the copy's own are decoded
    if copy is None:
        return None
    ssim = verified_similarity(copy, original, until=until)
    size_bytes = copy.stat().st_size
    small = size_bytes <= target_bytes * _TOLERANCE and size_bytes < probe.size_bytes
    if ssim is None or ssim < SIMILARITY_FLOOR or not small:
        copy.unlink()
        return None
    turned = probe.rotation_degrees in {90, 270}
    return CompressedVideo(
        file=copy.name,
        size_bytes=size_bytes,
        width=plan.height if turned else plan.width,
        height=plan.width if turned else plan.height,
        ssim=round(ssim, 4),
        preset=plan.preset,
        cpu_seconds=round(time.process_time() - began, 2),
    )


def affordable(
    container: InputContainer, probe: MediaProbe, target_bytes: int, seconds: float, factor: float | None
) -> CopyPlan | None:
    """Return the best plan that fits the time."""
    pictures_bytes = target_bytes * _CONTAINER_SHARE - _CONTAINER_BYTES
    bits_per_second = round(pictures_bytes * 8 / probe.duration_seconds) - sound_bits_per_second(
        audio_stream(container)
    )
    for plan in plans(probe, bits_per_second):
        cpu_seconds = predicted_copy_seconds(probe, plan)
        if factor is None and cpu_seconds > seconds / _PLENTY:
            factor = measured_factor()
        if cpu_seconds * (factor or 1.0) <= seconds * _PLANNED_SHARE:
            return plan
    return None


class _Copying:
    """One pass over the source."""

    def __init__(
        self,
        container: InputContainer,
        probe: MediaProbe,
        plan: CopyPlan,
        original: Original,
        *,
        until: float,
    ) -> None:
        self._original = original
        self._container = container
        self._video: VideoStream = video_stream(container)
        self._sound: AudioStream | None = audio_stream(container)
        self._probe = probe
        self._plan = plan
        self._began = time.monotonic()
        self._until = until
        self._errors = self._frames = self._corrupt = 0

    def run(self, path: Path, watch: Watch | None, progress: Progress | None) -> Path | None:
        """Encode all of it; `None` if that was given up."""
        fitter = PictureFitter(self._plan, transfer=self._video.codec_context.color_trc)
        copying = True
        with self._writer(path) as writer:
            for item in self._items():
                if isinstance(item, Packet):
                    writer.add_sound(item)
                    continue
                if watch:
                    watch(item)
                if copying:
                    fitted = fitter.fitted(item)
                    if writer.add_picture(fitted):
                        self._original.add(fitted)
                copying = copying and self._in_time(item)
                if time.monotonic() > self._until or not (copying or watch):
                    return None
                if progress:
                    progress(self._done(item) * (1 - READING_BACK_SHARE))
            return writer.finish() if copying and self._original.frames and self._is_sound() else None

    def _writer(self, path: Path) -> CopyWriter:
        return CopyWriter(
            path,
            self._plan,
            self._video,
            self._sound,
            rotation_degrees=self._probe.rotation_degrees,
        )

    def _items(self) -> Iterator[VideoFrame | Packet[Any]]:
        """Yield decoded pictures, and packets of sound as they are, in the file's order."""
        streams = [self._video, self._sound] if self._sound else [self._video]
        for packet in self._container.demux(streams):
            if self._sound and packet.stream_index == self._sound.index:
                if packet.dts is not None:
                    yield packet
                continue
            yield from self._decoded(packet)

    def _decoded(self, packet: Packet[Any]) -> Iterator[VideoFrame]:
        try:
            frames = packet.decode()
        except av.FFmpegError:
            self._errors += 1
            if self._errors > _MOST_ERRORS:
                raise
            return
        for frame in frames:
            if isinstance(frame, VideoFrame):
                check_frame(frame)
                self._frames += 1
                self._corrupt += bool(frame.is_corrupt)
                yield frame

    def _is_sound(self) -> bool:
        """Say whether enough of the source is whole."""
        broken = self._errors + self._corrupt
        return broken <= (self._errors + self._frames) * _MOST_CORRUPT_SHARE

    def _done(self, frame: VideoFrame) -> float:
        start_seconds = self._original.first or 0.0
        return min(1.0, max(0.0, ((frame.time or 0.0) - start_seconds) / self._probe.duration_seconds))

    def _in_time(self, frame: VideoFrame) -> bool:
        """Say whether, at the pace so far, the copy will be done and read back in time."""
        done, now = self._done(frame), time.monotonic()
        if done < _PACE_AFTER:
            return now < self._began + (self._until - self._began) / 2
        needed_seconds = (now - self._began) / done / (1 - READING_BACK_SHARE)
        return self._began + needed_seconds <= self._until
