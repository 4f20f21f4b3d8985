"""What the simulator says under common names of properties: phrases about videos and advice, all made up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Lists that are empty more often than not.
SELDOM = frozenset({"safety"})

#: By the property's name; `number` stands for every name that is one.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "number": (
            "A person looks into the camera in front of a wall.",
            "A wide view of a landscape under a clear sky.",
            "Coloured objects lie on a dark ground.",
            "A close view of a face, lit from the side.",
            "The camera pans across a room.",
        ),
        "label": ("person", "face", "wall", "sky", "sofa", "window"),
        "setting": (
            "a room with coloured walls",
            "a terrace in daylight",
            "a studio with a plain background",
        ),
        "mood": ("lively", "calm and warm", "playful"),
        "style": ("talking head with captions", "hand-held vlog", "fast-cut montage"),
        "words": ("so easy", "watch till the end", "3 tips"),
        "text": (
            "Begin with the strongest frame; the first seconds decide.",
            "Cut the silences, and keep one thought a scene.",
            "End with a question that invites an answer.",
        ),
        "event": (
            "Somebody speaks to the camera.",
            "The view changes to the surroundings.",
            "The camera moves closer.",
        ),
        "reason": (
            "Somebody looks at the viewer from the first frame on.",
            "Little happens here, and the next scene is stronger.",
        ),
        "note": ("Hardly visible, at the edge of the picture.",),
        "summary": ("A short vertical video in which somebody speaks to the camera between changing views.",),
        "topics": ("everyday life", "tips", "behind the scenes", "outdoors"),
        "hook_advice": ("Open with the face and the caption at once; cut the first half second.",),
        "caption": ("Three things nobody tells you. Which one surprised you? Tell me below.",),
        "thumbnail_reason": ("A face that looks at the viewer, sharp and well lit.",),
        "topic": ("hook", "caption", "length", "sound"),
        "reasoning": (
            "The hook is clear and the pace is high; a question at the end would make people share it.",
        ),
    }
)
