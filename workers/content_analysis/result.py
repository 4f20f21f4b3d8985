"""Putting together what a creator is told: what was judged, seen, measured, computed; and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.content_analysis.answer import UNDETERMINED, Risk
from workers.content_analysis.asking import Judgement, Look
from workers.content_analysis.findings import (
    ContentKind,
    Costs,
    Engagement,
    MediaFacts,
    Outlook,
    Recommendation,
    SafetyCategory,
    SafetyFinding,
    Severity,
    Skipped,
)
from workers.content_analysis.material import Material
from workers.content_analysis.messages import Aspect, ContentAnalysisResult
from workers.content_analysis.subject import BADLY_EXPOSED, BRIGHT, DARK, SOFT, Subject

#: Named as the model where none could be asked.
RULES = "rules"
#: What is ordinary.
_ORDINARY = 50
_SMALL_PIXELS = 1_080
_LONG_NOTE = 500


@dataclass(frozen=True, kw_only=True)
class Made:
    """All that comes of one piece of content."""

    subject: Subject
    look: Look | None
    judgement: Judgement | None
    deep: bool
    skipped: Sequence[Skipped]
    costs: Costs


def result_of(made: Made) -> ContentAnalysisResult:
    """Return the job's result: judged by a model, or as far as rules can tell."""
    subject, material = made.subject, made.subject.material
    judged = _judged(made) if made.judgement else _measured(made)
    safety = _safety(made)
    return judged.model_copy(
        update={
            "content_kind": subject.kind,
            "description": made.look.answer.description if made.look else None,
            "vision_model": made.look.model if made.look else None,
            "metrics": subject.figures.measured(),
            "media": media_facts(material) if material else None,
            "safety": safety,
            "warnings": [finding.note for finding in safety],
            "deep": made.deep,
            "skipped": made.skipped,
            "costs": made.costs,
        }
    )


def _judged(made: Made) -> ContentAnalysisResult:
    judgement = made.judgement
    assert judgement is not None  # noqa: S101 - told to the type checker; the caller asked
    answer = judgement.answer
    advice = [Recommendation(topic=each.topic, text=each.text) for each in answer.recommendations]
    said = answer.language if answer.language != UNDETERMINED else made.subject.language
    return ContentAnalysisResult(
        summary=answer.summary,
        score=answer.score,
        aspects=[Aspect(name=each.name, score=each.score, reason=each.reason) for each in answer.aspects],
        strengths=answer.strengths,
        improvements=[each.text[:_LONG_NOTE] for each in advice],
        recommendations=advice,
        tags=list(dict.fromkeys(answer.tags)),
        sentiment=answer.sentiment,
        engagement=_engagement(made, answer.engagement.outlook, answer.engagement.score).model_copy(
            update={"reasons": answer.engagement.reasons}
        ),
        language=said[:35],
        model=judgement.model,
        cached=judgement.cached,
    )


def _engagement(made: Made, outlook: Outlook, score: int) -> Engagement:
    """Return what the creator's own past makes of an outlook; where content stands in it is no opinion."""
    figures = made.subject.figures
    standing = figures.standing()
    return Engagement(
        outlook=outlook if standing is None else _outlook(standing),
        score=score if standing is None else standing,
        expected=figures.expected(outlook),
    )


def _outlook(standing: int) -> Outlook:
    if standing < 34:  # noqa: PLR2004 - a third
        return Outlook.LOW
    return Outlook.MEDIUM if standing < 67 else Outlook.HIGH  # noqa: PLR2004 - two thirds


def _measured(made: Made) -> ContentAnalysisResult:
    """Return what can be told without a model's judgement, in English."""
    subject, look = made.subject, made.look
    aspects = [
        Aspect(name=seen.aspect, score=seen.score, reason=seen.note)
        for seen in (look.answer.quality if look else ())
    ]
    aspects = aspects or list(_measured_aspects(subject.material))
    scores = [aspect.score for aspect in aspects]
    score = round(sum(scores) / len(scores)) if scores else _ORDINARY
    advice = list(_measured_advice(subject.material))
    known = subject.figures.standing()
    return ContentAnalysisResult(
        summary=look.answer.description if look else _summary(subject),
        score=score,
        aspects=aspects,
        improvements=[each.text for each in advice],
        recommendations=advice,
        tags=look.answer.objects if look else (),
        engagement=None if known is None else _engagement(made, _outlook(known), known),
        language="en",
        model=RULES,
    )


def _summary(subject: Subject) -> str:
    material = subject.material
    if material and (still := material.still):
        return f"A picture of {still.source_width} by {still.source_height} pixels."
    if material and (inspection := material.inspection):
        seconds, scenes = inspection.probe.duration_seconds, len(inspection.scenes)
        return f"A video of {seconds:.0f} seconds in {scenes} scene{'s' if scenes != 1 else ''}."
    return f"A text of {len(subject.text or subject.caption or '')} characters."


def _measured_aspects(material: Material | None) -> Iterator[Aspect]:
    if material and (still := material.still):
        exposure = round(100 * still.exposure)
        yield Aspect(name="exposure", score=exposure, reason=f"Measured: {still.exposure:.2f} of 1.")
        sharp = min(100, round(_ORDINARY * still.sharpness / SOFT))
        yield Aspect(name="sharpness", score=sharp, reason=f"Measured: {still.sharpness:.0f}.")


def _measured_advice(material: Material | None) -> Iterator[Recommendation]:
    still = material.still if material else None
    if still is None:
        return
    if still.sharpness < SOFT:
        yield Recommendation(topic="focus", text="The picture looks soft: hold still, or clean the lens.")
    if still.brightness < DARK:
        yield Recommendation(topic="light", text="The picture is dark: face a window or a lamp.")
    elif still.brightness > BRIGHT or still.exposure < BADLY_EXPOSED:
        yield Recommendation(topic="light", text="Much of the picture has lost its detail: soften the light.")
    if min(still.source_width, still.source_height) < _SMALL_PIXELS:
        yield Recommendation(topic="size", text="The picture is small: upload the original.")


def _safety(made: Made) -> Sequence[SafetyFinding]:
    """Return what was found in the file, in the pictures and in the words, each once."""
    found: dict[SafetyCategory, SafetyFinding] = {}
    risks: list[Risk] = []
    if made.judgement:
        risks += made.judgement.answer.safety
    if made.look:
        risks += made.look.answer.safety
    if (material := made.subject.material) and material.still and material.still.located:
        note = "The uploaded file tells where the picture was taken; platforms may pass that on."
        risks.append(Risk(category=SafetyCategory.PERSONAL_DATA, severity=Severity.HIGH, note=note))
    for risk in sorted(risks, key=lambda risk: list(Severity).index(risk.severity), reverse=True):
        finding = SafetyFinding(category=risk.category, severity=risk.severity, note=risk.note)
        found.setdefault(risk.category, finding)
    return list(found.values())


def media_facts(material: Material) -> MediaFacts | None:
    """Return what was measured in a picture or a video; `None` for a text."""
    if still := material.still:
        return MediaFacts(
            width=still.source_width,
            height=still.source_height,
            size_bytes=still.size_bytes,
            format=still.form,
            sharpness=still.sharpness,
            exposure=still.exposure,
            brightness=still.brightness,
            faces=still.faces,
        )
    if inspection := material.inspection:
        probe = inspection.probe
        return MediaFacts(
            width=probe.width,
            height=probe.height,
            size_bytes=probe.size_bytes,
            format=probe.container,
            faces=max((frame.faces for frame in inspection.key_frames), default=0),
            duration_seconds=probe.duration_seconds,
            scene_count=len(inspection.scenes),
            sound=inspection.sound.kind.value,
        )
    return None


def is_worth_telling(subject: Subject) -> bool:
    """Say whether something is known of content that no model has judged."""
    return subject.kind is not ContentKind.TEXT
