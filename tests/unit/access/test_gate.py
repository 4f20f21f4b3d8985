"""Who is let in, and what is written down."""

from __future__ import annotations

import pytest

from infra.operators import make
from shared.access.audit import AuditEntry, MemoryAuditTrail
from shared.access.gate import Gate
from shared.access.operators import OperatorKeys, Role
from shared.errors import AccessDeniedError

KEY, ENTRY = make("ana", Role.OPERATOR)


async def test_who_may_come_in_does_and_it_is_written_down_first() -> None:
    trail = MemoryAuditTrail()
    admission = await Gate(OperatorKeys([ENTRY]), trail).admit(KEY, Role.VIEWER, action="GET /x")
    assert admission.operator.name == "ana"
    assert trail.entries == [AuditEntry(operator=admission.operator, action="GET /x")]
    await trail.end(admission.call_id, status=200, code=None)
    assert trail.entries == [AuditEntry(operator=admission.operator, action="GET /x", status=200)]


@pytest.mark.parametrize(
    ("key", "needed", "status", "code", "name"),
    [
        ("", Role.VIEWER, 401, "OPERATOR_KEY_NEEDED", None),
        ("wrong", Role.VIEWER, 401, "OPERATOR_KEY_NEEDED", None),
        (KEY, Role.ADMIN, 403, "ROLE_TOO_LOW", "ana"),
    ],
    ids=["none", "unknown", "too low"],  # a fresh key in a name would differ from process to process
)
async def test_who_may_not_is_turned_away_and_that_is_written_down(
    key: str, needed: Role, status: int, code: str, name: str | None
) -> None:
    trail = MemoryAuditTrail()
    with pytest.raises(AccessDeniedError) as denied:
        await Gate(OperatorKeys([ENTRY]), trail).admit(key, needed, action="POST /x\0" + "y" * 500)
    assert (denied.value.status, denied.value.code) == (status, code)
    (entry,) = trail.entries
    assert (entry.status, entry.code, entry.operator and entry.operator.name) == (status, code, name)
    assert entry.action.startswith("POST /x\ufffdy")
    assert len(entry.action) == 300
