"""A head that speaks, drawn so that a detector of frontal faces finds it: what that looks for is shading."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from infra.local.clips.textures import Picture

_SKINS = ((168, 192, 232), (140, 172, 222), (110, 146, 204), (92, 124, 178))
_HAIRS = ((24, 28, 40), (40, 62, 96), (70, 110, 150), (30, 34, 80))


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where a head is, and what it does."""

    #: Between the eyes and the mouth, in pixels.
    x: float
    y: float
    #: Half the face's width, in pixels.
    size: float
    tilt_degrees: float = 0.0
    #: 0 to 1.
    mouth_open: float = 0.0
    eyes_shut: bool = False
    #: Turned aside, -1 to 1: features move across the face.
    turn: float = 0.0


class Person:
    """One face among many, by its number."""

    def __init__(self, number: int) -> None:
        generator = np.random.default_rng([number, 31])
        self._skin = _SKINS[int(generator.integers(len(_SKINS)))]
        self._hair = _HAIRS[int(generator.integers(len(_HAIRS)))]
        self._shirt = tuple(int(value) for value in generator.integers(40, 220, 3))
        self._length = float(generator.uniform(1.28, 1.42))

    def draw(self, picture: Picture, pose: Pose) -> None:
        """Draw head and shoulders."""
        _Drawing(picture, pose).person(self._skin, self._hair, self._shirt, self._length)


class _Drawing:
    def __init__(self, picture: Picture, pose: Pose) -> None:
        self._picture = picture
        self._pose = pose
        angle = math.radians(pose.tilt_degrees)
        self._cosine, self._sine = math.cos(angle), math.sin(angle)

    def person(
        self, skin: tuple[int, ...], hair: tuple[int, ...], shirt: tuple[int, ...], length: float
    ) -> None:
        shade = tuple(round(value * 0.72) for value in skin)
        self._ellipse(0, 4.2, 2.3, 2.5, shirt)
        self._ellipse(0, 6.4, 2.5, 4.0, shirt)
        self._ellipse(0, 1.6, 0.55, 0.8, shade)
        self._ellipse(0, -0.35, 1.16, length * 1.02, hair)
        self._ellipse(0, 0.0, 1.0, length, skin)
        self._ellipse(0, -0.95, 0.85, 0.4, hair)
        self._features(skin, shade, hair)

    def _features(self, skin: tuple[int, ...], shade: tuple[int, ...], hair: tuple[int, ...]) -> None:
        turn = self._pose.turn * 0.25
        light = tuple(min(255, round(value * 1.08)) for value in skin)
        socket = tuple(round(value * 0.6) for value in skin)
        for side in (-1, 1):
            x = side * 0.42 + turn
            self._ellipse(x * 1.05, 0.28, 0.26, 0.24, light)
            self._ellipse(x, -0.22, 0.29, 0.17, socket)
            self._ellipse(x, -0.44, 0.32, 0.07, hair)
            self._eye(x)
        self._ellipse(turn, 0.02, 0.1, 0.42, light)
        self._ellipse(turn, 0.4, 0.19, 0.07, shade)
        self._mouth(turn, shade)

    def _eye(self, x: float) -> None:
        if self._pose.eyes_shut:
            self._ellipse(x, -0.2, 0.2, 0.03, (30, 30, 40))
            return
        self._ellipse(x, -0.2, 0.19, 0.09, (215, 220, 222))
        self._ellipse(x + self._pose.turn * 0.05, -0.2, 0.09, 0.095, (30, 34, 44))

    def _mouth(self, turn: float, shade: tuple[int, ...]) -> None:
        opened = self._pose.mouth_open
        self._ellipse(turn, 0.76, 0.36 - 0.06 * opened, 0.09 + 0.13 * opened, (84, 84, 160))
        self._ellipse(turn, 0.76, 0.26, 0.02 + 0.12 * opened, (40, 30, 60))
        self._ellipse(turn, 1.02 + 0.08 * opened, 0.28, 0.05, shade)

    def _ellipse(self, x: float, y: float, across: float, down: float, colour: tuple[int, ...]) -> None:
        pose = self._pose
        centre = (
            pose.x + pose.size * (x * self._cosine - y * self._sine),
            pose.y + pose.size * (x * self._sine + y * self._cosine),
        )
        axes = (max(0.5, across * pose.size), max(0.5, down * pose.size))
        # Sixteenths of a pixel: a head moves smoothly.
        cv2.ellipse(
            self._picture,
            (round(centre[0] * 16), round(centre[1] * 16)),
            (round(axes[0] * 16), round(axes[1] * 16)),
            pose.tilt_degrees,
            0,
            360,
            colour,
            -1,
            cv2.LINE_AA,
            4,
        )
