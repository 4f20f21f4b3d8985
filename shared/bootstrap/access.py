"""The operators' access, composed."""

from __future__ import annotations

from shared.access.gate import Gate
from shared.access.operators import OperatorKeys
from shared.access.postgres_audit import PostgresAuditTrail
from shared.persistence.database import Database
from shared.settings import Settings


def gate(settings: Settings, database: Database) -> Gate:
    """Compose what stands before the operators' calls; without keys nobody passes."""
    return Gate(OperatorKeys(settings.operator_keys), PostgresAuditTrail(database))
