"""Telling the simulator how to behave, and asking it what happened.

`POST /simulator/plan` says what becomes of the calls to come (see `plans`), `DELETE` lets them all go well.
`POST /simulator/faults` orders single faults, which come before any plan; `DELETE` withdraws them.
`GET /simulator/requests` counts the calls, refused ones included; `DELETE` forgets them.
"""

from __future__ import annotations

from aiohttp import web
from pydantic import ValidationError

from infra.local.model_simulator.counters import Counters
from infra.local.model_simulator.faults import Fault, Faults
from infra.local.model_simulator.plans import Plan, Plans


def routes(faults: Faults, plans: Plans, counters: Counters) -> list[web.RouteDef]:
    """Return the routes that steer these."""

    async def order_fault(request: web.Request) -> web.Response:
        try:
            faults.add(Fault.model_validate_json(await request.read()))
        except ValidationError as error:
            return _invalid(error)
        return web.Response(status=204)

    async def follow_plan(request: web.Request) -> web.Response:
        try:
            plans.put(Plan.model_validate_json(await request.read()))
        except ValidationError as error:
            return _invalid(error)
        return web.Response(status=204)

    async def withdraw_faults(_: web.Request) -> web.Response:
        faults.clear()
        return web.Response(status=204)

    async def drop_plans(_: web.Request) -> web.Response:
        plans.clear()
        return web.Response(status=204)

    async def tell_counts(_: web.Request) -> web.Response:
        return web.json_response(counters.as_json())

    async def forget_counts(_: web.Request) -> web.Response:
        counters.clear()
        return web.Response(status=204)

    return [
        web.post("/simulator/faults", order_fault),
        web.delete("/simulator/faults", withdraw_faults),
        web.post("/simulator/plan", follow_plan),
        web.delete("/simulator/plan", drop_plans),
        web.get("/simulator/requests", tell_counts),
        web.delete("/simulator/requests", forget_counts),
    ]


def _invalid(error: ValidationError) -> web.Response:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return web.json_response({"error": problems}, status=422)
