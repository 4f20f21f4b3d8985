"""Which packets are believed to be cuts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shared.media.packets import PacketTable
from shared.media.spikes import SpikeTrust, lone_spike, shown_exactly, stirring

CALM = [100] * 10


def _table(sizes: Sequence[int], pts: Sequence[int] | None = None) -> PacketTable:
    return PacketTable(
        pts=np.array(range(len(sizes)) if pts is None else pts, np.int64),
        sizes=np.array(sizes, np.int64),
        keys=np.array([index == 0 for index in range(len(sizes))]),
        time_base_seconds=1 / 30,
    )


@pytest.mark.parametrize(
    ("what", "sizes", "packet"),
    [
        ("nothing", [900, *CALM, *CALM], None),
        ("one that stands alone", [900, *CALM, 400, *CALM], 11),
        ("one that hardly does", [900, *CALM, 180, *CALM], None),
        ("two of them", [900, *CALM, 400, *CALM, 400, *CALM], None),
        ("a large and a small one", [900, *CALM, 400, *CALM, 170, *CALM], None),
        ("many in a row", [900, *CALM, 300, 400, 380, 300, *CALM], None),
        ("a small start", [900, 20, 20, *CALM, *CALM], None),
    ],
)
def test_only_a_packet_that_stands_alone_has_to_be_the_cut(
    what: str, sizes: Sequence[int], packet: int | None
) -> None:
    table = _table(sizes)
    spike = lone_spike(table, table.groups[0])
    assert (spike.packet if spike else None) == packet, what


def test_a_cut_is_shown_with_its_packet_unless_others_are_shown_before() -> None:
    table = _table([900, *CALM, 400, *CALM])
    spike = lone_spike(table, table.groups[0])
    assert spike is not None
    assert shown_exactly(table, spike)
    pts = [*range(11), 12, 11, *range(13, 22)]
    reordered = _table([900, *CALM, 400, *CALM], pts)
    spike = lone_spike(reordered, reordered.groups[0])
    assert spike is not None
    assert not shown_exactly(reordered, spike)


def test_what_grew_at_all_stirs() -> None:
    table = _table([900, *CALM, 140, *CALM, 500, *CALM])
    assert stirring(table, table.groups[0]) == [11, 22]


def test_the_first_spike_and_samples_are_audited_and_a_failure_ends_trust() -> None:
    trust = SpikeTrust(codec="h264")
    believed = [trust.believes() for _ in range(8)]
    assert believed == [False, True, True, True, True, True, False, True]
    trust.audited(held=True)
    assert trust.believes()
    trust.audited(held=False)
    assert not any(trust.believes() for _ in range(8))


def test_no_spike_of_hevc_is_believed() -> None:
    trust = SpikeTrust(codec="hevc")
    assert not any(trust.believes() for _ in range(20))
