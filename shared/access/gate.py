"""Letting operators in, and writing down that they came."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from shared.access.audit import AuditEntry, AuditTrail
from shared.access.operators import Operator, OperatorKeys, Role
from shared.errors import AccessDeniedError
from shared.messaging.sanitising import storable_text

KEY_NEEDED = "OPERATOR_KEY_NEEDED"
ROLE_TOO_LOW = "ROLE_TOO_LOW"

_MAX_ACTION_CHARACTERS = 300


@dataclass(frozen=True, kw_only=True)
class Admission:
    """An operator who was let in, and the entry that says so."""

    operator: Operator
    call_id: UUID


class Gate:
    """Stands before every call of an operator's.

    Args:
        keys: who may come in.
        trail: where it is written down.
    """

    def __init__(self, keys: OperatorKeys, trail: AuditTrail) -> None:
        self._keys = keys
        self.trail = trail

    async def admit(self, key: str, needed: Role, *, action: str) -> Admission:
        """Let the key's owner in if the role suffices; written down either way, before anything is done.

        Raises:
            AccessDeniedError: the key is missing or nobody's (401), or the role does not suffice (403).
            StoreUnavailableError: it can't be written down, so it is not done.
        """
        call_id, action = uuid4(), storable_text(action)[:_MAX_ACTION_CHARACTERS]
        operator = self._keys.operator_of(key)
        if operator is None:
            denied = AccessDeniedError("An operator's key is needed.", status=401, code=KEY_NEEDED)
        elif not operator.role.covers(needed):
            denied = AccessDeniedError(f"This needs the role {needed}.", status=403, code=ROLE_TOO_LOW)
        else:
            await self.trail.begin(call_id, AuditEntry(operator=operator, action=action))
            return Admission(operator=operator, call_id=call_id)
        entry = AuditEntry(operator=operator, action=action, status=denied.status, code=denied.code)
        await self.trail.begin(call_id, entry)
        raise denied
