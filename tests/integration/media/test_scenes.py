"""Finding scenes in files: generated clips of which every cut is known, and what may be wrong with a file."""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from infra.local.clips import STYLES, Sound, Truth, make_clip
from infra.local.clips.hostile import Surroundings, lying
from infra.local.clips.hostile.boxes import with_content
from shared.media.budgets import WorkBudget
from shared.media.decoding import PartDecoder, Watch
from shared.media.opening import opened, probe_of, video_stream
from shared.media.packets import read_table
from shared.media.report import SceneStart
from shared.media.scenes import Findings, SceneScorer, find_scenes
from shared.media.searching import StagedSearch

WIDTH, HEIGHT = 270, 480
SECONDS = 12.0


def _made(path: Path, style: str, seed: int) -> Truth:
    return make_clip(
        path,
        STYLES[style],
        seed=seed,
        seconds=SECONDS,
        width=WIDTH,
        height=HEIGHT,
        sound=Sound.NONE,
    )


def _found(path: Path, *, seconds: float = 60.0, watch: Watch | None = None) -> Findings:
    with opened(path) as container:
        probe = probe_of(container, size_bytes=path.stat().st_size)
        return find_scenes(container, probe, seconds=seconds, watch=watch)


def _cuts(findings: Findings) -> list[float]:
    return [scene.start_seconds for scene in findings.scenes if scene.start is SceneStart.CUT]


def _agree(cuts: Sequence[float], truth: Truth) -> bool:
    """Tell whether the cuts are those that are known, each to two frames."""
    tolerance = 2.5 * truth.duration_seconds / truth.frames
    return len(cuts) == len(truth.cuts) and all(
        abs(cut - known) <= tolerance for cut, known in zip(cuts, truth.cuts, strict=True)
    )


@pytest.mark.parametrize("style", ["phone", "cbr", "edited", "vfr", "hevc", "hevc_hlg", "rotated"])
def test_every_cut_is_found_and_nothing_else(tmp_path: Path, style: str) -> None:
    """Seed 15 has jump cuts and a dissolve."""
    path = tmp_path / "clip.mp4"
    truth = _made(path, style, 15)
    findings = _found(path)
    assert _agree(_cuts(findings), truth), (_cuts(findings), truth.cuts)
    assert findings.damage is None
    assert findings.notes == ()
    assert findings.scenes[0].start_seconds == pytest.approx(0.0, abs=0.05)
    assert findings.scenes[-1].end_seconds == pytest.approx(SECONDS, abs=0.1)


def test_whip_pans_are_no_cuts(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    truth = _made(path, "phone", 6)
    assert truth.whip_pans
    assert _agree(_cuts(_found(path)), truth)


def test_gradual_transitions_are_told_apart_from_cuts(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    truth = _made(path, "phone", 18)
    assert truth.gradual
    findings = _found(path)
    assert _agree(_cuts(findings), truth)
    for start, end in truth.gradual:
        assert any(span.start_seconds < end and span.end_seconds > start for span in findings.gradual)
    assert sum(scene.start is SceneStart.GRADUAL for scene in findings.scenes) == len(findings.gradual)


def test_scoring_every_frame_finds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    truth = _made(path, "phone", 15)
    scorer = SceneScorer()
    with opened(path) as container:
        probe = probe_of(container, size_bytes=path.stat().st_size)
        for frame in container.decode(video_stream(container)):
            scorer.add(frame)
    findings = scorer.findings(probe)
    assert _agree(_cuts(findings), truth)
    assert findings.damage is None


def test_few_frames_are_decoded_and_every_key_picture_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    truth = _made(path, "phone", 15)
    seen: list[tuple[int, int]] = []
    findings = _found(path, watch=lambda frame: seen.append((frame.width, frame.height)))
    assert findings.decoded_frames < 0.8 * truth.frames
    assert seen == [(WIDTH, HEIGHT)] * 12


def test_no_time_still_gives_an_answer_and_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    _made(path, "phone", 15)
    findings = _found(path, seconds=0.0)
    assert findings.scenes
    assert "time given ran out" in findings.notes[0]


def test_time_that_runs_out_half_way_leaves_the_key_pictures(tmp_path: Path) -> None:
    """The clock jumps once all key pictures are decoded: striking differences become cuts at the next key."""
    path = tmp_path / "clip.mp4"
    truth = _made(path, "phone", 15)
    now = [0.0]
    with opened(path) as container:
        stream = video_stream(container)
        table = read_table(container, stream)
        budget = WorkBudget(seconds=1.0, clock=lambda: now[0])
        search = StagedSearch(PartDecoder(container, stream, table, budget), table, budget)
        keys = [0]

        def watch(_frame: object) -> None:
            keys[0] += 1
            now[0] = 2.0 * (keys[0] == len(table.groups))

        search.run(watch)
    [note] = search.notes
    assert note.startswith("After 0.0 s, only key pictures were compared")
    assert search.observer.cuts
    changes = [*truth.cuts, *(start for start, _end in truth.gradual)]
    assert all(any(0 <= cut - known < 1.6 for known in changes) for cut in search.observer.cuts)


@pytest.mark.parametrize("share", [0.5, 0.98])
def test_a_file_that_ends_early_is_told_to(tmp_path: Path, share: float) -> None:
    path = tmp_path / "clip.mp4"
    make_clip(
        path,
        replace(STYLES["phone"], fast_start=True),
        seed=15,
        seconds=SECONDS,
        width=WIDTH,
        height=HEIGHT,
        sound=Sound.NONE,
    )
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    findings = _found(path)
    assert findings.damage is not None
    ends_at_seconds = findings.damage.ends_at_seconds or SECONDS
    assert ends_at_seconds == pytest.approx(SECONDS * share, abs=1.5)
    assert ends_at_seconds < SECONDS


def test_damaged_pictures_are_counted_and_make_few_cuts(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    truth = _made(path, "phone", 15)
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data) // 2, 997):
        data[at] ^= 0xFF
    path.write_bytes(data)
    findings = _found(path)
    assert findings.damage is not None
    assert 0 < findings.damage.corrupt_frames <= 1
    assert len(_cuts(findings)) <= len(truth.cuts) + 3


def test_fragments_and_late_starts_are_read_by_their_time_stamps(tmp_path: Path) -> None:
    """A fragmented file whose pictures start at two seconds, with the same cuts, later."""
    source, path = tmp_path / "clip.mp4", tmp_path / "fragments.mp4"
    truth = _made(source, "edited", 15)
    flags = {"movflags": "frag_keyframe+empty_moov"}
    with av.open(str(source)) as given, av.open(str(path), "w", format="mp4", options=flags) as taken:
        stream = given.streams.video[0]
        copy = taken.add_stream_from_template(stream)
        for packet in given.demux(stream):
            if packet.dts is not None and packet.pts is not None:
                late = int(Fraction(2) / packet.time_base)
                packet.pts, packet.dts = packet.pts + late, packet.dts + late
                packet.stream = copy
                taken.mux(packet)
    findings = _found(path)
    first = findings.scenes[0].start_seconds
    cuts = [cut - first for cut in _cuts(findings)]
    assert _agree(cuts, truth)


def test_what_an_edit_list_hides_is_no_part_of_it(tmp_path: Path) -> None:
    """The first two seconds are in the file, but never shown: everything happens two seconds earlier."""
    path = tmp_path / "clip.mp4"
    truth = _made(path, "phone", 15)
    with av.open(str(path)) as container:
        time_base = container.streams.video[0].time_base
    assert time_base
    ticks = int(2 / time_base)
    edit = struct.pack(">IIIIiI", 0, 1, int((SECONDS - 2) * 1000), ticks, 1 << 16, 0)[:20]
    path.write_bytes(with_content(path.read_bytes(), "moov.trak.edts.elst", edit))
    findings = _found(path)
    assert _cuts(findings) == pytest.approx([cut - 2 for cut in truth.cuts if cut > 2], abs=0.09)
    assert findings.scenes[-1].end_seconds == pytest.approx(SECONDS - 2, abs=0.1)


def test_a_list_of_a_hundred_thousand_edits_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    [case] = [case for case in lying.cases() if case.name == "edit-many"]
    around = Surroundings(canary_url="http://127.0.0.1:9/", neighbour=tmp_path / "neighbour.mp4")
    path.write_bytes(case.make(around))
    before = time.process_time()
    findings = _found(path)
    assert findings.notes
    assert time.process_time() - before < 8
