"""Painting a set and what happens in it, at any moment."""

from __future__ import annotations

import math

import cv2
import numpy as np

from infra.local.clips.faces import Person, Pose
from infra.local.clips.moving import Thing, Wobble, things
from infra.local.clips.plan import Caption, Shot, Subject
from infra.local.clips.textures import Fields, Palette, Picture, paint_set

_ROOM = 1.4
_WHIP_ROOM = 3.4
#: How far the hand moves the camera, as a share of the picture's width.
_SHAKES = {Subject.ACTION: 0.05, Subject.STREET: 0.022, Subject.PRODUCT: 0.008}
_SHAKE = 0.012
_SYLLABLES_HERTZ = 4.1
_BLINK_SECONDS, _BLINK = 3.1, 0.12
_EXPOSURE = 0.04
#: Where a zoom out begins.
_ZOOMED = 1.4


class Scene:
    """A set, with a camera in it: a still picture larger than the frame, and what moves before it."""

    def __init__(
        self, shot: Shot, *, seed: int, fields: Fields, width: int, height: int, whips: bool
    ) -> None:
        self._shot = shot
        self._size = (width, height)
        generator = np.random.default_rng([seed, shot.scene])
        palette = Palette(shot.palette, seed)
        room = (int(width * (_WHIP_ROOM if whips else _ROOM)), int(height * _ROOM))
        self._set = paint_set(fields, palette, generator, *room)
        self._person = Person(seed * 1000 + shot.scene)
        self._things = _things(shot.subject, palette, generator)
        self._zoom = float(generator.choice((-1, 1)) * generator.uniform(0.02, 0.05))
        self._take(shot, seed)

    def _take(self, shot: Shot, seed: int) -> None:
        """Frame the set for this take: a jump cut stays in the set and moves nearer, or aside."""
        generator = np.random.default_rng([seed, shot.scene, shot.take, 3])
        self._wobbles = [Wobble(generator) for _ in range(7)]
        shift = 0.0 if shot.take == 0 else float(generator.uniform(0.06, 0.16))
        self._aside = (shift * float(generator.choice((-1, 1))), float(generator.uniform(-0.5, 0.5)) * shift)
        self._near = (1.0, 1.28, 1.1, 1.4)[shot.take % 4]
        self._start = float(generator.uniform(0, 40))

    def retake(self, shot: Shot, seed: int) -> None:
        """Go on in the same set with another shot."""
        self._shot = shot
        self._take(shot, seed)

    def frame(self, seconds: float, whipped: float, blur: float) -> Picture:
        """Return the picture at a time of the shot; `whipped` is how far the camera was thrown, 0 to 1."""
        width, height = self._size
        if self._shot.subject is Subject.BLACK:
            return np.zeros((height, width, 3), np.uint8)
        at = self._start + seconds
        zoom = self._near * self._slow_zoom(seconds)
        shift = self._shift(at)
        picture = self._background(at, zoom, shift, whipped)
        thrown = -whipped * (_WHIP_ROOM - _ROOM) * width
        self._foreground(picture, at, zoom, (shift[0] + thrown, shift[1]))
        if blur > 1:
            picture = cv2.blur(picture, (int(blur) | 1, 1))
        return picture

    def light(self, seconds: float) -> float:
        """Return how bright the picture is: the camera's exposure is never quite steady."""
        return self._shot.light * (1 - _EXPOSURE * (1 + self._wobbles[6].at(self._start + seconds)))

    def camera(self, seconds: float) -> tuple[int, int]:
        """Return where the camera looks, in whole pixels: fine grain moves with it."""
        x, y = self._shift(self._start + seconds)
        return round(x), round(y)

    def _slow_zoom(self, seconds: float) -> float:
        if self._shot.subject is not Subject.LANDSCAPE:
            return 1.0
        return (1.0 if self._zoom > 0 else _ZOOMED) + self._zoom * seconds

    def _shift(self, at: float) -> tuple[float, float]:
        reach = _SHAKES.get(self._shot.subject, _SHAKE) * self._size[0]
        return reach * self._wobbles[0].at(at), reach * self._wobbles[1].at(at)

    def _background(self, at: float, zoom: float, shift: tuple[float, float], whipped: float) -> Picture:
        width, height = self._size
        # A camera's picture as wide as the set at the least, however the zoom goes.
        scale = max(zoom, 1.02)
        left = _ROOM / 2 * width + whipped * (self._set.shape[1] - _ROOM * width)
        centre = (left + self._aside[0] * width, (_ROOM / 2 + self._aside[1]) * height)
        matrix = cv2.getRotationMatrix2D(centre, 0.5 * self._wobbles[2].at(at), scale)
        matrix[0, 2] += width / 2 - centre[0] + shift[0]
        matrix[1, 2] += height / 2 - centre[1] + shift[1]
        return cv2.warpAffine(
            self._set, matrix, self._size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )

    def _foreground(self, picture: Picture, at: float, zoom: float, shift: tuple[float, float]) -> None:
        aside = (shift[0] - self._aside[0] * self._size[0], shift[1] - self._aside[1] * self._size[1])
        for thing in self._things:
            thing.draw(picture, at, aside)
        if self._shot.subject is Subject.TALKING:
            self._person.draw(picture, self._pose(at, zoom, aside))

    def _pose(self, at: float, zoom: float, shift: tuple[float, float]) -> Pose:
        width, height = self._size
        nod, sway, turn = (wobble.at(at) for wobble in self._wobbles[3:6])
        return Pose(
            x=width * (0.5 + 0.06 * sway) + shift[0],
            y=height * (0.4 + 0.02 * nod) + shift[1],
            size=0.19 * width * zoom,
            tilt_degrees=7 * sway,
            mouth_open=max(0.0, math.sin(2 * math.pi * _SYLLABLES_HERTZ * at)),
            eyes_shut=at % _BLINK_SECONDS < _BLINK,
            turn=0.7 * turn,
        )


def _things(subject: Subject, palette: Palette, generator: np.random.Generator) -> list[Thing]:
    match subject:
        case Subject.STREET:
            count = int(generator.integers(2, 6))
            return things(generator, palette, count=count, speed=(0.05, 0.5), size=(0.05, 0.2))
        case Subject.ACTION:
            count = int(generator.integers(5, 11))
            return things(generator, palette, count=count, speed=(0.5, 1.6), size=(0.05, 0.22), wild=True)
        case Subject.PRODUCT:
            return things(generator, palette, count=1, speed=(0.01, 0.03), size=(0.25, 0.38), wild=True)
        case Subject.LANDSCAPE:
            return things(generator, palette, count=2, speed=(0.05, 0.15), size=(0.01, 0.03))
        case _:
            return []


def write_caption(picture: Picture, caption: Caption) -> None:
    """Write white words with a dark edge across the picture."""
    height, width = picture.shape[:2]
    face, thickness = cv2.FONT_HERSHEY_DUPLEX, max(2, width // 140)
    (wide, tall), _ = cv2.getTextSize(caption.words, face, 1.0, thickness)
    scale = min(0.86 * width / wide, 0.06 * height / tall)
    origin = (round(width / 2 - wide * scale / 2), round(height * caption.at + tall * scale / 2))
    cv2.putText(picture, caption.words, origin, face, scale, (12, 12, 12), thickness * 3, cv2.LINE_AA)
    cv2.putText(picture, caption.words, origin, face, scale, (250, 250, 250), thickness, cv2.LINE_AA)


def pass_by(picture: Picture, done: float, number: int) -> None:
    """Draw what passes close before the lens, a hand or a passer-by, and hides most of the picture."""
    height, width = picture.shape[:2]
    towards = 1 if number % 2 else -1
    x = width * (0.5 + towards * (done * 3.2 - 1.6))
    tone = 40 + 37 * number % 120
    outline = np.array([(-0.5, -0.1), (0.35, -0.1), (0.55, 0.5), (0.4, 1.1), (-0.6, 1.1), (-0.45, 0.4)])
    points = (outline * (width, height) + (x, 0)).astype(np.int32)
    cv2.fillPoly(picture, [points], (tone // 2, tone * 3 // 4, tone), cv2.LINE_AA)
