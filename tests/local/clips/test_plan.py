"""Shot lists: every seed another one, with all that is hard in them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from infra.local.clips.plan import Joint, Shot, Subject, plan_shots
from infra.local.clips.styles import PHONE, VARIABLE_FRAME_RATE
from infra.local.clips.timing import TICKS_PER_SECOND, frame_ticks, truth_of
from infra.local.clips.truth import Truth

_SEEDS = range(1, 61)
_RATE = 30.0
_SECONDS = 60


def _shots(seed: int) -> list[Shot]:
    return plan_shots(seed, round(_SECONDS * _RATE), _RATE)


def _truth(seed: int) -> Truth:
    times = [tick / TICKS_PER_SECOND for tick in frame_ticks(PHONE, seed=seed, seconds=_SECONDS)]
    return truth_of(_shots(seed), times, (), ())


def test_shots_follow_one_another_and_none_is_shorter_than_half_a_second() -> None:
    for seed in _SEEDS:
        shots = _shots(seed)
        assert shots[0].first == 0
        assert shots[-1].end == _SECONDS * _RATE
        assert all(before.end == after.first for before, after in pairwise(shots))
        assert min(shot.end - shot.first for shot in shots) >= _RATE / 2


def test_what_happens_within_a_shot_keeps_away_from_its_ends() -> None:
    """A flash on a cut would be a question of taste, not of truth."""
    for seed in _SEEDS:
        for shot in _shots(seed):
            for event in (shot.flash, shot.whip, shot.passing):
                if event:
                    assert event.start >= shot.first + shot.joint_frames + 10
                    assert event.stop <= shot.end - 10


def test_gradual_transitions_do_not_overlap() -> None:
    for seed in _SEEDS:
        spans = _truth(seed).gradual
        assert all(start < end for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_jump_cuts_stay_in_the_set() -> None:
    for seed in _SEEDS:
        shots = _shots(seed)
        for before, after in pairwise(shots):
            same_set = (before.scene, before.palette) == (after.scene, after.palette)
            assert same_set == (after.joint is Joint.JUMP)


def test_seeds_differ() -> None:
    assert len({_truth(seed).cuts for seed in _SEEDS}) == len(_SEEDS)


@pytest.mark.parametrize("seeds", [range(1, 21), range(101, 141)], ids=["tuning", "judging"])
def test_the_difficult_is_there(seeds: range) -> None:
    truths = [_truth(seed) for seed in seeds]
    assert sum(len(truth.cuts) for truth in truths) > 15 * len(seeds)
    for name in ("jump_cuts", "gradual", "flashes", "whip_pans", "passings", "black", "faces"):
        assert any(getattr(truth, name) for truth in truths), name
    subjects = {shot.subject for seed in seeds for shot in _shots(seed)}
    assert subjects == set(Subject)


def test_phones_time_stamps_are_irregular_where_the_frame_rate_varies() -> None:
    ticks = frame_ticks(VARIABLE_FRAME_RATE, seed=3, seconds=20)
    steps = [after - before for before, after in pairwise(ticks)]
    assert min(steps) > 0
    assert max(steps) > 1.9 * min(steps)
    assert len(set(steps)) > len(steps) / 4


def test_truth_survives_json() -> None:
    truth = _truth(7)
    assert Truth.from_json(truth.to_json()) == truth
