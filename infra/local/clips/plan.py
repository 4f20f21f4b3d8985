"""The shot list of a clip: drawn from its seed before anything is painted, so that its truth is exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import TypeVar

T = TypeVar("T")

#: Shortest and longest shot, in seconds, of each way to edit.
_PACES = {"calm": (3.0, 7.0), "talk": (1.4, 4.5), "lively": (0.8, 2.6), "montage": (0.5, 1.05)}
_PACE_WEIGHTS = (
    {"calm": 5, "talk": 3, "lively": 1},
    {"talk": 6, "lively": 3, "montage": 1},
    {"lively": 5, "montage": 4, "talk": 2},
    {"calm": 2, "talk": 2, "lively": 2, "montage": 2},
)
_SHORTEST_SECONDS = 0.5
#: Nothing else happens so close to a cut: what a flash across a cut would be, nobody can tell.
_MARGIN_SECONDS = 0.35
#: Room that events need within a shot.
_FLASH_SECONDS = 0.5
_WHIP_SECONDS = 1.1
_GRADUAL_SHOT_SECONDS = 1.5

#: How probable it is.
_DARK, _DARK_AGAIN = 0.12, 0.4
_SAME_COLOURS = 0.2
_FLASHED, _WHIPPED, _PASSED = 0.2, 0.16, 0.08
_CAPTIONED = 0.4
_JUMPS = {"talking": 0.5, "black": 0.0}
_JUMPS_ELSEWHERE = 0.1
#: Least and most light of a dark shot.
_DARKNESS = (0.13, 0.4)


class Subject(StrEnum):
    """What a shot shows."""

    TALKING = "talking"
    STREET = "street"
    PRODUCT = "product"
    ACTION = "action"
    LANDSCAPE = "landscape"
    BLACK = "black"


class Joint(StrEnum):
    """How a shot follows the one before it."""

    START = "start"
    CUT = "cut"
    #: The same set, reframed.
    JUMP = "jump"
    DISSOLVE = "dissolve"
    #: Through black.
    FADE = "fade"


_SUBJECT_WEIGHTS = {
    Subject.TALKING: 6,
    Subject.STREET: 4,
    Subject.PRODUCT: 3,
    Subject.ACTION: 3,
    Subject.LANDSCAPE: 3,
    Subject.BLACK: 0.35,
}


@dataclass(frozen=True, kw_only=True)
class Caption:
    """Words that pop up."""

    first: int
    end: int
    words: str
    #: Centre, as a share of the height.
    at: float


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A stretch of frames from `first` up to, not including, `end`."""

    subject: Subject
    first: int
    end: int
    joint: Joint
    #: For a dissolve: frames, from `first`, in which the shot before is still seen. For a fade: frames of
    #: each half.
    joint_frames: int = 0
    #: Frames of black between the halves of a fade; they and the fading out belong to the shot before.
    black_frames: int = 0
    #: The set: same number, same set.
    scene: int
    #: The set's colours: other sets may have the same.
    palette: int
    #: How often the set was reframed.
    take: int = 0
    #: Frames of the flash; its strength fades.
    flash: range = range(0)
    whip: range = range(0)
    #: Frames in which something near passes before the camera.
    passing: range = range(0)
    #: Share of the light that is left.
    light: float = 1.0
    captions: Sequence[Caption] = ()


_WORDS = [
    "WAIT",
    "what?",
    "day 12",
    "THIS is it",
    "so easy",
    "3 tips",
    "no way",
    "link below",
    "watch till the end",
    "HOW I DO IT",
]


class _Planner:
    """Draws one shot after another."""

    def __init__(self, seed: int, frames_per_second: float) -> None:
        self._random = Random(f"shots/{seed}")  # noqa: S311 - to be repeated, not to be secret
        self._rate = frames_per_second
        self._weights = self._random.choice(_PACE_WEIGHTS)
        self._scenes = 0

    def plan(self, frames: int) -> list[Shot]:
        shots: list[Shot] = []
        at = 0
        while at < frames:
            shot = self._next(shots[-1] if shots else None, at)
            if frames - shot.end < self._frames(_SHORTEST_SECONDS):
                shot = replace(shot, end=frames)
            shots.append(self._with_events(shot))
            at = shot.end
        return self._with_fades(shots)

    def _frames(self, seconds: float) -> int:
        return max(1, round(seconds * self._rate))

    def _next(self, before: Shot | None, first: int) -> Shot:
        pace = self._pick(self._weights)
        seconds = self._random.uniform(*_PACES[pace])
        subject = self._pick(_SUBJECT_WEIGHTS)
        if subject is Subject.BLACK:
            seconds = self._random.uniform(0.5, 1.0)
        end = first + self._frames(seconds)
        if before is None:
            return self._fresh(Joint.START, subject, first, end)
        if self._jumps(before):
            return replace(
                before,
                first=first,
                end=end,
                joint=Joint.JUMP,
                joint_frames=0,
                black_frames=0,
                take=before.take + 1,
                flash=range(0),
                whip=range(0),
                passing=range(0),
                captions=(),
            )
        shot = self._fresh(self._joint(before, subject, seconds), subject, first, end)
        return self._like(shot, before)

    def _jumps(self, before: Shot) -> bool:
        return self._by_chance(_JUMPS.get(before.subject, _JUMPS_ELSEWHERE))

    def _fresh(self, joint: Joint, subject: Subject, first: int, end: int) -> Shot:
        self._scenes += 1
        if subject is Subject.BLACK and joint is Joint.START:
            subject = Subject.STREET
        return Shot(
            subject=subject,
            first=first,
            end=end,
            joint=joint,
            joint_frames=self._joint_frames(joint),
            black_frames=self._frames(self._random.uniform(0.1, 0.7)) if joint is Joint.FADE else 0,
            scene=self._scenes,
            palette=self._scenes,
            light=self._random.uniform(*_DARKNESS) if self._by_chance(_DARK) else 1.0,
        )

    def _joint(self, before: Shot, subject: Subject, seconds: float) -> Joint:
        long_enough = min(seconds, (before.end - before.first) / self._rate) >= _GRADUAL_SHOT_SECONDS
        if not long_enough or Subject.BLACK in {before.subject, subject}:
            return Joint.CUT
        return self._pick({Joint.CUT: 80, Joint.DISSOLVE: 13, Joint.FADE: 7})

    def _joint_frames(self, joint: Joint) -> int:
        if joint is Joint.DISSOLVE:
            return self._frames(self._random.uniform(0.35, 1.0))
        return self._frames(self._random.uniform(0.2, 0.45)) if joint is Joint.FADE else 0

    def _like(self, shot: Shot, before: Shot) -> Shot:
        """Make the hard cases: another set in the same colours, dark after dark."""
        if self._by_chance(_SAME_COLOURS):
            shot = replace(shot, palette=before.palette)
        if before.light < 1 and self._by_chance(_DARK_AGAIN):
            shot = replace(shot, light=before.light)
        return shot

    def _by_chance(self, chance: float) -> bool:
        return self._random.random() < chance

    def _with_events(self, shot: Shot) -> Shot:
        if shot.subject is Subject.BLACK:
            return shot
        first = shot.first + shot.joint_frames + self._frames(_MARGIN_SECONDS)
        # A fade to the next shot may still take the end of this one.
        end = shot.end - self._frames(2 * _MARGIN_SECONDS) - self._frames(0.85)
        seconds = (end - first) / self._rate
        captions = self._captions(shot) if self._by_chance(_CAPTIONED) else ()
        shot = replace(shot, captions=captions)
        if seconds > _FLASH_SECONDS and self._by_chance(_FLASHED):
            return replace(shot, flash=self._somewhere(first, end, self._random.randint(1, 4)))
        if seconds > _WHIP_SECONDS and self._by_chance(_WHIPPED):
            return replace(
                shot, whip=self._somewhere(first, end, self._frames(self._random.uniform(0.18, 0.34)))
            )
        if seconds > _WHIP_SECONDS and self._by_chance(_PASSED):
            return replace(
                shot, passing=self._somewhere(first, end, self._frames(self._random.uniform(0.25, 0.6)))
            )
        return shot

    def _somewhere(self, first: int, end: int, length: int) -> range:
        at = self._random.randint(first, max(first, end - length))
        return range(at, at + length)

    def _captions(self, shot: Shot) -> Sequence[Caption]:
        at = shot.first + self._frames(self._random.uniform(0.1, 0.6))
        height = self._random.choice((0.2, 0.62, 0.75))
        found = []
        while at < shot.end:
            end = min(shot.end, at + self._frames(self._random.uniform(0.35, 1.6)))
            found.append(Caption(first=at, end=end, words=self._random.choice(_WORDS), at=height))
            at = end + self._random.choice((0, 0, self._frames(0.4)))
        return tuple(found)

    def _with_fades(self, shots: list[Shot]) -> list[Shot]:
        """Let a shot's black begin where the one before has room for it."""
        for index, shot in enumerate(shots[1:], start=1):
            if shot.joint is Joint.FADE:
                before = shots[index - 1]
                room = before.end - before.first - before.joint_frames - shot.joint_frames - 2
                shots[index] = replace(shot, black_frames=max(1, min(shot.black_frames, room)))
        return shots

    def _pick(self, weights: Mapping[T, float]) -> T:
        return self._random.choices(list(weights), weights=list(weights.values()))[0]


def plan_shots(seed: int, frames: int, frames_per_second: float) -> list[Shot]:
    """Return the shots that fill `frames` frames."""
    return _Planner(seed, frames_per_second).plan(frames)
