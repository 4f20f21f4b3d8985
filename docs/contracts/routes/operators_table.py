"""The routes about jobs, money, health and the console."""

from __future__ import annotations

from docs.contracts.routes import examples
from docs.contracts.routes.describing import (
    FRONT_END,
    OPEN,
    OPEN_OR_VIEWER,
    Answer,
    Route,
    front_end_or,
    operator,
)
from docs.contracts.routes.job_shapes import (
    AlertList,
    Alive,
    CostsView,
    JobPage,
    JobStoryView,
    JobView,
    Readiness,
    Session,
)
from shared.access.operators import Role
from workers.operations.costs import CostsAsked
from workers.operations.jobs import CancelAsked, PageAsked

_SAME = {"If-None-Match": "The `ETag` of the answer that is known already."}
_NO_JOB = {404: ("JOB_NOT_FOUND",), 503: ("DATABASE_UNAVAILABLE",)}
_FILES = ("text/javascript", "text/css", "image/svg+xml", "text/plain")

JOBS = (
    Route(
        function="job_status",
        method="GET",
        access=FRONT_END,
        headers=_SAME,
        answers={
            200: Answer(what="The job.", model=JobView, headers=("ETag",), example=examples.JOB),
            304: Answer(what="Nothing has changed.", headers=("ETag",)),
        },
        refused=_NO_JOB,
    ),
    Route(
        function="jobs",
        method="GET",
        access=front_end_or(Role.VIEWER),
        query=PageAsked,
        answers={200: Answer(what="A page of jobs.", model=JobPage, example=examples.JOB_PAGE)},
    ),
    Route(
        function="job_story",
        method="GET",
        access=operator(Role.VIEWER),
        answers={200: Answer(what="The story.", model=JobStoryView, example=examples.STORY)},
        refused=_NO_JOB,
    ),
    Route(
        function="job_cancel",
        method="POST",
        access=front_end_or(Role.OPERATOR),
        body=CancelAsked,
        body_required=False,
        body_example={"creatorId": "123"},
        answers={
            200: Answer(what="The job is cancelled.", model=JobView, example=examples.CANCELLED_JOB),
            409: Answer(what="The job has ended otherwise.", model=JobView, example=examples.JOB),
        },
        refused=_NO_JOB,
    ),
)

STANDING = (
    Route(
        function="health",
        method="GET",
        access=OPEN,
        answers={200: Answer(what="It answers.", model=Alive, example={"status": "alive"})},
    ),
    Route(
        function="health_ready",
        method="GET",
        access=OPEN_OR_VIEWER,
        answers={
            200: Answer(
                what="Jobs are done; `degraded`: slower, dearer or later.",
                model=Readiness,
                example=examples.READY,
            ),
            503: Answer(what="No job gets done.", model=Readiness, example={"status": "not_ready"}),
        },
    ),
    Route(
        function="costs",
        method="GET",
        access=operator(Role.VIEWER),
        query=CostsAsked,
        answers={200: Answer(what="The month.", model=CostsView, example=examples.COSTS)},
    ),
    Route(
        function="alerts",
        method="GET",
        access=operator(Role.VIEWER),
        answers={200: Answer(what="The alerts.", model=AlertList, example=examples.ALERTS)},
    ),
)

CONSOLE = (
    Route(
        function="console",
        method="GET",
        access=OPEN,
        headers=_SAME,
        tells_codes=False,
        answers={
            200: Answer(what="The page, without data.", media_types=("text/html",), headers=("ETag",)),
            304: Answer(what="Nothing has changed.", headers=("ETag",)),
        },
    ),
    Route(
        function="console_file",
        method="GET",
        access=OPEN,
        headers=_SAME,
        tells_codes=False,
        answers={
            200: Answer(what="The file, which never changes.", media_types=_FILES, headers=("ETag",)),
            304: Answer(what="Nothing has changed.", headers=("ETag",)),
            404: Answer(what="There is no such file in that version.", media_types=("text/plain",)),
        },
    ),
    Route(
        function="console_session",
        method="POST",
        access=operator(Role.VIEWER),
        answers={200: Answer(what="Who is looking.", model=Session, example=examples.SESSION)},
    ),
)
