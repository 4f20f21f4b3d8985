"""What looking into a video yields: plain values that cross the child process' border as JSON.

Times are seconds on the file's own clock (presentation time stamps), never frame numbers: phones record at a
variable frame rate. Sizes are as shown, after rotation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class _Value(BaseModel):
    # Models are built when first used: the child uses a few of them, and each takes milliseconds.
    model_config = ConfigDict(frozen=True, defer_build=True)


#: Longer videos are not looked at.
MAX_DURATION_SECONDS = 900.0


class MediaProbe(_Value):
    """What the file's header says; nothing is decoded to learn it."""

    #: As the stream is demuxed: `mov` or `matroska`.
    container: str
    duration_seconds: float
    #: As shown.
    width: int
    #: As shown.
    height: int
    #: Degrees, clockwise, by which the coded picture is turned to be shown: 0, 90, 180 or 270.
    rotation_degrees: int
    frames_per_second: float | None
    size_bytes: int
    video_codec: str
    pixel_format: str
    #: The transfer function is PQ or HLG.
    high_dynamic_range: bool
    audio_codec: str | None
    audio_channels: int
    #: Mean bit rate of the whole file.
    bits_per_second: int
    #: Pictures in the packet table, if the header lists them; a header may lie.
    stated_frames: int | None = None


class SceneStart(StrEnum):
    """How a scene begins."""

    START = "start"
    CUT = "cut"
    GRADUAL = "gradual"


class FoundScene(_Value):
    """A stretch of the video between two cuts."""

    start_seconds: float
    end_seconds: float
    start: SceneStart = SceneStart.CUT


class KeyFrame(_Value):
    """A frame that stands for a stretch of the video, kept as a JPEG beside the report."""

    at_seconds: float
    #: Index into `Inspection.scenes`.
    scene: int
    #: File name in the inspection's directory.
    file: str
    width: int
    height: int
    #: 0 to 1, sharpness, exposure, and faces together: how well it would do as the video's thumbnail.
    score: float
    faces: int = 0
    #: Why it was chosen, in a few English words.
    reason: str = ""


class ContactSheet(_Value):
    """Numbered key frames in one picture, for a vision model that pays by the picture."""

    #: File name in the inspection's directory.
    file: str
    width: int
    height: int
    #: Indexes into `Inspection.key_frames` of the cells, in reading order; cell 1 is the first.
    cells: Sequence[int]


class Interval(_Value):
    """A stretch of time."""

    start_seconds: float
    end_seconds: float


class SoundKind(StrEnum):
    """What is heard, as far as that can be told without words."""

    NONE = "none"
    SILENCE = "silence"
    #: Sound in which nobody seems to speak: not worth a transcript.
    NO_SPEECH = "no_speech"
    SPEECH = "speech"


class SoundReport(_Value):
    """What the sound track is like."""

    kind: SoundKind
    #: Length of the sound track.
    duration_seconds: float = 0.0
    #: EBU R 128 integrated loudness; absent if all is silence.
    loudness_lufs: float | None = None
    #: The highest sample, in dBFS.
    peak_dbfs: float | None = None
    silences: Sequence[Interval] = ()
    #: Share of the sound in which somebody seems to speak.
    speech_share: float = 0.0
    #: Sound begins this much after the picture (negative: before it).
    offset_seconds: float = 0.0
    #: 16 kHz mono in the inspection's directory: `sound.flac`, or `sound.wav` of at most 15 s, which is short
    #: enough for the Speech SDK, a reader of WAV alone; absent when there is nothing to transcribe.
    file: str | None = None
    #: What could not be heard and why, in plain English.
    notes: Sequence[str] = ()


class DamageReport(_Value):
    """What is broken in the file; the rest was looked at."""

    #: Share of the frames looked at that could not be decoded cleanly.
    corrupt_frames: float = 0.0
    #: Where the readable part ends, if that is before the stated duration.
    ends_at_seconds: float | None = None


class CompressedVideo(_Value):
    """A smaller copy, verified."""

    #: File name in the directory asked for.
    file: str
    size_bytes: int
    width: int
    height: int
    #: Structural similarity to the source at the copy's size, 0 to 1.
    ssim: float
    #: Encoder preset that was chosen.
    preset: str
    cpu_seconds: float


class Inspection(_Value):
    """All that was found in one video."""

    probe: MediaProbe
    scenes: Sequence[FoundScene]
    key_frames: Sequence[KeyFrame] = ()
    contact_sheets: Sequence[ContactSheet] = ()
    sound: SoundReport = SoundReport(kind=SoundKind.NONE)
    black: Sequence[Interval] = ()
    damage: DamageReport | None = None
    #: Present when one was asked for and is worth having.
    copy_made: CompressedVideo | None = None
    #: CPU time that this took.
    cpu_seconds: float = 0.0
    #: What had to be left out in the time given, in plain English.
    notes: Sequence[str] = ()


class Still(_Value):
    """All that was found in one picture, and a copy of it that holds nothing but pixels."""

    #: JPEG in the directory asked for, at most 1,344 pixels along the longer side, upright.
    file: str
    width: int
    height: int
    #: Of the uploaded picture, as shown.
    source_width: int
    #: Of the uploaded picture, as shown.
    source_height: int
    #: `jpeg`, `png`, `webp` or `gif`.
    form: str
    size_bytes: int
    #: Variance of the Laplacian at 270 pixels along the shorter side: under 15 it looks soft.
    sharpness: float
    #: 0 to 1: neither dark nor bright, with little lost in black or white.
    exposure: float
    #: Mean, 0 (black) to 1 (white).
    brightness: float
    #: Standard deviation of luma, in steps of 8 bits.
    contrast: float
    #: There is nothing to see.
    empty: bool = False
    #: That look into the camera; some are missed.
    faces: int = 0
    #: Share of the picture that lines of text seem to cover.
    lettering_share: float = 0.0
    #: It moves; only the first picture was looked at.
    animated: bool = False
    #: The file ends before the picture does.
    damaged: bool = False
    #: The uploaded file tells where the picture was taken.
    located: bool = False
    cpu_seconds: float = 0.0


def files_of(inspection: Inspection) -> Iterator[str]:
    """Yield the names of the files that an inspection speaks of."""
    yield from (frame.file for frame in inspection.key_frames)
    yield from (sheet.file for sheet in inspection.contact_sheets)
    if inspection.sound.file is not None:
        yield inspection.sound.file
    if inspection.copy_made is not None:
        yield inspection.copy_made.file
