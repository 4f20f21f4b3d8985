"""The routes of creators, of their mail programs, and of Azure Speech."""

from __future__ import annotations

from docs.contracts.routes import examples
from docs.contracts.routes.creator_shapes import (
    DeliveryAgain,
    DeliveryList,
    DeliveryView,
    EndpointList,
    EndpointView,
    SecretView,
    SpeechCallAsked,
    UnsubscribeAsked,
)
from docs.contracts.routes.describing import CREATOR, OPEN, SIGNER, Answer, Route
from docs.contracts.routes.job_shapes import Connection
from shared.speech.signatures import EVENT_HEADER, SIGNATURE_HEADER
from workers.notify_webhook.messages import EndpointBody, TestBody

_AWAY = {503: ("WEBHOOKS_UNAVAILABLE", "DATABASE_UNAVAILABLE")}
_BAD_NAME = {400: ("INVALID_REQUEST",)}
_NO_ENDPOINT = {404: ("ENDPOINT_NOT_FOUND",)}
_HTML, _TEXT = ("text/html",), ("text/plain",)
_SECRET = {"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}

WEBHOOKS = (
    Route(
        function="webhook_endpoints",
        method="GET",
        access=CREATOR,
        answers={200: Answer(what="The endpoints.", model=EndpointList, example=examples.ENDPOINTS)},
        refused=_AWAY,
    ),
    Route(
        function="webhook_endpoint",
        method="PUT",
        summary="Make an endpoint, or change it.",
        access=CREATOR,
        body=EndpointBody,
        body_example={"url": "https://hooks.example.com/huntaze", "events": ["job.completed", "job.failed"]},
        answers={
            200: Answer(what="It was known.", model=EndpointView, example=examples.ENDPOINT),
            201: Answer(
                what="It is new; nobody sees its secret again.",
                model=EndpointView,
                example={**examples.ENDPOINT, **_SECRET},
            ),
        },
        refused={409: ("TOO_MANY_ENDPOINTS",), 422: ("FORBIDDEN_URL",), **_AWAY},
    ),
    Route(
        function="webhook_endpoint",
        method="DELETE",
        summary="Forget an endpoint and its deliveries.",
        access=CREATOR,
        answers={204: Answer(what="It is forgotten.")},
        refused={**_BAD_NAME, **_NO_ENDPOINT, **_AWAY},
    ),
    Route(
        function="webhook_secret",
        method="POST",
        access=CREATOR,
        answers={200: Answer(what="The new secret.", model=SecretView, example=_SECRET)},
        refused={**_BAD_NAME, **_NO_ENDPOINT, **_AWAY},
    ),
    Route(
        function="webhook_test",
        method="POST",
        access=CREATOR,
        body=TestBody,
        body_example={"endpoint": "crm"},
        answers={200: Answer(what="What it came to.", model=DeliveryView, example=examples.DELIVERY)},
        refused={**_NO_ENDPOINT, 429: ("TESTED_JUST_NOW",), **_AWAY},
    ),
    Route(
        function="webhook_deliveries",
        method="GET",
        access=CREATOR,
        answers={
            200: Answer(
                what="The deliveries.", model=DeliveryList, example={"deliveries": [examples.DELIVERY]}
            )
        },
        refused=_AWAY,
    ),
    Route(
        function="webhook_replay",
        method="POST",
        access=CREATOR,
        answers={
            202: Answer(
                what="It begins again.",
                model=DeliveryAgain,
                example={"id": examples.DELIVERY["id"], "state": "waiting"},
            )
        },
        refused={404: ("DELIVERY_NOT_FOUND",), **_AWAY},
    ),
)

OTHERS = (
    Route(
        function="negotiate",
        method="POST",
        access=CREATOR,
        answers={200: Answer(what="Where to connect.", model=Connection, example=examples.CONNECTION)},
        refused={503: ("REALTIME_UNAVAILABLE",)},
    ),
    Route(
        function="negotiate",
        method="OPTIONS",
        summary="Tell a browser whether its page may ask.",
        access=OPEN,
        answers={204: Answer(what="Headers say so, if its origin is allowed.")},
        refused={503: ("REALTIME_UNAVAILABLE",)},
    ),
    Route(
        function="unsubscribe",
        method="GET",
        summary="Show what unsubscribing means.",
        access=OPEN,
        tells_codes=False,
        query=UnsubscribeAsked,
        answers={
            200: Answer(what="A page that asks.", media_types=_HTML),
            400: Answer(what="A page that says that the link is not valid.", media_types=_HTML),
            404: Answer(what="There is no mail here.", media_types=_TEXT),
        },
    ),
    Route(
        function="unsubscribe",
        method="POST",
        summary="Send no more mail (RFC 8058).",
        access=OPEN,
        tells_codes=False,
        query=UnsubscribeAsked,
        answers={
            200: Answer(what="A page that says so.", media_types=_HTML),
            400: Answer(what="A page that says that the link is not valid.", media_types=_HTML),
            404: Answer(what="There is no mail here.", media_types=_TEXT),
            503: Answer(what="It can't be noted for now; ask again.", media_types=_TEXT),
        },
    ),
    Route(
        function="speech_webhook",
        method="POST",
        access=SIGNER,
        query=SpeechCallAsked,
        headers={
            EVENT_HEADER: "What has happened, such as `TranscriptionCompletion`.",
            SIGNATURE_HEADER: "HMAC-SHA256 of the body, in Base64.",
        },
        answers={
            200: Answer(what="The job was woken, or the challenge is answered.", media_types=_TEXT),
            204: Answer(what="Nothing waits for this kind of event."),
        },
        refused={
            400: ("FOREIGN_TRANSCRIPTION", "BAD_CHALLENGE"),
            401: ("BAD_SIGNATURE",),
            404: ("WEBHOOK_NOT_CONFIGURED",),
            410: ("UNKNOWN_TRANSCRIPTION",),
            413: ("BODY_TOO_LARGE",),
            502: ("UNSUPPORTED_MEDIA",),
            503: ("NETWORK_ERROR", "TIMEOUT", "DATABASE_UNAVAILABLE"),
        },
    ),
)
