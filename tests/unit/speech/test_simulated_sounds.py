"""What the speech simulator reads of a sound file, and the words it makes up."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.speech_simulator.faults import Fault, FaultKind, Faults, Operation
from infra.local.speech_simulator.sounds import Sound, read_sound
from infra.local.speech_simulator.words import batch_result, fast_result
from shared.speech.answers import batch_text, fast_text
from tests.speech_world import write_sound


def _flac(path: Path, seconds: float, layout: str) -> bytes:
    """Return a FLAC file as our own workers write it."""
    channels = 2 if layout == "stereo" else 1
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=16_000, layout=layout)
        samples = np.zeros((1, channels * int(16_000 * seconds)), dtype=np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
        frame.sample_rate = 16_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return path.read_bytes()


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2)])
def test_flac_by_its_header(tmp_path: Path, layout: str, channels: int) -> None:
    found = read_sound(_flac(tmp_path / "sound.flac", 2.5, layout))
    assert found == Sound(seconds=2.5, channels=channels)


@pytest.mark.parametrize("channels", [1, 2])
def test_wav_by_its_header(tmp_path: Path, channels: int) -> None:
    data = write_sound(tmp_path / "sound.wav", 2.5, channels=channels).read_bytes()
    assert read_sound(data) == Sound(seconds=2.5, channels=channels)
    assert read_sound(data[:-40_000]) is not None  # cut off: as long as what is there


@pytest.mark.parametrize("data", [b"", b"fLaC", b"RIFF", b"RIFF....WAVE", b"fLaC" + bytes(50), b"ID3" * 9])
def test_what_is_no_sound(data: bytes) -> None:
    assert read_sound(data) is None


@given(st.binary(max_size=100), st.sampled_from([b"", b"fLaC", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0"]))
def test_no_file_is_too_odd_to_be_refused(data: bytes, head: bytes) -> None:
    read_sound(head + data)


@given(st.binary(max_size=20), st.floats(0.1, 100))
def test_words_fill_the_sound_and_say_what_they_are(data: bytes, seconds: float) -> None:
    """The same bytes have the same words, in a batch and at once."""
    sound = Sound(seconds=seconds, channels=1)
    result = batch_result(data, sound, "https://x/y", "en-US")
    assert result == batch_result(data, sound, "https://x/y", "en-US")
    batch, fast = batch_text(result), fast_text(fast_result(data, sound, "en-US"))
    assert batch is not None
    assert fast is not None
    assert batch.text == fast.text
    assert batch.text.startswith("(simulated)")
    assert batch.phrases[-1].end_seconds <= seconds + 1e-6
    assert [phrase.start_seconds for phrase in batch.phrases] == pytest.approx(
        [phrase.start_seconds for phrase in fast.phrases], abs=0.001
    )


def test_faults_are_committed_in_order_where_they_belong() -> None:
    faults = Faults()
    faults.add(Fault(kind=FaultKind.FAILED))
    faults.add(Fault(kind=FaultKind.RATE_LIMIT, operation=Operation.GET, count=2))
    faults.add(Fault(kind=FaultKind.SERVER_ERROR))
    assert faults.spoiling(Operation.SUBMIT) is not None  # the last one spoils anything
    assert [faults.spoiling(Operation.LIST), faults.spoiling(Operation.FAST)] == [None, None]
    kinds = [fault and fault.kind for fault in (faults.spoiling(Operation.GET) for _ in range(3))]
    assert kinds == [FaultKind.RATE_LIMIT, FaultKind.RATE_LIMIT, None]
    ending = faults.ending()
    assert ending is not None
    assert ending.kind is FaultKind.FAILED
    assert faults.ending() is None
