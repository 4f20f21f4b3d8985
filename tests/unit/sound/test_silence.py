"""A pause is what is quiet beside the rest of its recording."""

import numpy as np
import pytest

from shared.media.silence import Levels

RATE = 16_000


def noise(dbfs: float, seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    random = np.random.default_rng(1)
    return (random.standard_normal(int(RATE * seconds)) * 10 ** (dbfs / 20)).astype(np.float32)


@pytest.mark.parametrize(
    ("loud", "quiet", "found"),
    [
        (-20, -90, True),  # a studio
        (-20, -48, True),  # a room with a fan
        (-45, -75, True),  # a recording that is quiet as a whole
        (-20, -26, False),  # music under speech
    ],
)
def test_a_pause_is_judged_by_its_recording(loud: float, quiet: float, *, found: bool) -> None:
    levels = Levels(RATE)
    for part in (noise(loud, 2), noise(quiet, 1), noise(loud, 2)):
        levels.add(part)
    silences = levels.silences(starts_at_seconds=10)
    assert [(s.start_seconds, s.end_seconds) for s in silences] == ([(12.0, 13.0)] if found else [])
    assert not levels.silent()


def test_short_pauses_belong_to_speech() -> None:
    levels = Levels(RATE)
    for part in (noise(-20, 1), noise(-90, 0.4), noise(-20, 1)):
        levels.add(part)
    assert levels.silences() == []


def test_no_sound_at_all_is_silence() -> None:
    assert Levels(RATE).silent()
    assert Levels(RATE).silences() == ()
