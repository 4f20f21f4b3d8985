"""Making a clip, once for everybody: what was made is kept under a hash of all that it depends on."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from infra.local.clips.styles import Sound, Style
from infra.local.clips.truth import Truth

T = TypeVar("T")

#: To be raised whenever the same parameters yield other clips.
GENERATOR_VERSION = 2
CACHE = Path(__file__).resolve().parents[3] / ".local" / "clips"

#: Told how far the work is, 0 to 1.
Progress = Callable[[float], None]


def make_clip(  # noqa: PLR0913 - what a clip depends on, and where it goes
    path: Path,
    style: Style,
    *,
    seed: int,
    seconds: float,
    width: int,
    height: int,
    sound: Sound = Sound.SPEECH,
    cache: Path = CACHE,
    progress: Progress | None = None,
) -> Truth:
    """Write a clip to `path`, made anew or from the cache, and return what is in it.

    Args:
        path: Where the clip goes; replaced if it exists. It is the caller's own, to be damaged at will.
        style: How it is encoded.
        seed: What is in it. The same seed in another style shows the same shots.
        seconds: Its length, to the frame.
        width: As shown.
        height: As shown.
        sound: What its sound track holds.
        cache: Directory of what was made before.
        progress: Told how far it is.
    """
    parameters = {**_plain(style), "seed": seed, "seconds": seconds, "size": [width, height], "sound": sound}
    key = hashlib.sha256(json.dumps([GENERATOR_VERSION, parameters], sort_keys=True).encode()).hexdigest()[
        :32
    ]
    clip, record = cache / f"{key}.mp4", cache / f"{key}.json"
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{key}.lock"):
        if not record.exists():
            truth = _film(clip, style, seed, seconds, (width, height), sound, progress)
            _put(record, truth.to_json())
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(clip, path)
    return Truth.from_json(record.read_text())


def _plain(style: Style) -> dict[str, object]:
    values = {name: getattr(style, name) for name in style.__dataclass_fields__ if name != "parameters"}
    return {**{name: str(value) for name, value in values.items()}, "parameters": dict(style.parameters)}


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Keep others, in this process or another, from making the same at once."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _put(path: Path, text: str) -> None:
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(text)
    partial.replace(path)


def _film(
    clip: Path,
    style: Style,
    seed: int,
    seconds: float,
    size: tuple[int, int],
    sound: Sound,
    progress: Progress | None,
) -> Truth:
    # NumPy, OpenCV and PyAV take a second to load: only who makes a clip pays for them.
    from infra.local.clips.encoding import Track, write_clip
    from infra.local.clips.filming import Film
    from infra.local.clips.plan import plan_shots
    from infra.local.clips.sound import RATE, make_sound
    from infra.local.clips.timing import TICKS_PER_SECOND, frame_ticks, truth_of

    ticks = frame_ticks(style, seed=seed, seconds=seconds)
    times = [tick / TICKS_PER_SECOND for tick in ticks]
    frames = len(ticks) - 1
    shots = plan_shots(seed, frames, frames / times[-1])
    heard = make_sound(sound, seed=seed, seconds=times[-1])
    film = Film(shots, style, seed=seed, width=size[0], height=size[1])
    partial = clip.with_suffix(f".{os.getpid()}.partial")
    write_clip(
        partial,
        style,
        _watched(film.frames(times), frames, progress),
        ticks,
        width=size[0],
        height=size[1],
        sound=Track(heard.samples, RATE) if heard else None,
    )
    partial.replace(clip)
    return truth_of(shots, times, heard.speech if heard else (), heard.silences if heard else ())


def _watched(frames: Iterable[T], count: int, progress: Progress | None) -> Iterator[T]:
    for index, frame in enumerate(frames, start=1):
        yield frame
        if progress is not None:
            progress(index / count)
