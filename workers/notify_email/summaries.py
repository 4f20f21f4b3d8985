"""What a letter says of a result: a line and a few figures, by the type of job.

Results are read leniently: a field that is missing, or of another shape than expected, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.contracts import JobEvent, JobType

_MAX_TEXT = 600
_MAX_IDEAS = 5


def summary_of(event: JobEvent) -> dict[str, Any]:
    """Return what there is to say; nothing where the result did not fit into the event."""
    summarise = _SUMMARIES.get(event.job_type or "")
    told = summarise(event.result) if summarise and event.result else {}
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _video(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "summary": _text(result.get("summary")),
        "durationSeconds": _number(_part(result, "video").get("durationSeconds")),
        "scenes": len(_list(result, "scenes")) or None,
        "hook": _number(_part(result, "hook").get("strength")),
        "advice": next((_text(_get(each, "text")) for each in _list(result, "advice")), None),
    }


def _analysis(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "summary": _text(result.get("summary")),
        "score": _number(result.get("score")),
        "advice": next((_text(each) for each in _list(result, "improvements")), None),
    }


def _ideas(result: Mapping[str, Any]) -> dict[str, Any]:
    titles = [_text(_get(each, "title")) for each in _list(result, "ideas")]
    return {"ideas": [title for title in titles if title][:_MAX_IDEAS]}


_SUMMARIES: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    JobType.VIDEO_ANALYSIS: _video,
    JobType.CONTENT_ANALYZE: _analysis,
    JobType.CONTENT_SUGGEST: _ideas,
}


def _text(value: object) -> str | None:
    return value[:_MAX_TEXT] if isinstance(value, str) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _part(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = result.get(name)
    return value if isinstance(value, dict) else {}


def _list(result: Mapping[str, Any], name: str) -> list[Any]:
    value = result.get(name)
    return value if isinstance(value, list) else []


def _get(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None
