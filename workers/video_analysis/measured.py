"""Advice that needs no model: what measurements alone say about a video, in English."""

from __future__ import annotations

from collections.abc import Iterator

from shared.media.report import Inspection, SoundKind
from workers.video_analysis.insights import SuggestedCut
from workers.video_analysis.messages import Advice

#: Platforms normalise to about -14 LUFS and turn loud sound down, but do not turn quiet sound up.
_QUIET_LUFS, _LOUD_LUFS = -20.0, -9.0
#: Samples this high clip once the sound is coded again (EBU R 128 allows -1 dBTP).
_CLIPPING_DBFS = -0.3
#: A pause that a listener takes for a fault, and what is left of it.
_LONG_SILENCE_SECONDS, _BREATH_SECONDS = 1.5, 0.3
_NOTICED_BLACK_SECONDS = 0.5
#: ITU-R BT.1359: sound earlier than 45 ms or later than 125 ms is noticed.
_EARLY_SECONDS, _LATE_SECONDS = -0.045, 0.125
#: A first scene this long without a cut asks for patience.
_SLOW_START_SECONDS = 6.0
_SMALL_SIDE = 720


def measured_summary(inspection: Inspection) -> str:
    """Return what can be said without having looked."""
    probe = inspection.probe
    shape = "vertical" if probe.height > probe.width else "horizontal"
    shape = "square" if probe.height == probe.width else shape
    scenes = len(inspection.scenes)
    sound = {
        SoundKind.NONE: "without sound",
        SoundKind.SILENCE: "with a silent sound track",
        SoundKind.NO_SPEECH: "with sound but no speech",
        SoundKind.SPEECH: "with speech",
    }[inspection.sound.kind]
    plural = "scene" if scenes == 1 else "scenes"
    return f"A {shape} video of {probe.duration_seconds:.0f} seconds in {scenes} {plural}, {sound}."


def measured_advice(inspection: Inspection) -> list[Advice]:
    """Return what to do better, the most audible and visible first."""
    return [*_on_sound(inspection), *_on_picture(inspection)]


def measured_cuts(inspection: Inspection) -> list[SuggestedCut]:
    """Return long silences and black stretches."""
    cuts = [
        SuggestedCut(
            start_seconds=each.start_seconds, end_seconds=each.end_seconds, reason="The picture is black."
        )
        for each in inspection.black
        if each.end_seconds - each.start_seconds >= _NOTICED_BLACK_SECONDS
    ]
    if inspection.sound.kind is not SoundKind.SPEECH:
        return cuts
    silences = (
        SuggestedCut(
            start_seconds=each.start_seconds + _BREATH_SECONDS,
            end_seconds=each.end_seconds - _BREATH_SECONDS,
            reason="Nobody speaks for a while.",
        )
        for each in inspection.sound.silences
        if each.end_seconds - each.start_seconds >= _LONG_SILENCE_SECONDS
    )
    return [*cuts, *silences]


def _on_sound(inspection: Inspection) -> Iterator[Advice]:
    sound = inspection.sound
    if sound.kind in {SoundKind.NONE, SoundKind.SILENCE}:
        yield Advice(topic="sound", text="Nothing is heard: add a voice, music or captions.")
        return
    loudness = sound.loudness_lufs
    if loudness is not None and loudness < _QUIET_LUFS:
        yield Advice(topic="sound", text=f"The sound is quiet ({loudness:.0f} LUFS); raise it to about -14.")
    if loudness is not None and loudness > _LOUD_LUFS:
        yield Advice(topic="sound", text=f"The sound is loud ({loudness:.0f} LUFS); lower it to about -14.")
    if sound.peak_dbfs is not None and sound.peak_dbfs > _CLIPPING_DBFS:
        yield Advice(topic="sound", text="The loudest moments are clipped; record at a lower level.")
    if not _EARLY_SECONDS <= sound.offset_seconds <= _LATE_SECONDS:
        late = "after" if sound.offset_seconds > 0 else "before"
        text = (
            f"The sound begins {abs(sound.offset_seconds):.2f} s {late} the picture; check that lips match."
        )
        yield Advice(topic="sound", text=text)


def _on_picture(inspection: Inspection) -> Iterator[Advice]:
    probe = inspection.probe
    first = inspection.scenes[0]
    if len(inspection.scenes) > 1 and first.end_seconds - first.start_seconds > _SLOW_START_SECONDS:
        yield Advice(
            topic="hook",
            text=f"The first scene lasts {first.end_seconds - first.start_seconds:.0f} s; cut earlier.",
            scene=0,
        )
    if any(each.start_seconds < _NOTICED_BLACK_SECONDS for each in inspection.black):
        yield Advice(topic="hook", text="The video opens on black; begin with a picture.", scene=0)
    if probe.width > probe.height:
        yield Advice(topic="format", text="The video is horizontal; phones show vertical ones larger.")
    if min(probe.width, probe.height) < _SMALL_SIDE:
        yield Advice(topic="quality", text=f"{probe.width} x {probe.height} pixels look soft on a phone.")
    if inspection.damage is not None:
        yield Advice(topic="quality", text="Parts of the file are damaged; export or upload it again.")
