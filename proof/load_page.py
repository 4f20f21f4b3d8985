"""What the load part says: latencies, backlog, memory, money, and where one instance ends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from proof.load_watch import Sample
from proof.parts import Chart, Part, Promise

#: An instance of the plan, EP1.
MEMORY_MIB = 3.5 * 1024
#: Memory wanders; over thousands of jobs it must not climb. MiB for each 1,000 jobs.
MOST_GROWTH_MIB = 16.0
#: The evening hour is that many times the mean hour: 16 of 160 parts, see benchmarks.money.traffic.
PEAK_OF_MEAN = 16 * 24 / 160
_DAY_SECONDS = 86_400.0
_BUSY_LOAD = 3.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one day of one size showed."""

    users: int
    seconds: float
    published: int
    ended: int
    #: Sorted, by type.
    waits: Mapping[str, Sequence[float]]
    calls: int
    usd_micros: int
    samples: Sequence[Sample]


@dataclass(frozen=True, kw_only=True)
class Burst:
    """Many messages at once, on one process and on two."""

    messages: int
    one_per_second: float
    two_per_second: float
    #: On one process.
    videos_per_second: float
    #: The host while it did `soaked` messages.
    soak: Sequence[Sample]
    soaked: int


def load_part(days: Sequence[Measured], burst: Burst, *, compression: float, load_before: float) -> Part:
    """Return the part of the page."""
    growth = memory_growth_mib(burst)
    most = max((each.host_mib + each.children_mib for day in days for each in day.samples), default=0.0)
    messages_end, videos_end = users_of(burst.one_per_second, 100.0), users_of(burst.videos_per_second, 2.0)
    ends_at = 1 / (1 / messages_end + 1 / videos_end)
    over = all(day.ended == day.published for day in days)
    good = over and most < MEMORY_MIB and growth < MOST_GROWTH_MIB
    part = Part(
        name="load",
        title="Load on one process on one core",
        good=good,
        figures=[
            ("jobs come in", f"{compression:g} times as fast as in reality, with the evening's peak"),
            ("messages a second, one process on one core", f"{burst.one_per_second:.1f}"),
            ("messages a second, two processes on two cores", f"{burst.two_per_second:.1f}"),
            ("videos of six seconds a second, one process on one core", f"{burst.videos_per_second:.2f}"),
            (
                "one process keeps up with the evening peak of",
                (
                    f"{ends_at:,.0f} users (with messages alone {messages_end:,.0f}, with videos alone"
                    f" {videos_end:,.0f})"
                ),
            ),
            ("most memory, host and its children", f"{most:.0f} MiB of {MEMORY_MIB:.0f}"),
            (
                "memory growth, after warming up",
                f"{growth:+.1f} MiB per 1,000 messages, over {burst.soaked:,}",
            ),
        ],
        tables=[_days_table(days)],
        charts=_charts(days, burst),
        notes=[
            (
                f"N users at {compression:g} times their rate are {compression:g} N users: what one process"
                " does not keep up with is a backlog, as in the evening of the largest day."
            ),
            "The model is simulated at 150 ms a call; a real one takes seconds, in slots, not on the core.",
            "The services share the other core with the second process: two processes are a lower bound.",
        ],
        data={
            "days": [_as_json(day) for day in days],
            "burst": {name: value for name, value in asdict(burst).items() if name != "soak"},
            "growthMib": growth,
        },
    )
    if load_before > _BUSY_LOAD:
        part.notes.append(
            f"Others used this machine (load {load_before:.1f} before this part): rates are far too"
            " low and latencies far too high. Memory, calls and dollars do not depend on it."
        )
    part.promises = [
        Promise(
            name="R22",
            measured=f"chats through the whole development host: {burst.one_per_second:.0f}/s on one core",
            holds=None,
        )
    ]
    return part


def users_of(jobs_per_second: float, jobs_per_user: float) -> float:
    """Return how many users' evening peak that is, at so many jobs of each user a day."""
    return max(jobs_per_second, 1e-6) * _DAY_SECONDS / (jobs_per_user * PEAK_OF_MEAN)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of sorted values that is not below a share of them."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else math.nan


def memory_growth_mib(burst: Burst) -> float:
    """Return the slope of the host's memory for each 1,000 jobs, by Theil and Sen: spikes do not bend it.

    The first third, in which caches and code are loaded, is left out.
    """
    last = max((each.at for each in burst.soak), default=1.0)
    points = [(burst.soaked * each.at / last, each.host_mib) for each in burst.soak]
    points = points[len(points) // 3 :]
    slopes = [
        (y2 - y1) / (x2 - x1)
        for number, (x1, y1) in enumerate(points)
        for x2, y2 in points[number + 1 :]
        if x2 - x1 > 1
    ]
    return 1_000 * median(slopes) if slopes else 0.0


def _days_table(days: Sequence[Measured]) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [
        ("users", "type", "jobs", "p50", "p95", "p99", "most backlog", "model calls", "dollars", "$ a month")
    ]
    for day in days:
        backlog = max((each.backlog for each in day.samples), default=0)
        for job_type, waits in sorted(day.waits.items()):
            first = job_type == min(day.waits)
            month = _month_usd(day)
            rows.append(
                (
                    f"{day.users:,}" if first else "",
                    job_type,
                    f"{len(waits):,}",
                    *(f"{percentile(waits, share):.2f} s" for share in (0.5, 0.95, 0.99)),
                    *(
                        (f"{backlog}", f"{day.calls:,}", f"{day.usd_micros / 1e6:.4f}")
                        if first
                        else ("", "", "")
                    ),
                    f"{month:.0f}" if first else "",
                )
            )
    return rows


def _month_usd(day: Measured) -> float:
    """Return what a month would cost at this mix: its jobs are a share of the day's."""
    jobs_a_day = day.users * 102.0
    return day.usd_micros / 1e6 / max(day.published, 1) * jobs_a_day * 30


def _charts(days: Sequence[Measured], burst: Burst) -> list[Chart]:
    def lines(value: str) -> Mapping[str, Sequence[tuple[float, float]]]:
        return {
            f"{day.users:,} users": [(each.at, float(getattr(each, value))) for each in day.samples]
            for day in days
        }

    return [
        Chart(name="load-backlog", title="Backlog", x="seconds", y="jobs", lines=lines("backlog")),
        Chart(
            name="load-memory",
            title="Memory of the host while it did messages without a break",
            x="seconds",
            y="MiB",
            lines={"host": [(each.at, each.host_mib) for each in burst.soak]},
        ),
    ]


def _as_json(day: Measured) -> Mapping[str, object]:
    return {
        "users": day.users,
        "published": day.published,
        "ended": day.ended,
        "calls": day.calls,
        "usdMicros": day.usd_micros,
        "waitSeconds": {
            kind: {
                f"p{round(100 * share)}": round(percentile(waits, share), 3) for share in (0.5, 0.95, 0.99)
            }
            for kind, waits in day.waits.items()
        },
    }
