"""Telling the simulator how to behave, and asking it what happened.

`POST /simulator/faults` orders faults, `DELETE` withdraws them. `POST /simulator/latency` sets how long a
batch takes. `GET /simulator/transcriptions` tells what was submitted, what is kept, what was deleted, and the
seconds of sound that were paid for; `DELETE` forgets all of it, webhooks included.
"""

from __future__ import annotations

import json

from aiohttp import web
from pydantic import ValidationError

from infra.local.speech_simulator.batches import Batches
from infra.local.speech_simulator.faults import Fault, Faults
from infra.local.speech_simulator.webhooks import Webhooks


def routes(faults: Faults, batches: Batches, webhooks: Webhooks) -> list[web.RouteDef]:
    """Return the routes that steer these."""

    async def order_fault(request: web.Request) -> web.Response:
        try:
            faults.add(Fault.model_validate_json(await request.read()))
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
            return web.json_response({"error": problems}, status=422)
        return web.Response(status=204)

    async def withdraw_faults(_: web.Request) -> web.Response:
        faults.clear()
        return web.Response(status=204)

    async def set_latency(request: web.Request) -> web.Response:
        try:
            batches.latency_seconds = max(0.0, float(json.loads(await request.read())["seconds"]))
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": 'The body has to be {"seconds": number}.'}, status=422)
        return web.Response(status=204)

    async def tell(_: web.Request) -> web.Response:
        kept = {batch.batch_id: batch.order["displayName"] for batch in batches.all()}
        told = {"submitted": batches.submitted, "kept": kept, "deleted": batches.deleted}
        return web.json_response({**told, "audio_seconds": batches.audio_seconds})

    async def forget(_: web.Request) -> web.Response:
        await batches.clear()
        faults.clear()
        webhooks.clear()
        return web.Response(status=204)

    return [
        web.post("/simulator/faults", order_fault),
        web.delete("/simulator/faults", withdraw_faults),
        web.post("/simulator/latency", set_latency),
        web.get("/simulator/transcriptions", tell),
        web.delete("/simulator/transcriptions", forget),
    ]
