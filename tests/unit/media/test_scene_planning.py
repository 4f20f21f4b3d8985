"""Which groups of pictures are looked into."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shared.media.budgets import WorkBudget
from shared.media.packets import PacketTable
from shared.media.planning import Motion, Outlook, by_the_clock, early_keys, growth
from shared.media.report import Interval, SceneStart
from shared.media.scenes import scenes_between


def _table(sizes: Sequence[int], keys: Sequence[int], pts: Sequence[int] | None = None) -> PacketTable:
    return PacketTable(
        pts=np.array(range(len(sizes)) if pts is None else pts, np.int64),
        sizes=np.array(sizes, np.int64),
        keys=np.array([index in keys for index in range(len(sizes))]),
        time_base_seconds=1 / 30,
    )


def _outlook(
    distance: float | None = 0.1,
    *,
    histogram: float = 0.01,
    loudest: float = 0.5,
    early_key: bool = False,
) -> Outlook:
    return Outlook(
        distance=distance,
        histogram_distance=histogram,
        loudest=loudest,
        early_key=early_key,
    )


def test_a_packet_grows_against_those_of_its_kind_before_it() -> None:
    table = _table([900, 100, 100, 100, 100, 500, 100, 100], keys=[0])
    assert growth(table, table.groups[0]).tolist() == [1, 1, 1, 1, 1, 5, 1, 1]


def test_b_pictures_do_not_count() -> None:
    table = _table([900, 100, 10, 100, 10, 100, 10, 400, 70], keys=[0], pts=[0, 2, 1, 4, 3, 6, 5, 8, 7])
    assert np.flatnonzero(growth(table, table.groups[0]) > 1).tolist() == [7]
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
        ([250, 70, 25, 90, 40], False, [False, True, False, True, False]),
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


@pytest.mark.parametrize(
    ("known", "quiet"),
    [
        (_outlook(), True),
        (_outlook(5.0, histogram=0.03), True),
        (_outlook(5.0, histogram=0.1), False),
        (_outlook(20.0, histogram=0.03), False),
        (_outlook(loudest=1.2), False),
        (_outlook(None), False),
    ],
)
def test_a_group_is_quiet_if_neither_its_ends_nor_its_packets_tell_otherwise(
    known: Outlook, *, quiet: bool
) -> None:
    assert known.quiet is quiet


def test_a_shot_ends_with_its_group_where_the_key_is_early_and_the_picture_another() -> None:
    assert _outlook(30.0, histogram=0.5, early_key=True).ends_with_shot
    assert not _outlook(30.0, histogram=0.5).ends_with_shot
    assert not _outlook(5.0, histogram=0.1, early_key=True).ends_with_shot


def test_motion_explains_as_much_again_but_not_for_ever() -> None:
    motion = Motion()
    assert not motion.explains(_outlook(3.0))
    motion.learn(_outlook(3.0), moved_only=True)
    assert not motion.explains(_outlook(6.0))
    assert [motion.explains(_outlook(3.2)) for _ in range(3)] == [True, True, False]
    motion.learn(_outlook(3.0), moved_only=False)
    assert not motion.explains(_outlook(3.0))


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
