"""The rules of a subscription as management requests write them, and as answers do.

An answer describes every rule by its SQL text, a correlation filter too. Actions, which change a message as
it passes, do not exist here and are refused. Codes: the rule operations in Microsoft's "AMQP 1.0 in Azure
Service Bus: request-response-based operations".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.local.broker.codec import Timestamp, compose_list, encode
from infra.local.broker.conditions import BadRequestError, NotAllowedError
from infra.local.broker.sqllogic import FilterError
from infra.local.broker.topology import Rule, correlation_rule, sql_rule

_SQL_FILTER = 0x1370000006
_RULE, _NO_ACTION = 0x13700000004, 0x13700000005
_COMPATIBILITY = 20
_SYSTEM_NAMES = {
    "correlation-id": "CorrelationId",
    "message-id": "MessageId",
    "to": "To",
    "reply-to": "ReplyTo",
    "label": "Label",
    "session-id": "SessionId",
    "reply-to-session-id": "ReplyToSessionId",
    "content-type": "ContentType",
}


def read_rule(name: str, description: Mapping[str, Any]) -> Rule:
    """Read a rule from a request to add it.

    Raises:
        BadRequestError: its filter is not in the language, or is none.
        NotAllowedError: it has an action.
    """
    if description.get("sql-rule-action"):
        raise NotAllowedError("Rules with actions are not supported.")
    try:
        if "sql-filter" in description:
            return sql_rule(name, description["sql-filter"]["expression"])
        if "correlation-filter" in description:
            return _correlation(name, description["correlation-filter"])
    except FilterError as error:
        raise BadRequestError(str(error)) from error
    raise BadRequestError("A rule needs an SQL filter or a correlation filter.")


def _correlation(name: str, wanted: Mapping[str, Any]) -> Rule:
    system = {_SYSTEM_NAMES[key]: value for key, value in wanted.items() if key in _SYSTEM_NAMES and value}
    return correlation_rule(name, system=system, properties=wanted.get("properties") or {})


def write_rule(rule: Rule) -> bytes:
    """Describe a rule in an answer."""
    condition = _described(_SQL_FILTER, [encode(rule.expression), encode(_COMPATIBILITY)])
    fields = [condition, _described(_NO_ACTION, []), encode(rule.name), encode(Timestamp(0))]
    return _described(_RULE, fields)


def _described(code: int, fields: list[bytes]) -> bytes:
    return b"\x00\x80" + code.to_bytes(8, "big") + compose_list(fields)
