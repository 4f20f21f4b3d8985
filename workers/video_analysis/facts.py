"""What was measured, as the result shows it."""

from __future__ import annotations

from collections.abc import Iterable

from shared.media.report import Inspection, Interval, MediaProbe
from workers.video_analysis.insights import SoundTrack, Stretch, TechnicalReport
from workers.video_analysis.messages import Damage, VideoFacts


def facts_of(probe: MediaProbe) -> VideoFacts:
    """Return what the file itself says."""
    return VideoFacts(
        duration_seconds=round(probe.duration_seconds, 3),
        width=probe.width,
        height=probe.height,
        frames_per_second=probe.frames_per_second,
        size_bytes=probe.size_bytes,
        video_codec=probe.video_codec,
        audio_codec=probe.audio_codec,
    )


def damage_of(inspection: Inspection) -> Damage | None:
    """Return what is broken."""
    if inspection.damage is None:
        return None
    return Damage(
        corrupt_frames=inspection.damage.corrupt_frames, ends_at_seconds=inspection.damage.ends_at_seconds
    )


def technical_report(inspection: Inspection) -> TechnicalReport:
    """Return what a technician would want to know."""
    probe, sound = inspection.probe, inspection.sound
    lengths = [scene.end_seconds - scene.start_seconds for scene in inspection.scenes]
    return TechnicalReport(
        container=probe.container,
        pixel_format=probe.pixel_format,
        rotation_degrees=probe.rotation_degrees,
        high_dynamic_range=probe.high_dynamic_range,
        bits_per_second=probe.bits_per_second,
        scene_count=len(lengths),
        scene_seconds=round(sum(lengths) / len(lengths), 2) if lengths else 0.0,
        black=_stretches(inspection.black),
        sound=SoundTrack(
            kind=sound.kind.value,
            channels=probe.audio_channels,
            loudness_lufs=sound.loudness_lufs,
            peak_dbfs=sound.peak_dbfs,
            speech_share=sound.speech_share,
            silences=_stretches(sound.silences),
            offset_seconds=sound.offset_seconds,
        ),
        notes=[*inspection.notes, *sound.notes],
    )


def _stretches(intervals: Iterable[Interval]) -> list[Stretch]:
    return [
        Stretch(start_seconds=round(each.start_seconds, 2), end_seconds=round(each.end_seconds, 2))
        for each in intervals
    ]
