"""Pictures of sets: noise with the spectrum of photographs, in a few colours, with hard edges in it."""

from __future__ import annotations

import colorsys
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

#: 8-bit BGR, or one plane of it.
Picture = npt.NDArray[Any]

_FIELD_ROWS, _FIELD_COLUMNS = 512, 384
_FIELDS = 8
_OUTDOORS = 0.35
_OUT_OF_FOCUS = 0.3
_MIRRORED = 0.5


def photographic_field(generator: np.random.Generator, exponent: float) -> npt.NDArray[np.float32]:
    """Return noise whose amplitude falls with frequency as in photographs (1/f), from 0 to 1."""
    rows, columns = _FIELD_ROWS, _FIELD_COLUMNS
    vertical = np.fft.fftfreq(rows)[:, None]
    horizontal = np.fft.rfftfreq(columns)[None, :]
    frequency = np.hypot(vertical, horizontal)
    frequency[0, 0] = 1
    phase = generator.uniform(0, 2 * np.pi, frequency.shape)
    field = np.fft.irfft2(np.exp(1j * phase) / frequency**exponent, s=(rows, columns))
    low, high = np.percentile(field, (1, 99))
    return np.asarray(np.clip((field - low) / (high - low), 0, 1), np.float32)


class Fields:
    """A few fields of noise for a whole clip; every set takes other parts of them."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._fields = [
            photographic_field(generator, exponent) for exponent in np.linspace(0.95, 1.5, _FIELDS)
        ]

    def part(self, generator: np.random.Generator, width: int, height: int) -> npt.NDArray[np.float32]:
        """Return a part, mirrored and shifted by chance, at a size."""
        field = self._fields[int(generator.integers(len(self._fields)))]
        shift = (int(generator.integers(_FIELD_ROWS)), int(generator.integers(_FIELD_COLUMNS)))
        rolled = np.roll(field, shift, axis=(0, 1))
        if generator.random() < _MIRRORED:
            rolled = rolled[:, ::-1]
        # Noise is periodic: a wide set repeats it rather than stretching it.
        tiles = max(1, round(width / height * _FIELD_ROWS / _FIELD_COLUMNS))
        wide = np.tile(rolled, (1, tiles)) if tiles > 1 else rolled
        enlarged = cv2.resize(np.ascontiguousarray(wide), (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(enlarged, np.float32)


class Palette:
    """Colours that go together."""

    def __init__(self, number: int, seed: int) -> None:
        generator = np.random.default_rng([seed, number, 7])
        hue = generator.random()
        self._hues = [hue, hue + generator.uniform(0.03, 0.12), hue + generator.uniform(0.4, 0.6)]
        self._saturation = generator.uniform(0.15, 0.6)
        self._brightness = generator.uniform(0.65, 1.0)

    def colour(self, index: int, value: float, saturation: float = 1.0) -> tuple[int, int, int]:
        """Return a colour as BGR; `value` is its brightness."""
        red, green, blue = colorsys.hsv_to_rgb(
            self._hues[index % 3] % 1,
            min(1.0, self._saturation * saturation),
            min(1.0, value * self._brightness),
        )
        return round(blue * 255), round(green * 255), round(red * 255)


def paint_set(
    fields: Fields, palette: Palette, generator: np.random.Generator, width: int, height: int
) -> Picture:
    """Return a set: a wall or a landscape, large things with hard edges, light from one side."""
    if generator.random() < _OUTDOORS:
        picture = _outdoors(fields, palette, generator, width, height)
    else:
        picture = _wall(fields, palette, generator, width, height)
    _furnish(picture, fields, palette, generator)
    if generator.random() < _OUT_OF_FOCUS:
        picture = cv2.GaussianBlur(picture, (0, 0), float(generator.uniform(1.0, 0.012 * min(width, height))))
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
    light = 1 + generator.uniform(-0.3, 0.3) * across + generator.uniform(-0.3, 0.3) * down
    return np.asarray(np.clip(picture * light, 0, 255), np.uint8)


def _tone(palette: Palette, index: int, value: float) -> Picture:
    return np.array(palette.colour(index, value), np.float32)


def _wall(
    fields: Fields, palette: Palette, generator: np.random.Generator, width: int, height: int
) -> Picture:
    """Return a surface: from smooth plaster to foliage."""
    contrast = float(generator.uniform(0.08, 0.85))
    middle = float(generator.uniform(0.3, 0.75))
    tone = fields.part(generator, width, height)[:, :, None]
    tint = fields.part(generator, width, height)[:, :, None]
    dark = _tone(palette, 0, max(0.06, middle - contrast / 2))
    bright = _tone(palette, 1, min(1.0, middle + contrast / 2))
    picture: Picture = dark + (bright - dark) * tone
    picture += (_tone(palette, 2, 0.6) - picture) * (0.45 * contrast * tint)
    return picture


def _outdoors(
    fields: Fields, palette: Palette, generator: np.random.Generator, width: int, height: int
) -> Picture:
    """Return a sky over hills over a ground."""
    ground = _wall(fields, palette, generator, width, height)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    clouds = fields.part(generator, width, height)[:, :, None]
    sky = np.array((235, 190, 150), np.float32) + 60 * down + (clouds - 0.5) * float(generator.uniform(0, 70))
    ridge = fields.part(generator, width, 8)[0] * 0.25 * height + generator.uniform(0.25, 0.5) * height
    above = (np.arange(height, dtype=np.float32)[:, None] < cv2.GaussianBlur(ridge[None, :], (0, 0), 6))[
        :, :, None
    ]
    return np.where(above, sky, ground).astype(np.float32)


def _furnish(picture: Picture, fields: Fields, palette: Palette, generator: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    grain = fields.part(generator, width, height)
    for index in range(int(generator.integers(2, 11)) * max(1, width // height)):
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [_outline(generator, width, height)], (255,), cv2.LINE_AA)
        colour = np.array(palette.colour(index, float(generator.uniform(0.15, 1.0)), 1.3), np.float32)
        x, y, w, h = cv2.boundingRect(mask)
        part = np.s_[y : y + h, x : x + w]
        share = mask[part].astype(np.float32)[:, :, None] / 255
        surface = colour * (0.75 + 0.5 * grain[part][:, :, None])
        picture[part] += (surface - picture[part]) * share


def _outline(generator: np.random.Generator, width: int, height: int) -> npt.NDArray[np.int32]:
    """Return the corners of a window, a shelf or a house: a rectangle, a little askew."""
    unit = min(width, height)
    centre = generator.uniform((0, 0), (width, height))
    half = generator.uniform(0.04, 0.24, 2) * unit
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    return (centre + corners + generator.normal(0, 0.012 * unit, (4, 2))).astype(np.int32)


def sensor_noise(
    generator: np.random.Generator, width: int, height: int, deviation: float
) -> tuple[Picture, Picture]:
    """Return noise as what to add and what to subtract: saturating arithmetic on bytes is quick."""
    white = generator.standard_normal((height, width), dtype=np.float32)
    noise = cv2.GaussianBlur(white, (0, 0), 0.6)
    noise = noise * (deviation / max(1e-6, float(noise.std())))
    return np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8)
