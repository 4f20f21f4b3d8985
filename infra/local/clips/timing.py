"""When frames are shown, and what follows for the truth."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from infra.local.clips.plan import Joint, Shot, Subject
from infra.local.clips.styles import Style
from infra.local.clips.truth import Span, Truth

#: Time stamps are whole numbers of this, as in MPEG transport and on most phones.
TICKS_PER_SECOND = 90_000
_JITTER = 0.12
_DROPPED = 0.03
_SLOWED = 0.01
#: In less light nobody is asked to find a face.
_FACE_LIGHT = 0.3


def frame_ticks(style: Style, *, seed: int, seconds: float) -> list[int]:
    """Return the presentation times of a clip's frames, the time of its end last."""
    length = round(seconds * TICKS_PER_SECOND)
    step = TICKS_PER_SECOND / style.frames_per_second
    if not style.variable_frame_rate:
        return [round(index * step) for index in range(int(length / step) + 1)]
    random = Random(f"ticks/{seed}")  # noqa: S311 - to be repeated, not to be secret
    at, ticks, slow = 0.0, [0], 1.0
    while at < length:
        if random.random() < _SLOWED:
            slow = random.choice((1.0, 1.0, 1.25, 2.0))
        dropped = 2 if random.random() < _DROPPED else 1
        at += float(step) * slow * dropped * random.uniform(1 - _JITTER, 1 + _JITTER)
        ticks.append(round(at))
    return ticks


def truth_of(
    shots: Sequence[Shot], times: Sequence[float], speech: Sequence[Span], silences: Sequence[Span]
) -> Truth:
    """Return what happens when; `times` has the time of the end last."""
    at_once = [shot for shot in shots if shot.joint in {Joint.CUT, Joint.JUMP}]
    return Truth(
        duration_seconds=times[-1],
        frames=len(times) - 1,
        cuts=tuple(times[shot.first] for shot in at_once),
        jump_cuts=tuple(times[shot.first] for shot in at_once if shot.joint is Joint.JUMP),
        gradual=tuple(_gradual(shot, times) for shot in shots if shot.joint in {Joint.DISSOLVE, Joint.FADE}),
        flashes=_spans([shot.flash for shot in shots], times),
        whip_pans=_spans([shot.whip for shot in shots], times),
        passings=_spans([shot.passing for shot in shots], times),
        black=tuple(sorted(_black(shots, times))),
        faces=tuple(
            (times[s.first], times[s.end])
            for s in shots
            if s.subject is Subject.TALKING and s.light > _FACE_LIGHT
        ),
        speech=tuple(speech),
        silences=tuple(silences),
    )


def _gradual(shot: Shot, times: Sequence[float]) -> Span:
    first = shot.first
    if shot.joint is Joint.FADE:
        first -= shot.black_frames + shot.joint_frames
    return times[first], times[shot.first + shot.joint_frames]


def _spans(ranges: Sequence[range], times: Sequence[float]) -> tuple[Span, ...]:
    return tuple((times[frames.start], times[frames.stop]) for frames in ranges if frames)


def _black(shots: Sequence[Shot], times: Sequence[float]) -> list[Span]:
    held = [range(shot.first - shot.black_frames, shot.first) for shot in shots if shot.joint is Joint.FADE]
    whole = [range(shot.first, shot.end) for shot in shots if shot.subject is Subject.BLACK]
    return list(_spans(held + whole, times))
