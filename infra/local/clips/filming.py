"""From a shot list to frames: painted small, enlarged, and seen through a sensor that is never still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from infra.local.clips.plan import Joint, Shot
from infra.local.clips.scenes import Scene, pass_by, write_caption
from infra.local.clips.styles import Style
from infra.local.clips.textures import Fields, Picture, sensor_noise

#: Wide enough for photographic texture, small enough for thirty frames a second on one core.
_PAINTED_WIDTH = 540
_NOISE_MARGIN = 64
_GRAIN_DEVIATION = 3.0

#: Luma, blue and red difference.
Planes = tuple[Picture, Picture, Picture]


class Film:
    """All frames of a clip, in order."""

    def __init__(self, shots: Sequence[Shot], style: Style, *, seed: int, width: int, height: int) -> None:
        self._shots = shots
        self._style = style
        self._seed = seed
        self._size = (width, height)
        share = min(1.0, _PAINTED_WIDTH / min(width, height))
        self._painted = (_even(width * share), _even(height * share))
        self._generator = np.random.default_rng([seed, 11])
        self._fields = Fields(self._generator)
        self._sensor = _Sensor(self._generator, style, width, height, enlarged=width / self._painted[0])

    def frames(self, times: Sequence[float]) -> Iterator[Planes]:
        """Yield a frame for each of the times."""
        before: tuple[Shot, Scene] | None = None
        for index, shot in enumerate(self._shots):
            scene = self._scene(shot, before)
            after = self._shots[index + 1] if index + 1 < len(self._shots) else None
            for frame in range(shot.first, shot.end):
                picture = self._paint(shot, scene, frame, times)
                if shot.joint is Joint.DISSOLVE and before and frame < shot.first + shot.joint_frames:
                    old = self._paint(before[0], before[1], frame, times)
                    share = (frame - shot.first + 1) / (shot.joint_frames + 1)
                    picture = cv2.addWeighted(picture, share, old, 1 - share, 0)
                light = self._style.light * _fading(shot, after, frame)
                yield self._sensor.see(picture, light, scene.camera(times[frame] - times[shot.first]))
            before = (shot, scene)

    def _scene(self, shot: Shot, before: tuple[Shot, Scene] | None) -> Scene:
        if shot.joint is Joint.JUMP and before is not None:
            before[1].retake(shot, self._seed)
            return before[1]
        takes = [other for other in self._shots if other.scene == shot.scene]
        whips = any(take.whip for take in takes)
        width, height = self._painted
        return Scene(shot, seed=self._seed, fields=self._fields, width=width, height=height, whips=whips)

    def _paint(self, shot: Shot, scene: Scene, frame: int, times: Sequence[float]) -> Picture:
        whipped = _whipped(shot, frame)
        blur = abs(_whipped(shot, frame + 1) - whipped) * 0.6 * self._painted[0]
        seconds = times[frame] - times[shot.first]
        picture = scene.frame(seconds, whipped, blur)
        if frame in shot.passing:
            pass_by(picture, (frame - shot.passing.start + 0.5) / len(shot.passing), shot.scene)
        flash = 1 - (frame - shot.flash.start) / (len(shot.flash) + 1) if frame in shot.flash else 0.0
        light = scene.light(seconds)
        picture = cv2.convertScaleAbs(picture, alpha=light * (1 + 0.4 * flash), beta=170 * flash)
        for caption in shot.captions:
            if caption.first <= frame < caption.end:
                write_caption(picture, caption)
        return picture


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def _whipped(shot: Shot, frame: int) -> float:
    """Return how far the camera was thrown: it starts slowly, and stops slowly."""
    if not shot.whip:
        return 0.0
    done = min(1.0, max(0.0, (frame - shot.whip.start + 1) / len(shot.whip)))
    return done * done * (3 - 2 * done)


def _fading(shot: Shot, after: Shot | None, frame: int) -> float:
    """Return how much light fades leave."""
    if shot.joint is Joint.FADE and frame < shot.first + shot.joint_frames:
        return (frame - shot.first + 1) / (shot.joint_frames + 1)
    if after is not None and after.joint is Joint.FADE:
        left = shot.end - after.black_frames - frame
        return min(1.0, max(0.0, left / (after.joint_frames + 1)))
    return 1.0


class _Sensor:
    """Turns a painted picture into the planes of a frame of full size."""

    def __init__(
        self, generator: np.random.Generator, style: Style, width: int, height: int, *, enlarged: float
    ) -> None:
        self._size = (width, height)
        self._half = ((width + 1) // 2, (height + 1) // 2)
        self._generator = generator
        room = (width + _NOISE_MARGIN, height + _NOISE_MARGIN)
        self._noise = sensor_noise(generator, *room, style.noise)
        # What enlarging cannot bring back: fine grain of the set, moving with it.
        self._grain = sensor_noise(generator, *room, _GRAIN_DEVIATION) if enlarged > 1 else None
        self._enlarged = enlarged

    def see(self, picture: Picture, light: float, camera: tuple[int, int]) -> Planes:
        if light < 1:
            picture = cv2.convertScaleAbs(picture, alpha=light)
        luma, blue, red = self._planes(picture)
        if self._grain is not None and light > 0:
            middle = _NOISE_MARGIN // 2
            x, y = (middle - round(shift * self._enlarged) for shift in camera)
            luma = self._laid_over(luma, self._grain, x, y)
        x, y = (int(value) for value in self._generator.integers(0, _NOISE_MARGIN, 2))
        return self._laid_over(luma, self._noise, x, y), blue, red

    def _planes(self, picture: Picture) -> Planes:
        height, width = picture.shape[:2]
        planar = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
        quarter = planar[height:].reshape(2, height // 2, width // 2)
        return (
            cv2.resize(planar[:height], self._size, interpolation=cv2.INTER_LINEAR),
            cv2.resize(quarter[0], self._half, interpolation=cv2.INTER_LINEAR),
            cv2.resize(quarter[1], self._half, interpolation=cv2.INTER_LINEAR),
        )

    def _laid_over(self, luma: Picture, noise: tuple[Picture, Picture], x: int, y: int) -> Picture:
        width, height = self._size
        x, y = (min(_NOISE_MARGIN, max(0, value)) for value in (x, y))
        part = np.s_[y : y + height, x : x + width]
        return cv2.subtract(cv2.add(luma, noise[0][part]), noise[1][part])
