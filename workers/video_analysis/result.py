"""The result, put together from what was measured, seen, said and written; pure.

What a model says of a cell becomes a statement on the scene that the cell's frame is from. Whatever is
missing is named in `skipped`; what was measured stands in for what was not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import JobError
from shared.media.report import Inspection, KeyFrame
from workers.video_analysis.answer import SynthesisAnswer, VisionAnswer
from workers.video_analysis.facts import damage_of, facts_of, technical_report
from workers.video_analysis.insights import (
    Costs,
    Hook,
    SafetyFinding,
    ScreenText,
    SuggestedCut,
    TimelineEntry,
    Virality,
)
from workers.video_analysis.measured import measured_advice, measured_cuts, measured_summary
from workers.video_analysis.messages import (
    Advice,
    CompressedCopy,
    DetectedObject,
    Part,
    Scene,
    Skipped,
    Thumbnail,
    Transcript,
    Transition,
    VideoResult,
)
from workers.video_analysis.subject import Subject

#: More than this share of a video is never cut away.
_MOST_CUT_SHARE = 0.5
_SHORTEST_CUT_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Made:
    """All that came of one analysis."""

    subject: Subject
    #: Where the pictures are kept, by their files' names.
    urls: Mapping[str, str]
    vision: VisionAnswer | None = None
    vision_model: str | None = None
    synthesis: SynthesisAnswer | None = None
    synthesis_model: str | None = None
    transcript: Transcript | None = None
    compressed_copy: CompressedCopy | None = None
    #: What is missing and why.
    skipped: Sequence[Skipped] = ()
    costs: Costs = field(default_factory=Costs)


def video_result(made: Made) -> VideoResult:
    """Return the result of a whole analysis, or of what there is of one."""
    inspection = made.subject.inspection
    thumbnails = thumbnails_of(made.subject, made.urls)
    sheets = (made.urls.get(sheet.file) for sheet in inspection.contact_sheets)
    result = VideoResult(
        video=facts_of(inspection.probe),
        scenes=scenes_of(inspection, made.urls, made.vision),
        transcript=made.transcript,
        thumbnail=_chosen(made, thumbnails),
        thumbnail_candidates=[each for each in thumbnails if each],
        contact_sheet_urls=[url for url in sheets if url],
        compressed_copy=made.compressed_copy,
        damage=damage_of(inspection),
        technical=technical_report(inspection),
        skipped=list(made.skipped),
        costs=made.costs,
    )
    return result.model_copy(update={**_seen(made), **_written(made)})


def skipped_for(error: JobError, *parts: Part) -> list[Skipped]:
    """Return why parts are missing; the reasons of our errors are made to be shown."""
    return [Skipped(part=part, reason=error.message[:300] or error.code) for part in parts]


def scenes_of(inspection: Inspection, urls: Mapping[str, str], vision: VisionAnswer | None) -> list[Scene]:
    """Return every scene with its best key frame; one without has its middle named."""
    scenes = []
    for number, found in enumerate(inspection.scenes):
        shown = [(cell, frame) for cell, frame in _cells(inspection) if frame.scene == number]
        best = max(shown, key=lambda each: each[1].score, default=None)
        scenes.append(
            Scene(
                start_seconds=round(found.start_seconds, 3),
                end_seconds=round(found.end_seconds, 3),
                transition=Transition(found.start.value),
                key_frame_seconds=best[1].at_seconds
                if best
                else round((found.start_seconds + found.end_seconds) / 2, 3),
                key_frame_url=urls.get(best[1].file) if best else None,
                description=_described(shown, vision),
            )
        )
    return scenes


def thumbnails_of(subject: Subject, urls: Mapping[str, str]) -> list[Thumbnail | None]:
    """Return the candidates as they were offered; `None` for one whose picture could not be kept."""
    return [
        Thumbnail(
            url=urls[frame.file],
            at_seconds=frame.at_seconds,
            width=frame.width,
            height=frame.height,
            reason=frame.reason or None,
            score=frame.score,
            faces=frame.faces,
        )
        if frame.file in urls
        else None
        for frame in subject.candidates
    ]


def usable_cuts(cuts: Iterable[SuggestedCut], duration_seconds: float) -> list[SuggestedCut]:
    """Return the cuts in order, within the video, not overlapping, half of it at most."""
    kept: list[SuggestedCut] = []
    end, room = 0.0, duration_seconds * _MOST_CUT_SHARE
    ordered = sorted(cuts, key=lambda cut: min(cut.start_seconds, cut.end_seconds))
    for cut in ordered:
        first, last = sorted((cut.start_seconds, cut.end_seconds))
        first, last = max(first, end), min(last, duration_seconds)
        if last - first < _SHORTEST_CUT_SECONDS or last - first > room:
            continue
        kept.append(
            SuggestedCut(start_seconds=round(first, 2), end_seconds=round(last, 2), reason=cut.reason)
        )
        end, room = last, room - (last - first)
    return kept


def _seen(made: Made) -> dict[str, object]:
    """Return the fields that the pictures tell."""
    vision = made.vision
    if vision is None:
        return {}
    frames = dict(_cells(made.subject.inspection))
    return {
        "model": made.vision_model,
        "objects": _objects(vision, frames),
        "people_count": vision.people_count,
        "setting": vision.setting,
        "text_on_screen": [
            ScreenText(text=seen.words, scenes=_scenes(seen.cells, frames)) for seen in vision.text_on_screen
        ],
        "mood": vision.mood,
        "style": vision.style,
        "hook": Hook(strength=vision.hook.strength, reason=vision.hook.reason),
        "safety": [
            SafetyFinding(
                category=risk.category,
                severity=risk.severity,
                scene=frames[risk.cell].scene,
                at_seconds=frames[risk.cell].at_seconds,
                note=risk.note,
            )
            for risk in vision.safety
        ],
        "timeline": _timeline(vision, made.subject.inspection, frames),
    }


def _objects(vision: VisionAnswer, frames: Mapping[int, KeyFrame]) -> list[DetectedObject]:
    """Return each object once: models name one for every cell that shows it."""
    cells: dict[str, set[int]] = {}
    labels: dict[str, str] = {}
    for seen in vision.objects:
        name = seen.label.casefold()
        labels.setdefault(name, seen.label)
        cells.setdefault(name, set()).update(seen.cells)
    return [
        DetectedObject(label=label, scenes=_scenes(cells[name], frames)) for name, label in labels.items()
    ]


def _timeline(
    vision: VisionAnswer, inspection: Inspection, frames: Mapping[int, KeyFrame]
) -> list[TimelineEntry]:
    entries = []
    for stretch in vision.timeline:
        first, last = sorted((stretch.from_cell, stretch.to_cell))
        entries.append(
            TimelineEntry(
                start_seconds=round(inspection.scenes[frames[first].scene].start_seconds, 3),
                end_seconds=round(inspection.scenes[frames[last].scene].end_seconds, 3),
                text=stretch.event,
            )
        )
    return sorted(entries, key=lambda entry: (entry.start_seconds, entry.end_seconds))


def _written(made: Made) -> dict[str, object]:
    """Return the fields that are written; measured ones where nothing was."""
    written, inspection = made.synthesis, made.subject.inspection
    if written is None:
        return {
            "summary": measured_summary(inspection),
            "advice": measured_advice(inspection),
            "cuts": usable_cuts(measured_cuts(inspection), inspection.probe.duration_seconds),
            "language": "en",
        }
    cuts = [SuggestedCut(**cut.model_dump()) for cut in written.cuts]
    fields: dict[str, object] = {
        "synthesis_model": made.synthesis_model,
        "summary": written.summary,
        "sentiment": written.sentiment,
        "topics": list(dict.fromkeys(written.topics)),
        "caption": written.caption,
        "cuts": usable_cuts(cuts, inspection.probe.duration_seconds),
        "advice": [
            Advice(topic=each.topic, text=each.text, scene=each.scene - 1 if each.scene else None)
            for each in written.advice
        ],
        "virality": Virality(**written.virality.model_dump()) if written.virality else None,
        "language": made.subject.language,
    }
    if made.vision is not None:
        hook = made.vision.hook
        fields["hook"] = Hook(strength=hook.strength, reason=hook.reason, advice=written.hook_advice)
    else:
        fields["advice"] = [Advice(topic="hook", text=written.hook_advice), *fields["advice"]]  # type: ignore[misc]  # a list, see above
    return fields


def _chosen(made: Made, thumbnails: Sequence[Thumbnail | None]) -> Thumbnail | None:
    """Return the thumbnail that was chosen, with the reason; the best measured one where none was."""
    if made.synthesis and 0 < made.synthesis.thumbnail <= len(thumbnails):
        chosen = thumbnails[made.synthesis.thumbnail - 1]
        if chosen:
            return chosen.model_copy(update={"reason": made.synthesis.thumbnail_reason})
    return next((each for each in thumbnails if each), None)


def _cells(inspection: Inspection) -> list[tuple[int, KeyFrame]]:
    return list(enumerate(inspection.key_frames, 1))


def _scenes(cells: Iterable[int], frames: Mapping[int, KeyFrame]) -> list[int]:
    return sorted({frames[cell].scene for cell in cells})


def _described(shown: Sequence[tuple[int, KeyFrame]], vision: VisionAnswer | None) -> str | None:
    """Return what a scene's cells show, in order."""
    if vision is None:
        return None
    texts = (vision.cells.get(str(cell)) for cell, _ in shown)
    return " ".join(dict.fromkeys(text for text in texts if text)) or None
