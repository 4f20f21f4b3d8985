"""One video as the models are told of it: what was measured, seen and said, bounded, ready to be quoted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.ai.quoting import Quotable, quoted
from shared.media.report import Inspection, KeyFrame, SoundKind
from workers.video_analysis.answer import VisionAnswer
from workers.video_analysis.messages import Transcript, TranscriptStatus, VideoPayload

_MAX_METADATA_CHARACTERS = 2_000
_MAX_METADATA_DEPTH = 4
#: About seven minutes of speech: later words rarely change the advice.
_MAX_TRANSCRIPT_CHARACTERS = 6_000
_MAX_SCENES_TOLD = 60
#: How many frames are offered as thumbnails.
CANDIDATES = 3
_CANDIDATE_GAP_SECONDS = 1.0
_DEEP = frozenset({"deep", "reasoning", "full"})
_AT_ONCE = frozenset({"now", "at_once", "fast"})
#: Azure Speech knows languages by their regions, and tells at most ten apart.
_LOCALE = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
_MAX_SPOKEN_LANGUAGES = 10
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{2,8}){0,3}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One video, as the models are told of it."""

    inspection: Inspection
    payload: VideoPayload

    @property
    def is_deep(self) -> bool:
        """Whether reasoning about virality was asked for."""
        asked = self._metadata("analysisDepth", "analysis_depth", "depth")
        return asked is not None and asked.strip().casefold() in _DEEP

    @property
    def language(self) -> str:
        """BCP 47 language of the creator; English if nobody says."""
        said = self._metadata("language", "locale") or ""
        return said.strip().replace("_", "-") if _LANGUAGE_TAG.fullmatch(said.strip()) else "en"

    @property
    def wants_words_at_once(self) -> bool:
        """Whether the words are wanted within the job's deadline, at twice the price."""
        asked = self._metadata("transcript")
        return asked is not None and asked.strip().casefold() in _AT_ONCE

    @property
    def spoken_languages(self) -> Sequence[str]:
        """BCP 47 languages, with regions, that may be spoken, the likeliest first; often none is known."""
        said = (self._metadata("spokenLanguage", "spoken_language") or "").split(",")
        tags = (tag.strip().replace("_", "-") for tag in said)
        return [tag for tag in tags if _LOCALE.fullmatch(tag)][:_MAX_SPOKEN_LANGUAGES]

    @property
    def candidates(self) -> Sequence[KeyFrame]:
        """The frames that would do best as thumbnail, of different scenes first, none next to another."""
        ranked = sorted(self.inspection.key_frames, key=lambda frame: -frame.score)
        best = {frame.scene: frame for frame in reversed(ranked)}
        chosen: list[KeyFrame] = []
        for frame in sorted(ranked, key=lambda frame: frame is not best[frame.scene]):
            near = (abs(frame.at_seconds - other.at_seconds) < _CANDIDATE_GAP_SECONDS for other in chosen)
            if not any(near):
                chosen.append(frame)
        return chosen[:CANDIDATES]

    def _metadata(self, *names: str) -> str | None:
        for source in (self.payload.model_extra or {}, self.payload.metadata or {}):
            for name in names:
                if isinstance(value := source.get(name), str):
                    return value
        return None


def vision_data(subject: Subject) -> Mapping[str, Quotable]:
    """Return what the vision model is told beside the pictures."""
    inspection = subject.inspection
    frames = {
        str(number): f"{frame.at_seconds:.1f} s, scene {frame.scene + 1}"
        for number, frame in enumerate(inspection.key_frames, 1)
    }
    return {**_facts(subject), "frames": frames, "known_of_the_video": _metadata_of(subject.payload)}


def synthesis_data(
    subject: Subject, vision: VisionAnswer | None, transcript: Transcript | None
) -> Mapping[str, Quotable]:
    """Return all that is known of the video, for who has not seen it."""
    inspection = subject.inspection
    scenes = {
        str(number): f"{scene.start_seconds:.1f} to {scene.end_seconds:.1f} s"
        for number, scene in enumerate(inspection.scenes[:_MAX_SCENES_TOLD], 1)
    }
    candidates = {
        str(number): f"{frame.at_seconds:.1f} s, scene {frame.scene + 1}: {frame.reason}"
        for number, frame in enumerate(subject.candidates, 1)
    }
    return {
        "answer_language": subject.language,
        **_facts(subject),
        "scenes": scenes,
        "seen": _seen(inspection, vision),
        "said": _said(transcript),
        "thumbnail_candidates": candidates or None,
        "known_of_the_video": _metadata_of(subject.payload),
    }


def _facts(subject: Subject) -> Mapping[str, Quotable]:
    inspection = subject.inspection
    probe, sound = inspection.probe, inspection.sound
    facts: dict[str, Quotable] = {
        "duration": f"{probe.duration_seconds:.1f} s",
        "size": f"{probe.width} x {probe.height}",
        "scene_count": str(len(inspection.scenes)),
        "sound": sound.kind.value,
    }
    if sound.loudness_lufs is not None:
        facts["loudness"] = f"{sound.loudness_lufs:.1f} LUFS"
    if sound.kind is SoundKind.SPEECH:
        facts["silences"] = [f"{s.start_seconds:.1f} to {s.end_seconds:.1f} s" for s in sound.silences[:20]]
    if inspection.black:
        facts["black"] = [f"{b.start_seconds:.1f} to {b.end_seconds:.1f} s" for b in inspection.black[:20]]
    return facts


def _seen(inspection: Inspection, vision: VisionAnswer | None) -> Quotable:
    """Return what was seen, by scenes instead of cells."""
    if vision is None:
        return "The frames could not be looked at."
    frames = {str(number): frame for number, frame in enumerate(inspection.key_frames, 1)}
    described = [
        f"{frames[number].at_seconds:.1f} s, scene {frames[number].scene + 1}: {text}"
        for number, text in vision.cells.items()
    ]
    return {
        "frames": described,
        "objects": [seen.label for seen in vision.objects],
        "people_count": str(vision.people_count),
        "setting": vision.setting,
        "text_on_screen": [seen.words for seen in vision.text_on_screen],
        "mood": vision.mood,
        "style": vision.style,
        "hook": f"{vision.hook.strength:g} of 10: {vision.hook.reason}",
        "safety": [f"{risk.severity.value} {risk.category.value}: {risk.note}" for risk in vision.safety],
    }


def _said(transcript: Transcript | None) -> Quotable:
    if transcript is None or transcript.status is not TranscriptStatus.READY:
        status = transcript.status if transcript else TranscriptStatus.UNAVAILABLE
        return {"transcript": status.value}
    return {"language": transcript.language, "words": transcript.text[:_MAX_TRANSCRIPT_CHARACTERS]}


def _metadata_of(payload: VideoPayload) -> Quotable:
    """Return what the front end knows of the video, as far as it fits."""
    known = _quotable(payload.metadata or {}, _MAX_METADATA_DEPTH)
    if not isinstance(known, Mapping):
        return None
    kept: dict[str, Quotable] = {}
    room = _MAX_METADATA_CHARACTERS
    for name, value in known.items():
        room -= len(name) + len(quoted(value))
        if room < 0:
            break
        kept[name] = value
    return kept or None


def _quotable(value: Any, depth: int) -> Quotable:
    if value is None or depth == 0:
        return None
    if isinstance(value, Mapping):
        return {str(name)[:100]: _quotable(part, depth - 1) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_quotable(part, depth - 1) for part in value[:50]]
    return str(value)[:_MAX_METADATA_CHARACTERS]
