"""The picture that `make run` analyses: a creator's portrait as a phone takes it, made once."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from infra.local.clips.faces import Person, Pose

_NAME = "sample.jpg"
_WIDTH, _HEIGHT = 1_512, 2_016
_PERSON, _SEED = 4, 9
#: Sunset, blue first: from the sky down to the sea.
_TOP, _BOTTOM = np.array((180, 120, 90)), np.array((90, 150, 245))


def sample_photo(directory: Path) -> Path:
    """Write the sample picture into a directory, unless it is there, and return where it is."""
    path = directory / _NAME
    if not path.exists():
        cv2.imwrite(str(path), _portrait(), [cv2.IMWRITE_JPEG_QUALITY, 92])
    return path


def _portrait() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return somebody in front of a sea at sunset, with the noise of a sensor."""
    generator = np.random.default_rng(_SEED)
    down = np.linspace(0, 1, _HEIGHT)[:, None, None]
    light = np.broadcast_to(_TOP + (_BOTTOM - _TOP) * down, (_HEIGHT, _WIDTH, 3)).astype(np.float32).copy()
    light[_HEIGHT * 3 // 5 :] *= 0.55
    waves = generator.normal(0, 14, (_HEIGHT * 2 // 5 // 8 + 1, _WIDTH // 24, 1)).astype(np.float32)
    sea = cv2.resize(waves, (_WIDTH, _HEIGHT - _HEIGHT * 3 // 5))[:, :, None]
    light[_HEIGHT * 3 // 5 :] += sea
    picture = np.clip(light + generator.normal(0, 3, light.shape), 0, 255).astype(np.uint8)
    cv2.circle(picture, (_WIDTH * 3 // 4, _HEIGHT * 3 // 5), 130, (150, 215, 255), -1, cv2.LINE_AA)
    Person(_PERSON).draw(picture, Pose(x=_WIDTH * 0.45, y=_HEIGHT * 0.4, size=250, mouth_open=0.2))
    return picture
