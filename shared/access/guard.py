"""The guard that an operator's HTTP function calls first."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import azure.functions as func

from shared import bootstrap
from shared.access.gate import KEY_NEEDED, Gate
from shared.access.operators import Operator, Role
from shared.errors import AccessDeniedError

KEY_HEADER = "x-operator-key"


@dataclass
class Call:
    """One HTTP call, from its beginning to its answer."""

    gate: Gate | None = None
    #: Its entry in the record.
    call_id: UUID | None = None


#: The call that this task answers; set by the wrapper of every operator's function.
current_call: ContextVar[Call | None] = ContextVar("current_call", default=None)


async def authorised(request: func.HttpRequest, role: Role) -> Operator:
    """Return the operator whose key the request carries, once it is written down that this was asked.

    Raises:
        AccessDeniedError: the key is missing or nobody's (401), or the role does not suffice (403).
        StoreUnavailableError: it can't be written down, so it must not be done.
    """
    gate = (await bootstrap.container()).gate
    if gate is None:
        raise AccessDeniedError("Nobody is let in here.", status=401, code=KEY_NEEDED)
    action = f"{request.method} {urlsplit(request.url).path}"
    admission = await gate.admit(request.headers.get(KEY_HEADER) or "", role, action=action)
    if call := current_call.get():
        call.gate, call.call_id = gate, admission.call_id
    return admission.operator
