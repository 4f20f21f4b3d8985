"""The HTTP functions about jobs: their status, pages of them, the story of one, and calling one off."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import azure.functions as func

from shared import bootstrap
from shared.access.guard import KEY_HEADER, authorised
from shared.access.operators import Role
from shared.errors import ConfigurationError, RequestError
from shared.messaging.sanitising import storable_text
from workers.operations.answers import body_of, for_operators, json_answer, query_of

if TYPE_CHECKING:
    from shared.bootstrap.jobs import JobDesk
    from shared.persistence.port import JobRecord

blueprint = func.Blueprint()

#: A page that polls asks every few seconds; what is over never changes but by a replay.
_FRESH_SECONDS = {True: 30, False: 1}


@blueprint.function_name("job_status")
@blueprint.route(
    trigger_arg_name="request", route="jobs/{jobId}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def job_status(request: func.HttpRequest) -> func.HttpResponse:
    """Return a job as it stands, its result included: what the front end polls, and `resultUrl` points at."""
    from workers.operations.status import describe

    job = await _job(request)
    described = describe(job)
    seen = f"{job.job_id} {described['version']} {job.updated_at.isoformat()} {job.state.value}"
    tag = f'W/"{sha256(seen.encode()).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": f"private, max-age={_FRESH_SECONDS[job.state.terminal]}"}
    if tag in {each.strip() for each in request.headers.get("If-None-Match", "").split(",")}:
        return func.HttpResponse(status_code=304, headers=headers)
    return json_answer(200, described, headers=headers)


@blueprint.function_name("jobs")
@blueprint.route(
    trigger_arg_name="request", route="jobs", methods=["GET"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def jobs(request: func.HttpRequest) -> func.HttpResponse:
    """Return a page of jobs, the newest first: one creator's for the front end, all for an operator."""
    from workers.operations.jobs import PageAsked, page

    by_operator = await _is_operator(request, Role.VIEWER)
    asked = query_of(request, PageAsked)
    if asked.creator_id is None and not by_operator:
        await authorised(request, Role.VIEWER)
    found = await (await _desk()).records.page(asked.asked())
    return json_answer(200, page(found, asked.limit))


@blueprint.function_name("job_story")
@blueprint.route(
    trigger_arg_name="request",
    route="jobs/{jobId}/story",
    methods=["GET"],
    auth_level=func.AuthLevel.FUNCTION,
)
@for_operators
async def job_story(request: func.HttpRequest) -> func.HttpResponse:
    """Return everything that is known of a job, for an operator."""
    await authorised(request, Role.VIEWER)
    from workers.operations.jobs import story

    told = await (await _desk()).records.story(_job_id(request))
    if told is None:
        raise _unknown()
    return json_answer(200, story(told))


@blueprint.function_name("job_cancel")
@blueprint.route(
    trigger_arg_name="request",
    route="jobs/{jobId}/cancel",
    methods=["POST"],
    auth_level=func.AuthLevel.FUNCTION,
)
@for_operators
async def job_cancel(request: func.HttpRequest) -> func.HttpResponse:
    """Call a job off: for its creator, whom the front end names, or for an operator."""
    from workers.operations.jobs import CancelAsked
    from workers.operations.status import describe

    by_operator = await _is_operator(request, Role.OPERATOR)
    asked = body_of(request, CancelAsked)
    if asked.creator_id is None and not by_operator:
        await authorised(request, Role.OPERATOR)
    job = await _job(request)
    if asked.creator_id is not None and asked.creator_id != job.creator_id:
        raise _unknown()
    after = await (await _desk()).canceller.cancel(job)
    cancelled = after.error_code == "CANCELLED"
    return json_answer(200 if cancelled else 409, describe(after))


async def _is_operator(request: func.HttpRequest, role: Role) -> bool:
    """Say whether an operator asks; whoever shows a key that does not suffice learns nothing else.

    Raises:
        AccessDeniedError: the key is nobody's (401), or the role does not suffice (403).
    """
    if not request.headers.get(KEY_HEADER):
        return False
    await authorised(request, role)
    return True


async def _job(request: func.HttpRequest) -> JobRecord:
    job = await (await bootstrap.container()).store.job(_job_id(request))
    if job is None:
        raise _unknown()
    return job


def _job_id(request: func.HttpRequest) -> str:
    return storable_text(request.route_params["jobId"])


def _unknown() -> RequestError:
    return RequestError("No such job is known here.", status=404, code="JOB_NOT_FOUND")


async def _desk() -> JobDesk:
    desk = (await bootstrap.container()).jobs
    if desk is None:
        raise ConfigurationError("Nothing is known of jobs here.")
    return desk()
