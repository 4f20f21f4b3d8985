"""One piece of content as the models are told of it: bounded, measured, ready to be quoted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared.ai.quoting import Quotable, quoted
from shared.persistence.creators import CreatorProfile
from workers.content_analysis.answer import LookAnswer
from workers.content_analysis.depth import Circumstances
from workers.content_analysis.figures import Figures, figures_of
from workers.content_analysis.findings import ContentKind
from workers.content_analysis.material import Material, text_hash
from workers.content_analysis.messages import ContentAnalysisPayload

#: Some 1,500 tokens: what comes later rarely changes the judgement.
MAX_TEXT_CHARACTERS = 6_000
_MAX_METADATA_CHARACTERS = 2_000
_MAX_METADATA_DEPTH = 4
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{2,8}){0,3}", re.IGNORECASE)
#: Variance of the Laplacian, exposure and brightness at which a person notices.
SOFT, BADLY_EXPOSED, DARK, BRIGHT = 15.0, 0.35, 0.25, 0.8


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One piece of content."""

    payload: ContentAnalysisPayload
    profile: CreatorProfile
    #: `None` if there are only the payload's texts.
    material: Material | None = None

    @property
    def kind(self) -> ContentKind:
        """What the content is."""
        return self.material.kind if self.material else ContentKind.TEXT

    @property
    def text(self) -> str | None:
        """The content itself where it is a text."""
        behind = self.material.text if self.material else None
        return _present(behind) or _present(self.payload.text)

    @property
    def caption(self) -> str | None:
        """What is published beside it."""
        return _present(self.payload.caption)

    @property
    def content_hash(self) -> str:
        """What paid steps are remembered by."""
        if self.material:
            return self.material.content_hash
        return text_hash(self.payload.text, self.payload.caption)

    @property
    def language(self) -> str:
        """BCP 47 language of the creator; English if nobody says."""
        known = (self._said("language", "locale"), self.profile.language)
        tags = (said.strip().replace("_", "-") for said in known if said)
        return next((tag for tag in tags if _LANGUAGE_TAG.fullmatch(tag)), "en")

    @property
    def platform(self) -> str | None:
        """Where it is to be published."""
        return self._said("platform") or next(iter(self.profile.platforms), None)

    @cached_property
    def figures(self) -> Figures:
        """What is known in numbers."""
        return figures_of(self.payload.metrics)

    @property
    def circumstances(self) -> Circumstances:
        """What decides about thinking at length."""
        figures = self.figures
        return Circumstances(
            analysis_type=self.payload.analysis_type,
            content_type=self.payload.content_type,
            text_characters=len(self.text or "") + len(self.caption or ""),
            past=figures.past_count,
            measured=bool(figures.current),
            price=self._price(),
        )

    def _price(self) -> float:
        for source in (self.payload.model_extra or {}, self.payload.metadata or {}):
            value = source.get("price")
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9:  # noqa: PLR2004 - larger is no price
                return float(value)
        return 0.0

    def _said(self, *names: str) -> str | None:
        for source in (self.payload.model_extra or {}, self.payload.metadata or {}):
            for name in names:
                if isinstance(value := source.get(name), str) and value.strip():
                    return value.strip()
        return None


def look_data(subject: Subject) -> Mapping[str, Quotable]:
    """Return what the vision model is told beside the pictures."""
    material = subject.material
    shown: Quotable = "a picture"
    if material and material.inspection:
        frames = material.inspection.key_frames
        shown = {str(number): f"{frame.at_seconds:.1f} s" for number, frame in enumerate(frames, 1)}
    return {"kind": subject.kind.value, "shown": shown, "measured": measured(subject)}


def judgement_data(subject: Subject, look: LookAnswer | None) -> Mapping[str, Quotable]:
    """Return all that is known of the content, for who has not seen it."""
    data: dict[str, Quotable] = {
        "answer_language": subject.language,
        "kind": subject.kind.value,
        "meant_as": subject.payload.content_type,
        "asked_for": subject.payload.analysis_type,
        "platform": subject.platform,
        "text": _cut(subject.text),
        "caption": _cut(subject.caption),
        "measured": measured(subject),
        "figures": told_figures(subject.figures),
        "known_of_it": _metadata_of(subject.payload),
    }
    if subject.kind is not ContentKind.TEXT:
        data["seen"] = _seen(look)
    return {name: value for name, value in data.items() if value}


def measured(subject: Subject) -> Quotable:
    """Return what was measured, in words."""
    material = subject.material
    if material and (still := material.still):
        facts = [f"{still.source_width} x {still.source_height} pixels", f"faces found: {still.faces}"]
        facts += [f"exposure {still.exposure:.2f} of 1, brightness {still.brightness:.2f} of 1"]
        facts += [f"sharpness {still.sharpness:.0f}" + (" (soft)" if still.sharpness < SOFT else "")]
        return facts
    if material and (inspection := material.inspection):
        probe = inspection.probe
        facts = [f"{probe.width} x {probe.height} pixels", f"{probe.duration_seconds:.1f} s"]
        facts += [f"scenes: {len(inspection.scenes)}", f"sound: {inspection.sound.kind.value}"]
        return facts
    return None


def told_figures(figures: Figures) -> Quotable:
    """Return what the numbers say, computed: nothing is left for a model to count."""
    told: list[str] = []
    for each in figures.measured():
        parts = [f"{each.metric}:"]
        if each.value is not None:
            parts.append(f"this one {each.value:g};")
        if each.median is not None:
            parts.append(f"usually {each.median:g} (of {each.sample});")
        if each.percentile is not None:
            parts.append(f"better than {each.percentile:g} of 100 before")
        told.append(" ".join(parts))
    return told or None


def _seen(look: LookAnswer | None) -> Quotable:
    if look is None:
        return "The pictures could not be looked at."
    return {
        "description": look.description,
        "people_count": str(look.people_count),
        "setting": look.setting,
        "mood": look.mood,
        "style": look.style,
        "objects": look.objects,
        "text_on_screen": look.text_on_screen,
        "quality": [f"{each.aspect}: {each.score} of 100, {each.note}" for each in look.quality],
        "safety": [f"{risk.severity.value} {risk.category.value}: {risk.note}" for risk in look.safety],
    }


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= MAX_TEXT_CHARACTERS:
        return text
    return f"{text[:MAX_TEXT_CHARACTERS]} … ({len(text)} characters in all)"


def _present(text: str | None) -> str | None:
    return text.strip() if text and text.strip() else None


def _metadata_of(payload: ContentAnalysisPayload) -> Quotable:
    """Return what the front end knows of the content, as far as it fits."""
    kept: dict[str, Quotable] = {}
    room = _MAX_METADATA_CHARACTERS
    for name, value in (payload.metadata or {}).items():
        told = _quotable(value, _MAX_METADATA_DEPTH)
        room -= len(name) + len(quoted(told))
        if room < 0:
            break
        kept[name] = told
    return kept or None


def _quotable(value: Any, depth: int) -> Quotable:
    if value is None or depth == 0:
        return None
    if isinstance(value, Mapping):
        return {str(name)[:100]: _quotable(part, depth - 1) for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_quotable(part, depth - 1) for part in value[:50]]
    return str(value)[:_MAX_METADATA_CHARACTERS]
