"""Listening to a video's sound track: loudness, silences, speech; runs in the child process only.

One pass over the sound alone. Memory does not grow with length, but for the levels (180 kB for 900 s). What
is heard decides whether there is anything to transcribe: silence, music and noise cost nothing, and what may
be speech is kept, since a transcript that is missing is worse than one that is empty.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from shared.media.loudness import LoudnessMeter
from shared.media.opening import audio_stream, opened, video_stream
from shared.media.recording import Recording
from shared.media.report import SoundKind, SoundReport
from shared.media.silence import Levels, runs
from shared.media.speaking import FRAME_SECONDS, SAMPLE_RATE, SpeechDetector

#: Sound that is looked at together.
_BLOCK = 4 * SAMPLE_RATE
#: From here on somebody speaks, and does so until the answers fall under the second; Silero's own defaults.
_SPEAKS, _STILL_SPEAKS = 0.5, 0.35
#: The shortest word worth a transcript; of 400 s of music without voices the longest run was 0.16 s.
_SHORTEST_SPEECH_SECONDS = 0.25
#: Smaller steps in time stamps are jitter of the muxer.
_GAP_SECONDS = 0.1
#: As many as this in a row, and there is no sound in what follows.
_MOST_ERRORS = 500


def listen(path: Path, directory: Path, *, seconds: float) -> SoundReport:
    """Return what the sound is like; 16 kHz mono is left in `directory` when somebody speaks.

    Args:
        path: the video.
        directory: where `sound.flac`, or a short `sound.wav`, is put.
        seconds: wall time to spend; what is not reached is told in `notes`.

    Raises:
        UnsupportedMediaError: it is not a video that we look at.
    """
    until = time.monotonic() + seconds
    with opened(path) as container:
        stream = audio_stream(container)
        if stream is None:
            return SoundReport(kind=SoundKind.NONE, notes=_unheard(container))
        with Recording(directory) as recording:
            hearing = _Hearing(recording, longest_seconds=_stated_seconds(container, stream) + 1)
            for frame in _decoded(container, stream, hearing.notes):
                hearing.add(frame)
                if time.monotonic() > until:
                    hearing.notes.append(
                        f"Time ran out: the sound was heard for {hearing.seconds:.0f} s only."
                    )
                    break
            return hearing.report(offset_to=_picture_starts(container))


class _Hearing:
    """What is gathered from frame to frame."""

    def __init__(self, recording: Recording, *, longest_seconds: float) -> None:
        self.notes: list[str] = []
        self._recording = recording
        self._longest_seconds = longest_seconds
        self._meter = LoudnessMeter()
        self._levels = Levels(SAMPLE_RATE)
        self._detector = SpeechDetector()
        self._answers: list[NDArray[np.float32]] = []
        self._resampler: AudioResampler | None = None
        self._form: tuple[int, str, str] | None = None
        self._starts_at: float | None = None
        self._waiting: list[NDArray[np.int16]] = []
        self._samples = 0

    @property
    def seconds(self) -> float:
        """How much was heard."""
        return self._samples / SAMPLE_RATE

    def add(self, frame: AudioFrame) -> None:
        """Take the next frame."""
        self._bridge(frame)
        if not self._meter.add(frame):
            self._note("The sound's format changes on the way; its loudness is that of the first part.")
        for resampled in self._resampled(frame):
            self._take(resampled.to_ndarray()[0])

    def report(self, *, offset_to: float) -> SoundReport:
        """Return all that was found out."""
        for resampled in self._resampler.resample(None) if self._resampler else ():
            self._take(resampled.to_ndarray()[0])
        self._look()
        starts_at = self._starts_at or 0.0
        spoken_seconds = self._spoken_seconds()
        kind = self._kind(spoken_seconds)
        return SoundReport(
            kind=kind,
            duration_seconds=round(self.seconds, 3),
            loudness_lufs=self._meter.integrated_lufs(),
            peak_dbfs=self._meter.peak_dbfs(),
            silences=self._levels.silences(starts_at),
            speech_share=round(min(1.0, spoken_seconds / self.seconds), 3) if self.seconds else 0.0,
            offset_seconds=round(starts_at - offset_to, 3),
            file=self._recording.keep() if kind is SoundKind.SPEECH else None,
            notes=self.notes,
        )

    def _kind(self, spoken_seconds: float) -> SoundKind:
        if self._samples == 0:
            return SoundKind.NONE
        if spoken_seconds > 0:
            return SoundKind.SPEECH
        return SoundKind.SILENCE if self._levels.silent() else SoundKind.NO_SPEECH

    def _bridge(self, frame: AudioFrame) -> None:
        """Fill what is missing before this frame with silence, so that time stays time."""
        if frame.time is None:
            return
        if self._starts_at is None:
            self._starts_at = frame.time
        missing_seconds = frame.time - self._starts_at - self.seconds
        if missing_seconds > _GAP_SECONDS and self.seconds + missing_seconds < self._longest_seconds:
            self._note("Parts of the sound are missing.")
            self._take(np.zeros(round(missing_seconds * SAMPLE_RATE), np.int16))

    def _resampled(self, frame: AudioFrame) -> list[AudioFrame]:
        form = (frame.sample_rate, frame.layout.name, frame.format.name)
        if self._resampler is None or form != self._form:
            self._form = form
            self._resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        frame.pts = None  # the resampler would fill gaps in its own way
        return self._resampler.resample(frame)

    def _take(self, samples: NDArray[np.int16]) -> None:
        for start in range(0, len(samples), _BLOCK):
            block = samples[start : start + _BLOCK]
            self._waiting.append(block)
            self._samples += len(block)
            if sum(map(len, self._waiting)) >= _BLOCK:
                self._look()

    def _look(self) -> None:
        if not self._waiting:
            return
        block = np.concatenate(self._waiting)
        self._waiting.clear()
        self._recording.add(block)
        floats = block.astype(np.float32) / np.float32(32768)
        self._levels.add(floats)
        self._answers.append(self._detector.add(floats))

    def _spoken_seconds(self) -> float:
        """Return the length of all stretches of speech that are long enough to be some."""
        answers = np.concatenate(self._answers) if self._answers else np.zeros(0, np.float32)
        lengths = (
            (end - start) * FRAME_SECONDS
            for start, end in runs(answers >= _STILL_SPEAKS)
            if answers[start:end].max() >= _SPEAKS
        )
        return sum(length for length in lengths if length >= _SHORTEST_SPEECH_SECONDS)

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _decoded(container: InputContainer, stream: AudioStream, notes: list[str]) -> Iterator[AudioFrame]:
    """Decode the sound alone; a broken packet costs itself and is told of."""
    errors = in_a_row = 0
    for other in container.streams:
        if other.index != stream.index:
            other.discard = av.stream.Discard.all
    packets = container.demux(stream)
    while in_a_row < _MOST_ERRORS:
        try:
            frames = next(packets).decode()
        except StopIteration:
            break
        except av.FFmpegError:
            errors += 1
            in_a_row += 1
            continue
        in_a_row = 0
        yield from frames
    if errors:
        notes.append(f"The sound is damaged in {errors} place{'s' if errors > 1 else ''}.")


def _stated_seconds(container: InputContainer, stream: AudioStream) -> float:
    stated = [container.duration / av.time_base] if container.duration else [0.0]
    if stream.duration and stream.time_base:
        stated.append(float(stream.duration * stream.time_base))
    return max(stated)


def _picture_starts(container: InputContainer) -> float:
    """Return the picture's first time stamp; edit lists are applied by the demuxer."""
    video = video_stream(container)
    return float(video.start_time * video.time_base) if video.start_time and video.time_base else 0.0


def _unheard(container: InputContainer) -> tuple[str, ...]:
    return ("The sound's format is not supported.",) if container.streams.audio else ()
