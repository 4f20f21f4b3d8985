"""Which groups of pictures are looked into."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shared.media.budgets import WorkBudget
from shared.media.packets import PacketTable
from shared.media.planning import Motion, Outlook, by_the_clock, early_keys, outlook, same_shot, unlike
from shared.media.report import Interval, SceneStart
from shared.media.scenes import scenes_between
from shared.media.thumbnails import Plane, Thumbnail, likeness


def _table(sizes: Sequence[int], keys: Sequence[int], pts: Sequence[int] | None = None) -> PacketTable:
    return PacketTable(
        pts=np.array(range(len(sizes)) if pts is None else pts, np.int64),
        sizes=np.array(sizes, np.int64),
        keys=np.array([index in keys for index in range(len(sizes))]),
        time_base_seconds=1 / 30,
    )


def _picture(luma: Plane, seconds: float = 0.0) -> Thumbnail:
    return Thumbnail(seconds, luma.astype(np.uint8), np.full((2, 40, 24), 128, np.uint8))


@pytest.fixture
def noise() -> Plane:
    """Return a picture with much structure."""
    fields = np.random.default_rng(1).integers(20, 220, (14, 8))
    return np.kron(fields, np.ones((6, 6))).astype(np.uint8)[:80]


def test_the_last_picture_is_shown_as_long_as_the_others() -> None:
    table = _table([900, 100, 10, 100, 10, 100, 10, 400, 70], keys=[0], pts=[0, 2, 1, 4, 3, 6, 5, 8, 7])
    assert table.end_seconds == pytest.approx(9 / 30)


def test_groups_of_an_all_key_stream_are_not_too_short() -> None:
    groups = _table([100] * 60, keys=range(60)).groups
    assert all(9 <= group.end - group.first <= 10 for group in groups[:-1])


def test_packets_before_the_first_key_picture_belong_to_no_group() -> None:
    [group] = _table([1] * 20, keys=[5]).groups
    assert (group.first, group.end) == (5, 20)
    assert _table([1] * 20, keys=[]).groups == ()


@pytest.mark.parametrize(
    ("lengths", "regular", "early"),
    [
        ([30, 30, 30, 30, 17], True, [False] * 5),
        ([250, 70, 25, 90, 40], False, [False, True, True, True, False]),
        ([30], True, [False]),
    ],
)
def test_early_key_pictures_are_told_where_keys_do_not_come_by_the_clock(
    lengths: Sequence[int],
    early: Sequence[bool],
    *,
    regular: bool,
) -> None:
    starts = np.cumsum([0, *lengths[:-1]]).tolist()
    groups = _table([1] * sum(lengths), keys=starts).groups
    assert by_the_clock(groups) is regular
    assert early_keys(groups) == early


def test_a_group_is_quiet_if_neither_its_ends_nor_its_packets_tell_otherwise() -> None:
    assert Outlook(distance=0.1, one_shot=True).quiet
    assert not Outlook(distance=0.1, one_shot=True, loud=[5]).quiet
    assert not Outlook(distance=30.0).quiet
    assert not Outlook(distance=None).quiet


def test_structure_tells_shots_apart_through_motion_light_and_blur(noise: Plane) -> None:
    picture = _picture(noise)
    moved = _picture(np.roll(noise, (2, -1), (0, 1)))
    darker = _picture(noise // 2)
    other = _picture(np.rot90(noise, 2))
    assert likeness(picture, moved) > 0.9
    assert likeness(picture, darker) > 0.9
    assert likeness(picture, other) < 0.18
    assert same_shot(picture, darker, blurred=True)
    assert not same_shot(picture, darker, blurred=False)
    assert not same_shot(picture, other, blurred=True)
    assert unlike(picture, other)


def test_a_shot_ends_with_its_group_where_the_key_is_early_and_the_picture_another(noise: Plane) -> None:
    table = _table([100] * 60, keys=[0, 30])
    ends = _picture(noise), _picture(np.rot90(noise, 2))
    assert outlook(table, table.groups[0], ends, early_key=True).ends_with_shot
    assert not outlook(table, table.groups[0], ends, early_key=False).ends_with_shot
    assert not outlook(table, table.groups[0], (ends[0], ends[0]), early_key=True).ends_with_shot


def test_what_was_coded_anew_is_what_is_not_grey(noise: Plane) -> None:
    alone = np.full((80, 48), 128, np.uint8)
    assert _picture(alone).blank
    alone[:40] = 30
    assert _picture(alone).drawn_share == pytest.approx(0.5)
    filled = _picture(alone).upon(_picture(noise))
    assert (filled.luma[:40] == 30).all()
    assert (filled.luma[40:] == noise[40:]).all()


def test_motion_explains_as_much_again_but_not_for_ever() -> None:
    motion = Motion()
    assert not motion.explains(Outlook(distance=3.0))
    motion.learn(Outlook(distance=3.0), moved_only=True)
    assert not motion.explains(Outlook(distance=6.0))
    assert [motion.explains(Outlook(distance=3.2)) for _ in range(3)] == [True, True, False]
    motion.learn(Outlook(distance=3.0), moved_only=False)
    assert not motion.explains(Outlook(distance=3.0))


def test_scenes_fill_the_time_between_cuts_and_transitions() -> None:
    scenes = scenes_between([2.0, 7.0], [Interval(start_seconds=4.0, end_seconds=5.0)], start=0.0, end=9.0)
    assert [(s.start_seconds, s.end_seconds, s.start) for s in scenes] == [
        (0.0, 2.0, SceneStart.START),
        (2.0, 4.5, SceneStart.CUT),
        (4.5, 7.0, SceneStart.GRADUAL),
        (7.0, 9.0, SceneStart.CUT),
    ]


def test_a_budget_says_what_ran_out() -> None:
    now = [0.0]
    budget = WorkBudget(seconds=1.0, pixels=100, errors=1, clock=lambda: now[0])
    assert str(budget.spent) == "None"
    budget.decoded(100)
    assert "pictures" in str(budget.spent)
    now[0] = 1.0
    assert "time" in str(budget.spent)
    broken = WorkBudget(seconds=1.0, errors=1)
    broken.failed()
    assert "damaged" in str(broken.spent)
