"""The HTTP functions for dead letters, and the timer by which operations go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import azure.functions as func

from shared import bootstrap
from shared.access.guard import authorised
from shared.access.operators import Role
from shared.errors import ConfigurationError, RequestError
from shared.messaging.invocation import answered
from shared.messaging.sanitising import storable_text
from workers.operations.answers import body_of, for_operators, json_answer, query_of

if TYPE_CHECKING:
    from shared.dead_letters.replays import Kind
    from workers.operations.dead_letter_requests import AskedEdit, AskedOperation
    from workers.operations.dead_letters import DeadLetterOffice

    A = TypeVar("A", AskedEdit, AskedOperation)

blueprint = func.Blueprint()

_ID_HEADER = "Idempotency-Key"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: The timer comes again every five seconds; one run is short enough to end with its host.
_SHIFT_SECONDS = 50.0
#: More than an open console asks in an hour, many times over.
_FORGOTTEN_AT_ONCE = 20_000


@blueprint.function_name("dead_letters")
@blueprint.route(
    trigger_arg_name="request", route="dead-letters", methods=["GET"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def dead_letters(request: func.HttpRequest) -> func.HttpResponse:
    """Count and group the dead letters of every subscription."""
    await authorised(request, Role.VIEWER)
    from workers.operations.dead_letter_requests import Overview

    return json_answer(200, await (await _office()).overview(query_of(request, Overview)))


@blueprint.function_name("dead_letters_of")
@blueprint.route(
    trigger_arg_name="request",
    route="dead-letters/{subscription}",
    methods=["GET"],
    auth_level=func.AuthLevel.FUNCTION,
)
@for_operators
async def dead_letters_of(request: func.HttpRequest) -> func.HttpResponse:
    """Return a page of one subscription's dead letters; with bodies only to an administrator."""
    await authorised(request, _reader(request))
    from workers.operations.dead_letter_requests import Listing

    listing = await (await _office()).listing(_subscription(request), query_of(request, Listing))
    return json_answer(200, listing)


@blueprint.function_name("dead_letters_archived")
@blueprint.route(
    trigger_arg_name="request",
    route="dead-letters/{subscription}/archive",
    methods=["GET"],
    auth_level=func.AuthLevel.FUNCTION,
)
@for_operators
async def dead_letters_archived(request: func.HttpRequest) -> func.HttpResponse:
    """Return a page of one subscription's archive; with bodies only to an administrator."""
    await authorised(request, _reader(request))
    from workers.operations.dead_letter_requests import ArchiveListing

    archived = await (await _office()).archived(_subscription(request), query_of(request, ArchiveListing))
    return json_answer(200, archived)


@blueprint.function_name("dead_letters_replay")
@blueprint.route(
    trigger_arg_name="request",
    route="dead-letters/{subscription}/replay",
    methods=["POST"],
    auth_level=func.AuthLevel.FUNCTION,
)
@for_operators
async def dead_letters_replay(request: func.HttpRequest) -> func.HttpResponse:
    """Ask again for what one subscription's dead letters asked for."""
    from shared.dead_letters.replays import Kind

    return await _start(request, Kind.REPLAY)


@blueprint.function_name("dead_letters_archive")
@blueprint.route(
    trigger_arg_name="request",
    route="dead-letters/{subscription}/archive",
    methods=["POST"],
    auth_level=func.AuthLevel.FUNCTION,
)
@for_operators
async def dead_letters_archive(request: func.HttpRequest) -> func.HttpResponse:
    """Put one subscription's dead letters away for a while."""
    from shared.dead_letters.replays import Kind

    return await _start(request, Kind.ARCHIVE)


@blueprint.function_name("dead_letters_restore")
@blueprint.route(
    trigger_arg_name="request",
    route="dead-letters/{subscription}/restore",
    methods=["POST"],
    auth_level=func.AuthLevel.FUNCTION,
)
@for_operators
async def dead_letters_restore(request: func.HttpRequest) -> func.HttpResponse:
    """Ask again for what was archived."""
    from shared.dead_letters.replays import Kind

    return await _start(request, Kind.RESTORE)


@blueprint.function_name("dead_letters_edit")
@blueprint.route(
    trigger_arg_name="request",
    route="dead-letters/{subscription}/edit-replay",
    methods=["POST"],
    auth_level=func.AuthLevel.FUNCTION,
)
@for_operators
async def dead_letters_edit(request: func.HttpRequest) -> func.HttpResponse:
    """Send one letter again with another payload, as a new job."""
    operator = await authorised(request, Role.ADMIN)
    from workers.operations.dead_letter_requests import AskedEdit

    asked = _identified(request, body_of(request, AskedEdit))
    status, body = await (await _office()).edit(_subscription(request), asked, operator)
    return json_answer(status, body, headers={"Location": f"/api/replays/{body['id']}"})


@blueprint.function_name("replays")
@blueprint.route(
    trigger_arg_name="request", route="replays", methods=["GET"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def replays(request: func.HttpRequest) -> func.HttpResponse:
    """Return operations on dead letters, the newest first."""
    await authorised(request, Role.VIEWER)
    from workers.operations.dead_letter_requests import ReplayListing

    return json_answer(200, await (await _office()).operations(query_of(request, ReplayListing)))


@blueprint.function_name("replay_status")
@blueprint.route(
    trigger_arg_name="request", route="replays/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def replay_status(request: func.HttpRequest) -> func.HttpResponse:
    """Return how far an operation is, and what it did with each message."""
    await authorised(request, Role.VIEWER)
    from workers.operations.dead_letter_requests import MessageListing

    found = await (await _office()).operation(_id(request), query_of(request, MessageListing))
    return json_answer(200, found)


@blueprint.function_name("replay_cancel")
@blueprint.route(
    trigger_arg_name="request", route="replays/{id}", methods=["DELETE"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def replay_cancel(request: func.HttpRequest) -> func.HttpResponse:
    """Have an operation send nothing more."""
    operator = await authorised(request, Role.OPERATOR)
    status, body = await (await _office()).cancel(_id(request), operator)
    return json_answer(status, body)


@blueprint.function_name("replays_go_on")
@blueprint.timer_trigger(arg_name="timer", schedule="*/5 * * * * *", use_monitor=False)
@answered
async def replays_go_on(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Drive the operations that nobody drives: those that are long, waited for, or whose driver died."""
    await (await _office()).go_on(seconds=_SHIFT_SECONDS)


@blueprint.function_name("archive_purge")
@blueprint.timer_trigger(arg_name="timer", schedule="0 17 * * * *", use_monitor=False)
@answered
async def archive_purge(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Delete archived letters, and what is known of old operations and calls, when their time is over."""
    container = await bootstrap.container()
    if container.gate is not None:
        await container.gate.trail.forget(limit=_FORGOTTEN_AT_ONCE)
    if container.dead_letters is not None:
        await container.dead_letters().desk.replays.purge()


async def _start(request: func.HttpRequest, kind: Kind) -> func.HttpResponse:
    operator = await authorised(request, Role.OPERATOR)
    from workers.operations.dead_letter_requests import AskedOperation

    asked = _identified(request, body_of(request, AskedOperation))
    status, body = await (await _office()).start(kind, _subscription(request), asked, operator)
    location = {"Location": f"/api/replays/{body['id']}"} if "id" in body else {}
    return json_answer(status, body, headers=location)


async def _office() -> DeadLetterOffice:
    from workers.operations.dead_letters import DeadLetterOffice

    desk = (await bootstrap.container()).dead_letters
    if desk is None:
        raise ConfigurationError("Dead letters are out of reach here.")
    return DeadLetterOffice(desk())


def _reader(request: func.HttpRequest) -> Role:
    """Return who may read what is asked for: bodies are fans' words."""
    return Role.ADMIN if "includeBody" in request.params else Role.VIEWER


def _subscription(request: func.HttpRequest) -> str:
    return str(request.route_params["subscription"])


def _id(request: func.HttpRequest) -> str:
    return storable_text(str(request.route_params["id"]))


def _identified(request: func.HttpRequest, asked: A) -> A:
    """Take the operation's id from the header, unless the body names one.

    Raises:
        RequestError: the header's is not valid (400).
    """
    header = request.headers.get(_ID_HEADER)
    if header is None:
        return asked
    if not _ID.fullmatch(header):
        message = f"{_ID_HEADER}: up to 64 letters, digits, _ and -."
        raise RequestError(message, status=400, code="INVALID_REQUEST")
    return asked if asked.id is not None else asked.model_copy(update={"id": header})
