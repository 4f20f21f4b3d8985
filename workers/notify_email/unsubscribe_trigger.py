"""`GET` and `POST /api/unsubscribe`: open to everybody, since the token is what counts."""

from __future__ import annotations

import azure.functions as func

from shared import bootstrap
from shared.errors import StoreUnavailableError
from shared.messaging.invocation import answered

blueprint = func.Blueprint()

#: The page needs nothing but itself; its address holds a token that nobody else is to learn.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


@blueprint.function_name("unsubscribe")
@blueprint.route(
    trigger_arg_name="request",
    route="unsubscribe",
    methods=["GET", "POST"],
    auth_level=func.AuthLevel.ANONYMOUS,
)
@answered
async def unsubscribe(request: func.HttpRequest) -> func.HttpResponse:
    """Show what unsubscribing means, or do it."""
    from workers.notify_email import unsubscribing

    container = await bootstrap.container()
    desk = container.mail() if container.mail is not None else None
    if desk is None or desk.links is None:
        return func.HttpResponse("", status_code=404)
    try:
        page = await unsubscribing.unsubscribe(
            request.method,
            dict(request.params),
            links=desk.links,
            contacts=desk.contacts,
            writer=desk.writer,
        )
    except StoreUnavailableError:  # mail programs ask again by themselves
        headers = {**_HEADERS, "Retry-After": "60"}
        return func.HttpResponse("Please try again in a minute.", status_code=503, headers=headers)
    return func.HttpResponse(
        page.html, status_code=page.status, mimetype="text/html", charset="utf-8", headers=_HEADERS
    )
