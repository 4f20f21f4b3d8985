"""Results as pages: one file each, with its pictures inside, that opens in any browser."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

#: Fetches a picture that a result links to; `None` if it is gone.
Fetch = Callable[[str], bytes | None]

_TEMPLATES = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the page is about, apart from the result itself."""

    job_id: str
    creator_id: str
    title: str
    #: The texts came from a simulator.
    simulated: bool


def video_page(subject: Subject, result: Mapping[str, Any], fetch: Fetch) -> str:
    """Return the page of a video's analysis.

    Args:
        subject: whose result it is.
        result: the job's, as the front end reads it.
        fetch: gets the pictures, which are put into the page.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clock": _clock, "megabytes": _megabytes}
    return environment.get_template("video.html.j2").render(
        subject=subject,
        result=result,
        video=result["video"],
        scenes=_placed(result.get("scenes", ()), result["video"]["durationSeconds"]),
        cuts=_placed(result.get("cuts", ()), result["video"]["durationSeconds"]),
        picture=lambda url: _picture(url, fetch),
    )


def _placed(stretches: Sequence[Mapping[str, Any]], duration_seconds: float) -> list[dict[str, Any]]:
    """Give each stretch its place on a bar that is 100 wide."""
    whole = duration_seconds or 1.0
    return [
        {
            **stretch,
            "left": round(100 * stretch["startSeconds"] / whole, 2),
            "width": round(100 * (stretch["endSeconds"] - stretch["startSeconds"]) / whole, 2),
        }
        for stretch in stretches
    ]


def _picture(url: str | None, fetch: Fetch) -> str | None:
    data = fetch(url) if url else None
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}" if data else None


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
