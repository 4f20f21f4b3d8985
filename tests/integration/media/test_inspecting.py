"""Looking into whole videos: what is found, and what is left in the directory."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from infra.local.clips.making import make_clip
from infra.local.clips.styles import EDITED, HEVC_HLG, PHONE, ROTATED, ROTATED_LEFT, Style
from infra.local.clips.truth import Truth
from shared.media.frames import shots
from shared.media.gallery import Gallery
from shared.media.inspecting import inspect
from shared.media.opening import opened
from shared.media.report import FoundScene, Inspection, SoundKind
from shared.media.sheets import cell_size

WIDTH, HEIGHT = 360, 640


def _clip(directory: Path, style: Style, *, seed: int = 3, seconds: float = 8.0) -> tuple[Path, Truth]:
    path = directory / "clip.mp4"
    return path, make_clip(path, style, seed=seed, seconds=seconds, width=WIDTH, height=HEIGHT)


def _inspected(path: Path, directory: Path, copy_target_bytes: int | None = None) -> Inspection:
    directory.mkdir()
    size_bytes = path.stat().st_size
    return inspect(path, directory, seconds=60, size_bytes=size_bytes, copy_target_bytes=copy_target_bytes)


def _picture(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.asarray(picture, np.uint8)


@pytest.mark.parametrize("style", [PHONE, EDITED, HEVC_HLG], ids=lambda style: style.name)
def test_every_picture_belongs_to_its_scene(tmp_path: Path, style: Style) -> None:
    """Also where a scene begins between two key frames, and whatever the pictures are coded as."""
    path, _ = _clip(tmp_path, style)
    found = _inspected(path, tmp_path / "out")
    assert found.key_frames
    assert len({frame.scene for frame in found.key_frames}) >= len(found.scenes) - len(found.black)
    for frame in found.key_frames:
        scene = found.scenes[frame.scene]
        assert scene.start_seconds <= frame.at_seconds < scene.end_seconds
        picture = _picture(tmp_path / "out" / frame.file)
        assert picture.shape == (frame.height, frame.width, 3) == (HEIGHT, WIDTH, 3)
        assert picture.std() > 2
        assert 0 <= frame.score <= 1
        assert frame.reason
    assert [f.at_seconds for f in found.key_frames] == sorted(f.at_seconds for f in found.key_frames)


def test_sheets_show_all_key_frames_in_order(tmp_path: Path) -> None:
    path, _ = _clip(tmp_path, PHONE, seconds=16.0)
    found = _inspected(path, tmp_path / "out")
    sheets = [sheet for sheet in found.contact_sheets if sheet.file.startswith("sheet")]
    assert [cell for sheet in sheets for cell in sheet.cells] == list(range(len(found.key_frames)))
    width, height = cell_size(WIDTH, HEIGHT)
    for sheet in sheets:
        picture = _picture(tmp_path / "out" / sheet.file)
        assert picture.shape == (sheet.height, sheet.width, 3)
        for place, cell in enumerate(sheet.cells):
            columns = sheet.width // width
            top, left = place // columns * height, place % columns * width
            shown = picture[top : top + height, left : left + width]
            frame = cv2.resize(_picture(tmp_path / "out" / found.key_frames[cell].file), (width, height))
            assert np.abs(shown[100:].astype(int) - np.asarray(frame)[100:]).mean() < 12


@pytest.mark.parametrize("style", [ROTATED, ROTATED_LEFT], ids=lambda style: style.name)
def test_pictures_are_upright(tmp_path: Path, style: Style) -> None:
    """They look like those of the same shots coded upright."""
    turned, _ = _clip(tmp_path, style, seconds=3.0)
    found = _inspected(turned, tmp_path / "turned")
    assert (found.probe.width, found.probe.height) == (WIDTH, HEIGHT)
    upright, _ = _clip(tmp_path, PHONE, seconds=3.0)
    like = _inspected(upright, tmp_path / "upright")
    for one, other in zip(found.key_frames, like.key_frames, strict=True):
        ours, theirs = _picture(tmp_path / "turned" / one.file), _picture(tmp_path / "upright" / other.file)
        assert abs(one.at_seconds - other.at_seconds) < 0.05
        assert np.abs(ours.astype(int) - theirs).mean() < 12


def test_sound_is_heard_and_progress_told(tmp_path: Path) -> None:
    path, _ = _clip(tmp_path, PHONE)
    told: list[float] = []
    (tmp_path / "out").mkdir()
    found = inspect(path, tmp_path / "out", seconds=60, size_bytes=path.stat().st_size, progress=told.append)
    assert found.sound.kind is SoundKind.SPEECH
    assert found.sound.file
    assert (tmp_path / "out" / found.sound.file).stat().st_size > 1_000
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert found.cpu_seconds > 0


def test_a_copy_is_made_from_the_same_decoding(tmp_path: Path) -> None:
    path, truth = _clip(tmp_path, PHONE)
    found = _inspected(path, tmp_path / "out", copy_target_bytes=path.stat().st_size * 6 // 10)
    assert found.copy_made
    assert (tmp_path / "out" / found.copy_made.file).stat().st_size == found.copy_made.size_bytes
    starts = [scene.start_seconds for scene in found.scenes]
    assert all(min(abs(start - cut) for start in starts) < 0.1 for cut in truth.cuts)
    assert found.key_frames


def test_what_does_not_fit_into_the_time_is_left_out_and_told(tmp_path: Path) -> None:
    path, _ = _clip(tmp_path, PHONE, seconds=16.0)
    (tmp_path / "out").mkdir()
    found = inspect(path, tmp_path / "out", seconds=0.05, size_bytes=path.stat().st_size)
    assert found.scenes
    assert found.notes or found.sound.notes


def test_a_scene_without_a_key_frame_is_searched(tmp_path: Path) -> None:
    """The frame is from within, and the last key frame before it is not."""
    path, _ = _clip(tmp_path, EDITED)
    scene = FoundScene(start_seconds=4.4, end_seconds=5.1)
    (pick,) = Gallery().choose([FoundScene(start_seconds=0, end_seconds=4.4), scene])[1:]
    with opened(path) as container:
        (shot,) = shots(container, [pick], rotation_degrees=0, until=time.monotonic() + 30)
    assert 4.4 < shot.at_seconds < 5.1
    assert shot.picture.shape == (HEIGHT, WIDTH, 3)
