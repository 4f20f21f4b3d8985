"""What is known about a generated clip, because it was made so."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: Start and end, in seconds of presentation time.
Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Where things happen in a clip, in seconds of presentation time, to the frame."""

    duration_seconds: float
    frames: int
    #: The time of the first frame of each shot that begins at once, jump cuts included.
    cuts: Sequence[float]
    #: The cuts, among `cuts`, that stay in the same set and only reframe it.
    jump_cuts: Sequence[float] = ()
    #: Dissolves, and fades through black: from the first changed frame to the first unchanged one.
    gradual: Sequence[Span] = ()
    #: Camera flashes. Not cuts.
    flashes: Sequence[Span] = ()
    #: The camera is thrown to another part of the same set. Not cuts.
    whip_pans: Sequence[Span] = ()
    #: Something near passes before the lens, and hides most of the picture for a moment. Not cuts.
    passings: Sequence[Span] = ()
    #: All of the picture is black.
    black: Sequence[Span] = ()
    #: A face looks into the camera.
    faces: Sequence[Span] = ()
    #: Somebody speaks.
    speech: Sequence[Span] = ()
    #: Nothing is heard; empty if there is no sound track.
    silences: Sequence[Span] = ()

    def to_json(self) -> str:
        """Return it as JSON, for a file beside the clip."""
        return json.dumps(dataclasses.asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Truth:
        """Read what `to_json` wrote."""
        stored: dict[str, Any] = json.loads(text)
        return cls(**{name: _frozen(value) for name, value in stored.items()})


def _frozen(value: Any) -> Any:
    """Return JSON's lists as the tuples that they were."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
