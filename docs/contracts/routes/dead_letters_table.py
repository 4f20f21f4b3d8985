"""The routes about dead letters and the operations on them."""

from __future__ import annotations

from docs.contracts.routes import examples
from docs.contracts.routes.dead_letter_shapes import (
    ArchivePage,
    EditView,
    LetterPage,
    OperationDetail,
    OperationPage,
    OperationView,
    OverviewView,
    RehearsalView,
)
from docs.contracts.routes.describing import Answer, Route, operator
from docs.contracts.routes.shapes import OneOf
from shared.access.operators import Role
from workers.operations.dead_letter_requests import (
    ArchiveListing,
    AskedEdit,
    AskedOperation,
    Listing,
    MessageListing,
    Overview,
    ReplayListing,
)

_NO_PLACE = ("SUBSCRIPTION_NOT_FOUND",)
_AWAY = {503: ("BROKER_UNAVAILABLE",)}
_NO_OPERATION = {404: ("REPLAY_NOT_FOUND",)}
_BODIES = {"includeBody": Role.ADMIN}
_ID = {
    "Idempotency-Key": "The operation's id, unless the body has one: up to 64 letters, digits, `_` and `-`."
}
_GOES_ON = Answer(
    what="It goes on by itself; `Location` tells how far it is.",
    model=OperationView,
    headers=("Location",),
    example=examples.OPERATION,
)


class EndedOrRehearsed(OneOf[OperationView | RehearsalView]):
    """The operation has ended; or, with `dryRun`, what it would do."""


def _starting(function: str) -> Route:
    return Route(
        function=function,
        method="POST",
        access=operator(Role.OPERATOR),
        headers=_ID,
        body=AskedOperation,
        body_example=examples.ASKED_OPERATION,
        answers={
            200: Answer(
                what="It has ended; or, with `dryRun`, what it would do.",
                model=EndedOrRehearsed,
                example=examples.REHEARSAL,
            ),
            202: _GOES_ON,
        },
        refused={404: _NO_PLACE, 409: ("ID_REUSED",), **_AWAY},
    )


DEAD_LETTERS = (
    Route(
        function="dead_letters",
        method="GET",
        access=operator(Role.VIEWER),
        query=Overview,
        answers={200: Answer(what="Counts and groups.", model=OverviewView, example=examples.OVERVIEW)},
        refused={404: _NO_PLACE, **_AWAY},
    ),
    Route(
        function="dead_letters_of",
        method="GET",
        access=operator(Role.VIEWER),
        raised=_BODIES,
        query=Listing,
        answers={200: Answer(what="A page of letters.", model=LetterPage, example=examples.LETTERS)},
        refused={404: _NO_PLACE, **_AWAY},
    ),
    Route(
        function="dead_letters_archived",
        method="GET",
        access=operator(Role.VIEWER),
        raised=_BODIES,
        query=ArchiveListing,
        answers={
            200: Answer(what="A page of archived letters.", model=ArchivePage, example=examples.ARCHIVE)
        },
        refused={404: _NO_PLACE},
    ),
    _starting("dead_letters_replay"),
    _starting("dead_letters_archive"),
    _starting("dead_letters_restore"),
    Route(
        function="dead_letters_edit",
        method="POST",
        access=operator(Role.ADMIN),
        headers=_ID,
        body=AskedEdit,
        body_example={"sequenceNumber": 4711, "payload": {"fanMessage": "Hey! How was your day?"}},
        answers={
            200: Answer(
                what="The new job is asked for.",
                model=EditView,
                headers=("Location",),
                example=examples.EDIT,
            ),
            202: Answer(
                what="The new job is about to be asked for.",
                model=EditView,
                headers=("Location",),
                example=examples.EDIT,
            ),
        },
        refused={
            400: ("NOT_A_JOB", "INVALID_PAYLOAD"),
            403: ("EDIT_DISABLED",),
            404: (*_NO_PLACE, "LETTER_NOT_FOUND"),
            409: ("ID_REUSED",),
            **_AWAY,
        },
    ),
)

REPLAYS = (
    Route(
        function="replays",
        method="GET",
        access=operator(Role.VIEWER),
        query=ReplayListing,
        answers={200: Answer(what="A page.", model=OperationPage, example=examples.OPERATIONS)},
    ),
    Route(
        function="replay_status",
        method="GET",
        access=operator(Role.VIEWER),
        query=MessageListing,
        answers={200: Answer(what="The operation.", model=OperationDetail, example=examples.DETAIL)},
        refused=_NO_OPERATION,
    ),
    Route(
        function="replay_cancel",
        method="DELETE",
        access=operator(Role.OPERATOR),
        answers={
            200: Answer(what="It has ended.", model=OperationView, example=examples.OPERATION),
            202: Answer(
                what="It sends nothing more, and clears away what it has sent.",
                model=OperationView,
                example=examples.OPERATION,
            ),
        },
        refused=_NO_OPERATION,
    ),
)
