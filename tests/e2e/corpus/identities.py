"""Ids, counters and times that somebody would rather not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.e2e.hostile import Fate, Hostile, case, escaped, job, job_id_of, marker_of

_JOB_IDS: Mapping[str, str] = {
    "empty": "",
    "a quote": "job'1",
    "a double quote": 'job"1',
    "a path": "../../etc/passwd",
    "a line break": "job\n1",
    "a line break at its end": "job_1\n",
    "a NUL": "job\0",
    "a lone surrogate": "job\ud83d",
    "an emoji": "job_🫶",
    "a space": "job 1",
    "a percent sign": "job%00",
    "97 characters": "j" * 97,
    "100,000 characters": "j" * 100_000,
    "a fullwidth letter": "\uff4a\uff4f\uff42",
    "a dot": "job.1",
    "SQL": "'; DROP TABLE huntaze_workers.jobs; --",
    "a format": "%s{0}",
}
_CREATOR_IDS: Mapping[str, Any] = {
    "empty": "",
    "a space": "12 3",
    "a NUL": "12\0",
    "a line break at its end": "123\n",
    "129 characters": "1" * 129,
    "an emoji": "🫶",
    "an object": {"id": 123},
    "a list": [123],
    "a float": 123.0,
    "a Boolean": False,
    "200 digits": 10**200,
}
_GOOD_CREATOR_IDS: Mapping[str, Any] = {
    "a quote": "';DROP/**/TABLE/**/creators;--",
    "a path": "../../123",
    "a percent sign": "%s%00",
    "negative": -1,
    "beyond 64 bits": 2**80,
    "128 characters": "c" * 128,
}
_TIMES: Mapping[str, tuple[Any, Fate]] = {
    "year 0": ("0000-01-01T00:00:00Z", Fate.REFUSED),
    "year 1": ("0001-01-01T00:00:00Z", Fate.EXPIRED),
    "year 1, east of Greenwich": ("0001-01-01T00:00:00+14:00", Fate.EXPIRED),
    "year -1": ("-0001-01-01T00:00:00Z", Fate.REFUSED),
    "year 9999": ("9999-12-31T23:59:59.999Z", Fate.COMPLETED),
    "year 9999, west of Greenwich": ("9999-12-31T23:59:59-14:00", Fate.COMPLETED),
    "year 99999": ("99999-01-01T00:00:00Z", Fate.REFUSED),
    "year +99999": ("+99999-01-01T00:00:00Z", Fate.REFUSED),
    "leap second": ("2016-12-31T23:59:60Z", Fate.REFUSED),
    "29 February of an odd year": ("2027-02-29T00:00:00Z", Fate.REFUSED),
    "a NUL": ("2027-01-01T00:00:00Z\0", Fate.REFUSED),
    "words": ("yesterday", Fate.REFUSED),
    "JavaScript's own": ("Wed Nov 25 2026 10:00:00 GMT+0100", Fate.REFUSED),
    "ten thousand digits of a second": (f"2027-01-01T00:00:00.{'1' * 10_000}Z", Fate.COMPLETED),
    "no zone": ("2099-01-01T00:00:00", Fate.COMPLETED),
    "milliseconds since 1970": (4_102_444_800_000, Fate.COMPLETED),
    "beyond all calendars": (10**18, Fate.REFUSED),
    "before all calendars": (-(10**18), Fate.REFUSED),
    "empty": ("", Fate.REFUSED),
}
_COUNTERS = (-1, 201, 2**31, 2**63, 2**64, -(2**63), 10**30, 1.0, "1", "\0")
_PATIENCE = (0, -1, -(2**63), 540_001, 2**31, 2**63, 10**30, 1.0, "90000", "\0")


def identities() -> Iterator[Hostile]:
    """Yield the family."""
    for label, job_id in _JOB_IDS.items():
        name = f"jobId with {label}"
        yield case(
            name,
            escaped(job(name, jobId=job_id and f"{job_id}{'' if len(job_id) > 90 else marker_of(name)}")),
        )
        sendable = job_id.encode("utf-8", "replace").decode()
        unknown = f"nothing but a jobId with {label}"
        yield case(unknown, escaped(job(unknown, jobId=job_id)), properties={"jobId": sendable}, job_id=None)
    for label, creator_id in _CREATOR_IDS.items():
        name = f"creatorId with {label}"
        yield case(name, job(name, creatorId=creator_id))
    for label, creator_id in _GOOD_CREATOR_IDS.items():
        name = f"creatorId with {label}"
        yield case(name, job(name, creatorId=creator_id), Fate.COMPLETED)
    yield from _times_and_counters()
    yield from _other_types()


def _times_and_counters() -> Iterator[Hostile]:
    for label, (created_at, fate) in _TIMES.items():
        name = f"createdAt: {label}"
        yield case(name, job(name, createdAt=created_at), fate)
    for attempt in _COUNTERS:
        name = f"attempt: {attempt!r}"
        yield case(name, job(name, attempt=attempt))
    yield case("attempt: 200", job("attempt: 200", attempt=200), Fate.COMPLETED)
    for deadline_ms in _PATIENCE:
        name = f"deadlineMs: {deadline_ms!r}"
        yield case(name, job(name, deadlineMs=deadline_ms))


def _other_types() -> Iterator[Hostile]:
    for job_type in ("video.analysis", "CHAT.SUGGEST", "chat.suggest ", "chat.suggest\0", "", "x" * 65, "'"):
        name = f"jobType: {job_type!r}"
        yield case(name, escaped(job(name, jobType=job_type)))
    name = "only an id among the properties"
    yield case(name, marker_of(name), properties={"jobId": job_id_of(name)})
