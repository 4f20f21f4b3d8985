"""Looking into a video, all of it: scenes, the frames that show them, sound, and a smaller copy if asked for.

Time is planned: scenes first, since everything hangs on them, then pictures, then sound. A part that does not
get done in its share leaves a note, and the rest is told all the same. A copy decodes every frame anyway, so
scenes are found in the same loop.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from av.video.frame import VideoFrame

from shared.errors import UnsupportedMediaError
from shared.media.compressing import compress
from shared.media.frames import shots
from shared.media.gallery import Gallery
from shared.media.listening import listen
from shared.media.opening import opened, probe_of
from shared.media.pictures import Pictures, put_pictures
from shared.media.port import Progress
from shared.media.report import (
    CompressedVideo,
    FoundScene,
    Inspection,
    MediaProbe,
    SceneStart,
    SoundKind,
    SoundReport,
)
from shared.media.scenes import Findings, SceneScorer, find_scenes

#: Two sheets.
_MOST_FRAMES = 18
#: Shares of the time that is left when a part begins.
_SCENES_SHARE, _PICTURES_SHARE, _SOUND_SHARE = 0.5, 0.5, 0.9
#: Of all the time, for copying and finding scenes in one loop.
_COPYING_SHARE = 0.8
#: Where progress stands when a part is done.
_SCENES_DONE, _COPY_DONE, _PICTURES_DONE = 0.5, 0.8, 0.9
#: Without key frames for this long, another frame of the copy's loop is considered.
_RARE_SECONDS = 2.0


def _ignore(share: float) -> None:
    """Be told of progress and do nothing."""


def inspect(
    path: Path,
    directory: Path,
    *,
    seconds: float,
    size_bytes: int,
    copy_target_bytes: int | None = None,
    progress: Progress = _ignore,
    factor: float = 1.0,
) -> Inspection:
    """Find scenes, key frames and sound; pictures, sound and the copy are put into `directory`.

    Args:
        path: the video.
        directory: where files are put.
        seconds: wall time to spend.
        size_bytes: of the video.
        copy_target_bytes: what a smaller copy is to weigh at most; none is made without it.
        progress: told how far the work is.
        factor: this instance's slowness, from `calibration.measured_factor`; it bounds what copy is tried.

    Raises:
        UnsupportedMediaError: it is not a video that we look at.
    """
    inspecting = _Inspecting(path, directory, seconds, progress, factor)
    return inspecting.inspection(size_bytes, copy_target_bytes)


@dataclass
class _Seen:
    """What decoding yielded."""

    findings: Findings
    gallery: Gallery
    copy: CompressedVideo | None = None


class _Inspecting:
    """One inspection on its way."""

    def __init__(
        self, path: Path, directory: Path, seconds: float, progress: Progress, factor: float
    ) -> None:
        self._path = path
        self._directory = directory
        self._until = time.monotonic() + seconds
        self._progress = progress
        self._factor = factor
        self._notes: list[str] = []

    def inspection(self, size_bytes: int, copy_target_bytes: int | None) -> Inspection:
        """Return all that was found."""
        began = time.process_time()
        with opened(self._path) as container:
            probe = probe_of(container, size_bytes=size_bytes)
        seen = self._copied(probe, copy_target_bytes) if copy_target_bytes else None
        seen = seen or self._looked(probe)
        _check_visible(seen)
        scenes = list(seen.findings.scenes) or [_whole(probe)]
        pictures = self._pictured(probe, seen.gallery, scenes)
        sound = self._heard()
        self._progress(1.0)
        return Inspection(
            probe=probe,
            scenes=scenes,
            key_frames=pictures.key_frames,
            contact_sheets=pictures.contact_sheets,
            sound=sound,
            black=list(seen.findings.black),
            damage=seen.findings.damage,
            copy_made=seen.copy,
            cpu_seconds=round(time.process_time() - began, 3),
            notes=[*seen.findings.notes, *self._notes],
        )

    def _looked(self, probe: MediaProbe) -> _Seen:
        gallery = Gallery()
        with opened(self._path) as container:
            findings = find_scenes(
                container, probe, seconds=self._left(_SCENES_SHARE), watch=gallery.consider
            )
        self._progress(_SCENES_DONE)
        return _Seen(findings=findings, gallery=gallery)

    def _copied(self, probe: MediaProbe, target_bytes: int) -> _Seen | None:
        """Return what the copy's loop saw; `None` if it ended before it saw the whole video."""
        watching = _Watching()
        copy = compress(
            self._path,
            self._directory,
            target_bytes=target_bytes,
            seconds=self._left(_COPYING_SHARE),
            watch=watching.see,
            progress=lambda share: self._progress(share * _COPY_DONE),
            factor=self._factor,
        )
        if copy is None:
            self._notes.append("No smaller copy was made: none was worth having in the time given.")
        nothing_seen = watching.gallery.last_seconds is None
        seen_seconds = watching.last_seconds + _RARE_SECONDS
        if copy is None and (nothing_seen or seen_seconds < probe.duration_seconds):
            return None
        return _Seen(findings=watching.scorer.findings(probe), gallery=watching.gallery, copy=copy)

    def _pictured(self, probe: MediaProbe, gallery: Gallery, scenes: list[FoundScene]) -> Pictures:
        picks = gallery.choose(scenes, _MOST_FRAMES)
        until = time.monotonic() + self._left(_PICTURES_SHARE)
        with opened(self._path) as container:
            taken = shots(container, picks, rotation_degrees=probe.rotation_degrees, until=until)
            pictures = put_pictures(taken, self._directory)
        if time.monotonic() > until:
            self._notes.append(
                f"Time ran out: {len(pictures.key_frames)} of {len(picks)} pictures are shown."
            )
        self._progress(_PICTURES_DONE)
        return pictures

    def _heard(self) -> SoundReport:
        if (seconds := self._left(_SOUND_SHARE)) <= 0:
            return SoundReport(kind=SoundKind.NONE, notes=["No time was left to listen to the sound."])
        return listen(self._path, self._directory, seconds=seconds)

    def _left(self, share: float) -> float:
        return max(0.0, self._until - time.monotonic()) * share


@dataclass
class _Watching:
    """Sees every frame of the copy's loop."""

    scorer: SceneScorer = field(default_factory=SceneScorer)
    gallery: Gallery = field(default_factory=Gallery)
    last_seconds: float = 0.0

    def see(self, frame: VideoFrame) -> None:
        self.scorer.add(frame)
        if frame.pts is None:
            return
        self.last_seconds = frame.time
        considered = self.gallery.last_seconds
        if frame.key_frame or considered is None or frame.time - considered > _RARE_SECONDS:
            self.gallery.consider(frame)


def _check_visible(seen: _Seen) -> None:
    """Let nobody pay for pictures of nothing.

    Raises:
        UnsupportedMediaError: every picture that was looked at is broken.
    """
    damage = seen.findings.damage
    if damage and damage.corrupt_frames >= 1 and not len(seen.gallery):
        raise UnsupportedMediaError(
            "No picture can be decoded: the video is encrypted, or damaged throughout."
        )


def _whole(probe: MediaProbe) -> FoundScene:
    return FoundScene(start_seconds=0.0, end_seconds=probe.duration_seconds, start=SceneStart.START)
