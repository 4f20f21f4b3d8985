"""Which packets stand out, and with which a shot may begin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shared.media.packets import PacketTable
from shared.media.spikes import possible, standing_out

CALM = [100] * 10


def _table(sizes: Sequence[int], pts: Sequence[int] | None = None) -> PacketTable:
    return PacketTable(
        pts=np.array(range(len(sizes)) if pts is None else pts, np.int64),
        sizes=np.array(sizes, np.int64),
        keys=np.array([index == 0 for index in range(len(sizes))]),
        time_base_seconds=1 / 30,
    )


@pytest.mark.parametrize(
    ("what", "sizes", "packets"),
    [
        ("nothing", [900, *CALM, *CALM], []),
        ("one", [900, *CALM, 140, *CALM], [11]),
        ("one that hardly does", [900, *CALM, 120, *CALM], []),
        ("two", [900, *CALM, 400, *CALM, 170, *CALM], [11, 22]),
        ("many in a row", [900, *CALM, 390, 400, 390, 380, *CALM], []),
        ("a small start", [900, 20, 20, *CALM, *CALM], []),
    ],
)
def test_a_packet_stands_out_from_those_around_it(
    what: str, sizes: Sequence[int], packets: Sequence[int]
) -> None:
    table = _table(sizes)
    assert standing_out(table, table.groups[0]) == packets, what


def test_a_shot_that_is_coded_in_less_may_begin_where_sizes_fall() -> None:
    table = _table([900, *CALM, 60, *([20] * 10)])
    assert standing_out(table, table.groups[0]) == []
    assert 11 in possible(table, table.groups[0])
    assert len(possible(table, table.groups[0])) < 6


def test_neither_key_pictures_nor_b_pictures_count() -> None:
    sizes = [900, 100, 10, 100, 10, 100, 10, 100, 10, 400, 70, 100, 10]
    table = _table(sizes, pts=[0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11])
    assert standing_out(table, table.groups[0]) == [9]
    assert not {0, 2, 4, 6, 8, 10, 12} & set(possible(table, table.groups[0]))
    assert table.upon(9) == 7
