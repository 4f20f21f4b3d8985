"""The pictures that an inspection leaves: key frames as JPEG, and contact sheets of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.media.developing import Picture, jpeg_of
from shared.media.faces import count_faces
from shared.media.frames import Shot
from shared.media.gallery import SAME_BITS, Rating
from shared.media.lettering import lettering_share
from shared.media.measuring import FrameMeasures, difference
from shared.media.report import ContactSheet, KeyFrame
from shared.media.sheets import CELLS, CLOSE_UP, cell_size, fitted, scaled, sheet_of

#: A picture with somebody in it is looked at first.
_FACE_BONUS = 0.25
#: Faces are looked for in that many frames.
_FINALISTS = 10
#: More faces than this are a crowd, or wallpaper.
_MOST_FACES = 6
#: Share of a picture under which lettering is not worth another look.
_LETTERING_SHARE = 0.01
_GOOD = 0.8


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What was written."""

    key_frames: Sequence[KeyFrame] = ()
    contact_sheets: Sequence[ContactSheet] = ()


@dataclass(frozen=True, kw_only=True)
class _Print:
    """What is kept of a shot once its picture is written."""

    at_seconds: float
    scene: int
    file: str
    width: int
    height: int
    lettering_share: float
    measures: FrameMeasures
    cell: Picture
    close_up: Picture


def put_pictures(shots: Iterable[Shot], directory: Path) -> Pictures:
    """Write every shot as a JPEG, and numbered contact sheets of them, into a directory.

    A shot of nothing, or one that looks like an earlier one of its scene, is left out. Cell `n` is key frame
    `n - 1`, over all sheets; a frame full of text has another sheet to itself.
    """
    prints: list[_Print] = []
    blank: Shot | None = None
    for shot in shots:
        if shot.measures.blank:
            blank = blank or shot
        elif not any(_twins(shot, other) for other in prints):
            prints.append(_printed(shot, directory, len(prints) + 1))
    if blank and not prints:
        prints.append(_printed(blank, directory, 1))
    rating = Rating([each.measures for each in prints])
    faces = _faces_of_finalists(rating, prints)
    return Pictures(
        key_frames=[_key_frame(rating, each, faces.get(each.file, 0)) for each in prints],
        contact_sheets=[*_sheets(prints, directory), *_close_ups(prints, directory)],
    )


def _twins(shot: Shot, other: _Print) -> bool:
    return shot.pick.scene == other.scene and difference(shot.measures, other.measures) <= SAME_BITS


def _printed(shot: Shot, directory: Path, number: int) -> _Print:
    height, width = shot.picture.shape[:2]
    file = f"frame-{number:02}.jpg"
    (directory / file).write_bytes(jpeg_of(shot.picture))
    return _Print(
        at_seconds=round(shot.at_seconds, 3),
        scene=shot.pick.scene,
        file=file,
        width=width,
        height=height,
        lettering_share=lettering_share(shot.picture),
        measures=shot.measures,
        cell=scaled(shot.picture, *cell_size(width, height)),
        close_up=scaled(shot.picture, *fitted(width, height, *CLOSE_UP)),
    )


def _faces_of_finalists(rating: Rating, prints: Sequence[_Print]) -> dict[str, int]:
    """Return how many faces the best frames show; looking for them takes longer than all other measures."""
    best = sorted(prints, key=lambda each: rating.score(each.measures), reverse=True)
    return {each.file: count_faces(each.cell) for each in best[:_FINALISTS]}


def _key_frame(rating: Rating, each: _Print, faces: int) -> KeyFrame:
    score = rating.score(each.measures)
    if 0 < faces <= _MOST_FACES and not each.measures.empty:
        score += _FACE_BONUS
    return KeyFrame(
        at_seconds=each.at_seconds,
        scene=each.scene,
        file=each.file,
        width=each.width,
        height=each.height,
        score=round(min(1.0, score / (1 + _FACE_BONUS)), 3),
        faces=faces,
        reason=_reason(rating, each, faces),
    )


def _reason(rating: Rating, each: _Print, faces: int) -> str:
    """Say in a few words what speaks for a frame."""
    if each.measures.empty:
        return "the only picture of a dark or empty scene"
    praise = [word for word, share in rating.qualities(each.measures).items() if share >= _GOOD]
    if faces:
        praise.append("a face" if faces == 1 else f"{faces} faces")
    return ", ".join(praise) or "the best of its scene"


def _sheets(prints: Sequence[_Print], directory: Path) -> list[ContactSheet]:
    """Write sheets of up to nine cells; the first cell's shape is that of all."""
    sheets: list[ContactSheet] = []
    for first in range(0, len(prints), CELLS):
        part = prints[first : first + CELLS]
        height, width = prints[0].cell.shape[:2]
        picture = sheet_of([scaled(each.cell, width, height) for each in part], first + 1)
        sheets.append(
            _put(picture, directory, f"sheet-{len(sheets) + 1}.jpg", range(first, first + len(part)))
        )
    return sheets


def _close_ups(prints: Sequence[_Print], directory: Path) -> list[ContactSheet]:
    """Write the frame with most text once more, large enough to be read."""
    number = max(range(len(prints)), key=lambda n: prints[n].lettering_share, default=None)
    if number is None or prints[number].lettering_share < _LETTERING_SHARE:
        return []
    picture = sheet_of([prints[number].close_up], number + 1)
    return [_put(picture, directory, "close-up.jpg", [number])]


def _put(picture: Picture, directory: Path, file: str, cells: Sequence[int]) -> ContactSheet:
    height, width = picture.shape[:2]
    (directory / file).write_bytes(jpeg_of(picture))
    return ContactSheet(file=file, width=width, height=height, cells=list(cells))
