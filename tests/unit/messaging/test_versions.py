"""A version orders whatever is told about one job, over attempts, crashes, the end, additions and replays."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import JobEvent, JobStatus, JobType
from shared.messaging.cloud_events import attributes
from shared.messaging.versions import end_version, enrichment_version, progress_version

_PERCENT = st.integers(0, 99)
_FENCE = st.integers(1, 1 << 23)
_EPOCH = st.integers(0, 1_000_000)


def test_a_jobs_life_is_told_in_order() -> None:
    """Begun, taken over after a crash (from zero again), ended, added to twice, replayed, ended again."""
    life = [
        progress_version(0, 1, 0),
        progress_version(0, 1, 60),
        progress_version(0, 2, 0),
        progress_version(0, 2, 99),
        end_version(0, 2),
        enrichment_version(0, 1, JobType.VIDEO_TRANSCRIPT),
        enrichment_version(0, 1, JobType.VIDEO_COMPRESS),
        enrichment_version(0, 7, JobType.VIDEO_TRANSCRIPT),
        progress_version(1, 3, 5),
        end_version(1, 3),
    ]
    assert all(before < after for before, after in pairwise(life))


@given(epoch=_EPOCH, fence=_FENCE, percent=_PERCENT, later=_FENCE, follow_up=_FENCE)
def test_whoever_has_lost_a_job_never_outdoes_its_successor(
    epoch: int, fence: int, percent: int, later: int, follow_up: int
) -> None:
    """Whatever it tells, and whatever the others tell: only the fence and the epoch count."""
    stale, own = progress_version(epoch, fence, percent), end_version(epoch, fence + later)
    added = enrichment_version(epoch, follow_up, JobType.VIDEO_COMPRESS)
    assert stale < end_version(epoch, fence) < own < added < progress_version(epoch + 1, 1, 0)


def test_browsers_count_as_far() -> None:
    """Beyond 2**53 two numbers may look the same to JavaScript."""
    assert enrichment_version(1_000_000, 1 << 40, JobType.VIDEO_COMPRESS) < 2**53


def test_an_event_is_a_cloud_event() -> None:
    """With the required attributes, in lower case, and a sequence whose texts sort like the versions."""
    told = [
        attributes(
            JobEvent(
                event_type="job.completed",
                job_id="job_1",
                status=JobStatus.COMPLETED,
                progress=100,
                message="The job is completed.",
                updated_at="2026-01-01T00:00:00.000Z",
                version=version,
            ),
            "job_1:0:1:0",
        )
        for version in (228, 1_000)
    ]
    assert told[0] == {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": "job_1:0:1:0",
        "cloudEvents:source": "urn:huntaze:workers",
        "cloudEvents:type": "com.huntaze.job.completed",
        "cloudEvents:subject": "job_1",
        "cloudEvents:time": "2026-01-01T00:00:00.000Z",
        "cloudEvents:sequence": "0000000000000228",
    }
    assert told[0]["cloudEvents:sequence"] < told[1]["cloudEvents:sequence"]
