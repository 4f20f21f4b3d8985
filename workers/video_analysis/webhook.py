"""The trigger of the speech service's webhook.

Anybody may call it: who made a call is proved by its signature.
"""

from __future__ import annotations

import json

import azure.functions as func

from shared import bootstrap
from shared.errors import StoreUnavailableError
from shared.messaging.invocation import answered

blueprint = func.Blueprint()

_MESSAGES = {
    400: "It is neither a challenge nor about a transcription of ours.",
    401: "It is not signed with the webhook's secret.",
    404: "There is no webhook here.",
    410: "No such transcription is known.",
    413: "The body is too large.",
}


@blueprint.function_name("speech_webhook")
@blueprint.route(
    trigger_arg_name="request",
    route="speech/webhook",
    methods=["POST"],
    auth_level=func.AuthLevel.ANONYMOUS,
)
@answered
async def speech_webhook(request: func.HttpRequest) -> func.HttpResponse:
    """Wake the job whose transcription has ended."""
    from shared.speech.signatures import EVENT_HEADER, SIGNATURE_HEADER
    from workers.video_analysis.callbacks import Call, Callbacks

    container = await bootstrap.container()
    desk = container.speech_desk
    call = Call(
        body=request.get_body(),
        event=request.headers.get(EVENT_HEADER),
        signature=request.headers.get(SIGNATURE_HEADER),
        validation_token=request.params.get("validationToken"),
    )
    if desk is None or desk.batches is None:
        return _refused(404, "WEBHOOK_NOT_CONFIGURED")
    callbacks = Callbacks(
        secret=desk.webhook_secret,
        endpoint=desk.endpoint,
        batches=desk.batches,
        wake=container.store.wake,
    )
    try:
        reply = await callbacks.answer(call)
    except StoreUnavailableError:  # Azure calls again, and the job asks by itself in any case
        return _refused(503, "DATABASE_UNAVAILABLE")
    if reply.code is not None:
        return _refused(reply.status, reply.code)
    return func.HttpResponse(reply.text, status_code=reply.status, mimetype="text/plain")


def _refused(status: int, code: str) -> func.HttpResponse:
    message = _MESSAGES.get(status, "It can't be told for now whether a job waits for it.")
    body = json.dumps({"error": {"code": code, "message": message}})
    return func.HttpResponse(body, status_code=status, mimetype="application/json")
