"""What usable answers are: what the pictures show, and what is written about the video.

A model is never believed: it may describe cells that do not exist, cut after the video's end, or choose a
thumbnail nobody offered. The schemas leave no room for that as far as JSON Schema can; the rest is checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from shared.ai.answers import UnusableAnswerError, parse_answer
from shared.ai.port import AnswerSchema
from shared.ai.schemas import plain_schema
from workers.video_analysis.insights import SafetyCategory, Sentiment, Severity

_UNDETERMINED = "und"
#: As much of the sheets must be described for the rest to be worth anything.
_DESCRIBED_SHARE = 0.5


def _text(most: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


def _brief(most: int) -> Any:
    """Take a text that is too long as far as it goes: cutting it is cheaper than asking again."""
    return BeforeValidator(lambda value: value.strip()[:most] if isinstance(value, str) else value)


def _known_category(value: Any) -> Any:
    """Take a category of the model's own for `other`: the finding counts, not its drawer."""
    known = isinstance(value, str) and value in {*SafetyCategory}
    return value if known else SafetyCategory.OTHER


def _text_or_undetermined(value: Any) -> Any:
    return value if isinstance(value, str) else _UNDETERMINED


Cell = Annotated[int, Field(ge=1)]
Line = Annotated[str, _brief(120), _text(120)]
Sentence = Annotated[str, _brief(300), _text(300)]
Paragraph = Annotated[str, _brief(1_000), _text(1_000)]
Grade = Annotated[float, Field(ge=0, le=10)]


class SeenObject(BaseModel):
    """Something that is seen."""

    label: Line
    cells: Annotated[list[Cell], Field(min_length=1, max_length=18)]


class SeenText(BaseModel):
    """Words in the picture."""

    words: Sentence
    cells: Annotated[list[Cell], Field(min_length=1, max_length=18)]


class SeenRisk(BaseModel):
    """Something that a platform may object to."""

    category: Annotated[SafetyCategory, BeforeValidator(_known_category)]
    severity: Severity
    cell: Cell
    note: Sentence


class SeenStretch(BaseModel):
    """What happens from one cell to another."""

    from_cell: Cell
    to_cell: Cell
    event: Sentence


class SeenHook(BaseModel):
    """Whether the first cells make people stay."""

    strength: Grade
    reason: Sentence


class VisionAnswer(BaseModel):
    """What the model sees on the contact sheets."""

    #: By the cell's number: an object, so that each is described once and none is invented.
    cells: dict[str, Sentence]
    objects: Annotated[list[SeenObject], Field(max_length=20)]
    people_count: Annotated[int, Field(ge=0, le=100)]
    setting: Sentence
    text_on_screen: Annotated[list[SeenText], Field(max_length=20)]
    mood: Line
    style: Line
    hook: SeenHook
    safety: Annotated[list[SeenRisk], Field(max_length=20)]
    timeline: Annotated[list[SeenStretch], Field(max_length=20)]


class WrittenCut(BaseModel):
    """A stretch that the video is better without."""

    start_seconds: Annotated[float, Field(ge=0)]
    end_seconds: Annotated[float, Field(ge=0)]
    reason: Sentence


class WrittenAdvice(BaseModel):
    """One thing to do."""

    topic: Annotated[str, _brief(60), _text(60)]
    text: Paragraph
    #: The scene it is about.
    scene: Annotated[int, Field(ge=1)] | None = None


class WrittenVirality(BaseModel):
    """How likely the video is to be shared."""

    score: Grade
    reasoning: Annotated[str, _brief(3_000), _text(3_000)]


class SynthesisAnswer(BaseModel):
    """What is written about the video as a whole."""

    language: Annotated[str, BeforeValidator(_text_or_undetermined)] = _UNDETERMINED
    summary: Annotated[str, _brief(1_500), _text(1_500)]
    sentiment: Sentiment
    topics: Annotated[list[Line], Field(min_length=1, max_length=10)]
    hook_advice: Paragraph
    caption: Annotated[str, _brief(2_200), _text(2_200)]
    cuts: Annotated[list[WrittenCut], Field(max_length=10)]
    #: Number of the candidate; 0 where none was offered.
    thumbnail: Annotated[int, Field(ge=0)]
    thumbnail_reason: Sentence
    advice: Annotated[list[WrittenAdvice], Field(min_length=1, max_length=8)]
    virality: WrittenVirality | None = None


def read_vision(text: str, *, cells: int) -> VisionAnswer:
    """Return what the model saw in as many cells.

    Raises:
        UnusableAnswerError: it has another form, or tells of cells that were not shown.
    """
    answer = parse_answer(text, VisionAnswer)
    real = {str(number) for number in range(1, cells + 1)}
    problems = []
    if invented := {*answer.cells} - real:
        problems.append(f"cells: {len(invented)} are not on the sheets, which have 1 to {cells}.")
    if len(real & {*answer.cells}) < cells * _DESCRIBED_SHARE:
        problems.append(f"cells: describe each of the cells 1 to {cells}.")
    if any(number > cells for number in _named_cells(answer)):
        problems.append(f"A cell beyond {cells} is named; there is none.")
    if problems:
        raise UnusableAnswerError(*problems)
    return answer


def read_synthesis(
    text: str, *, duration_seconds: float, candidates: int, scenes: int, virality: bool
) -> SynthesisAnswer:
    """Return what the model wrote of a video that long.

    Raises:
        UnusableAnswerError: it has another form, cuts beyond the end, or chooses what was not offered.
    """
    answer = parse_answer(text, SynthesisAnswer)
    problems = []
    if any(max(cut.start_seconds, cut.end_seconds) > duration_seconds + 0.5 for cut in answer.cuts):
        problems.append(f"cuts: the video ends at {duration_seconds:.1f} seconds.")
    if not min(1, candidates) <= answer.thumbnail <= candidates:
        problems.append(f"thumbnail: choose a candidate from {min(1, candidates)} to {candidates}.")
    if any((advice.scene or 0) > scenes for advice in answer.advice):
        problems.append(f"advice: there are only {scenes} scenes.")
    if virality and answer.virality is None:
        problems.append("virality is missing.")
    if problems:
        raise UnusableAnswerError(*problems)
    return answer


@cache
def vision_schema(cells: int) -> AnswerSchema:
    """Return the schema of what is seen in as many cells."""
    schema = plain_schema(VisionAnswer)
    numbers = [str(number) for number in range(1, cells + 1)]
    schema["properties"]["cells"] = {
        "type": "object",
        "properties": {number: {"type": "string", "maxLength": 300} for number in numbers},
        "required": numbers,
        "additionalProperties": False,
    }
    return AnswerSchema(name="video_vision", json_schema=_bounded(schema, {"cell": cells}))


@cache
def synthesis_schema(
    duration_seconds: float, candidates: int, scenes: int, *, virality: bool
) -> AnswerSchema:
    """Return the schema of what is written; the parameters are those of `read_synthesis`."""
    schema = plain_schema(SynthesisAnswer)
    if virality:
        schema["properties"]["virality"] = plain_schema(WrittenVirality)
        schema["required"].append("virality")
    else:
        del schema["properties"]["virality"]
    schema["properties"]["thumbnail"] = {
        "type": "integer",
        "minimum": min(1, candidates),
        "maximum": candidates,
    }
    bounds = {"_seconds": int(duration_seconds), "scene": max(1, scenes)}
    return AnswerSchema(name="video_synthesis", json_schema=_bounded(schema, bounds))


def _named_cells(answer: VisionAnswer) -> Sequence[int]:
    return [
        *(cell for seen in answer.objects for cell in seen.cells),
        *(cell for seen in answer.text_on_screen for cell in seen.cells),
        *(risk.cell for risk in answer.safety),
        *(cell for stretch in answer.timeline for cell in (stretch.from_cell, stretch.to_cell)),
    ]


def _bounded(part: Any, bounds: Mapping[str, int], name: str = "") -> Any:
    """Return a schema in which numbers of that name end with the same bound."""
    if isinstance(part, list):
        return [_bounded(item, bounds, name) for item in part]
    if not isinstance(part, dict):
        return part
    properties = part.get("properties", {})
    kept = {
        key: _bounded(value, bounds, name) for key, value in part.items() if key not in {"properties", "enum"}
    }
    if "enum" in part:
        kept["enum"] = part["enum"]
    if properties:
        kept["properties"] = {key: _bounded(value, bounds, key) for key, value in properties.items()}
    if part.get("type") in {"integer", "number"} and "maximum" not in part:
        bound = next((most for key, most in bounds.items() if key in name), None)
        kept |= {"maximum": bound} if bound is not None else {}
    return kept
