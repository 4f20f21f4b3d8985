"""What moves: the hand that holds the camera, and things that pass before it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from infra.local.clips.textures import Palette, Picture


class Wobble:
    """A smooth, aimless course around zero, the same for the same generator."""

    def __init__(self, generator: np.random.Generator, waves: int = 5, fastest_hertz: float = 3.0) -> None:
        self._frequencies = np.geomspace(0.25, fastest_hertz, waves) * generator.uniform(0.8, 1.25, waves)
        self._phases = generator.uniform(0, 2 * np.pi, waves)
        self._amplitudes = self._frequencies**-0.8
        self._amplitudes /= self._amplitudes.sum()

    def at(self, seconds: float) -> float:
        """Return the displacement, between -1 and 1."""
        return float(
            np.sum(self._amplitudes * np.sin(2 * np.pi * self._frequencies * seconds + self._phases))
        )


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something with hard edges that crosses the picture, over and over."""

    x: float
    y: float
    #: Picture widths a second.
    speed: float
    #: Half width, as a share of the picture's width.
    size: float
    #: Height by width.
    shape: float
    spin_degrees: float
    colour: tuple[int, int, int]
    edge: tuple[int, int, int]
    corners: int
    bounce: float = 0.0

    def draw(self, picture: Picture, seconds: float, shift: tuple[float, float]) -> None:
        """Draw it where it is at a time, with the camera moved by `shift` pixels."""
        height, width = picture.shape[:2]
        span = 1 + 2.4 * self.size
        x = ((self.x + self.speed * seconds) % span - 1.2 * self.size) * width + shift[0]
        y = (self.y + self.bounce * math.sin(2.6 * seconds + self.x * 9)) * height + shift[1]
        outline = self._outline(x, y, seconds, width)
        cv2.fillPoly(picture, [outline], self.colour, cv2.LINE_AA, 4)
        cv2.polylines(picture, [outline], True, self.edge, max(1, width // 200), cv2.LINE_AA, 4)
        inner = ((outline - (round(x * 16), round(y * 16))) * 0.45 + (round(x * 16), round(y * 16))).astype(
            np.int32
        )
        cv2.fillPoly(picture, [inner], self.edge, cv2.LINE_AA, 4)

    def _outline(self, x: float, y: float, seconds: float, width: int) -> Picture:
        angles = np.arange(self.corners) * (2 * np.pi / self.corners) + np.pi / 4
        turn = math.radians(self.spin_degrees * seconds)
        across = np.cos(angles) * self.size * width * 1.2
        down = np.sin(angles) * self.size * width * 1.2 * self.shape
        points = np.stack(
            (
                x + across * math.cos(turn) - down * math.sin(turn),
                y + across * math.sin(turn) + down * math.cos(turn),
            ),
            axis=1,
        )
        return np.round(points * 16).astype(np.int32)


def things(
    generator: np.random.Generator,
    palette: Palette,
    *,
    count: int,
    speed: tuple[float, float],
    size: tuple[float, float],
    wild: bool = False,
) -> list[Thing]:
    """Return some things, no two alike; `wild` ones spin and bounce."""
    return [
        Thing(
            x=float(generator.uniform(0, 1.3)),
            y=float(generator.uniform(0.1 if wild else 0.35, 0.95)),
            speed=float(generator.uniform(*speed) * generator.choice((-1, 1))),
            size=float(generator.uniform(*size)),
            shape=float(generator.uniform(0.4, 1.3)),
            spin_degrees=float(generator.uniform(-200, 200)) if wild else 0.0,
            colour=palette.colour(index, float(generator.uniform(0.3, 1.0)), 2.0),
            edge=palette.colour(index + 1, float(generator.uniform(0.1, 0.9))),
            corners=int(generator.choice((3, 4, 4, 4, 6))),
            bounce=float(generator.uniform(0, 0.12)) if wild else 0.0,
        )
        for index in range(count)
    ]
