"""The request-response operations of `$management` and `$cbs`.

Names and fields are those of Microsoft's "AMQP 1.0 in Azure Service Bus: request-response-based operations".
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from infra.local.broker.codec import (
    CodecError,
    Int32,
    Symbol,
    compose_array,
    compose_list,
    compose_map,
    decode,
    encode,
    encode_map,
    section,
)
from infra.local.broker.conditions import BadRequestError, NotAllowedError, ServiceError
from infra.local.broker.entity import Subscription
from infra.local.broker.message import (
    APPLICATION_PROPERTIES,
    PROPERTIES,
    VALUE,
    Content,
    identified,
    parse,
    split,
)
from infra.local.broker.namespace import Broker, Node
from infra.local.broker.rules import read_rule, write_rule
from infra.local.broker.settlement import Outcome, Settlement, changed, settle
from infra.local.broker.store import Store
from infra.local.broker.stored import SCHEDULED, Stored

CBS = "$cbs"
_LONG, _TIMESTAMP = 0x81, 0x83
_I64 = struct.Struct(">q")
_NO_CONTENT, _OK, _ACCEPTED = 204, 200, 202
_PEEK_LOCK = 1
_DEFAULT_PEEK_LIMIT = 250


@dataclass(frozen=True, kw_only=True)
class Request:
    """A decoded request: what it asks, of what, and how to answer."""

    operation: str
    body: Any
    audience: str
    """What a token is for; empty in other requests."""
    reply_to: str | None
    message_id: bytes
    """The request's id as AMQP, to be echoed with its own type."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status and, where there is one, a body that is AMQP already."""

    status: int = _OK
    description: str = "OK"
    condition: str | None = None
    body: bytes = b"\x40"


def read(message: bytes) -> Request:
    """Decode a request.

    Raises:
        CodecError: the bytes are no AMQP message.
    """
    properties: list[Any] = []
    application: dict[Any, Any] = {}
    body: Any = None
    for code, _, value_at, _ in split(message):
        if code == PROPERTIES:
            properties = decode(message, value_at)[0] or []
        elif code == APPLICATION_PROPERTIES:
            application = decode(message, value_at)[0] or {}
        elif code == VALUE:
            body = decode(message, value_at)[0]
    fields = [*properties, None, None, None, None, None]
    return Request(
        operation=_text(application.get("operation")),
        audience=_text(application.get("name")),
        body=body,
        reply_to=fields[4],
        message_id=encode(fields[0]),
    )


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")


def write_answer(request: Request, answer: Answer, *, is_cbs: bool) -> bytes:
    """Encode an answer; `$cbs` spells its fields with dashes."""
    status, description = (
        ("status-code", "status-description") if is_cbs else ("statusCode", "statusDescription")
    )
    fields: dict[Any, Any] = {status: Int32(answer.status), description: answer.description}
    if answer.condition is not None:
        fields["error-condition" if is_cbs else "errorCondition"] = Symbol(answer.condition)
    null = encode(None)
    properties = compose_list([null, null, null, null, null, request.message_id])
    return (
        section(PROPERTIES, properties)
        + section(APPLICATION_PROPERTIES, encode_map(fields))
        + section(VALUE, answer.body)
    )


def put_token(broker: Broker, request: Request) -> Answer:
    """Accept any token for an entity that exists: the broker listens on this machine only.

    The service, too, says already here that a queue or a topic does not exist; of a subscription it says so
    when the link is attached.
    """
    if request.operation != "put-token" or not request.body:
        return Answer(status=400, description="A token is needed.", condition=BadRequestError.condition)
    try:
        broker.check_audience(request.audience)
    except ServiceError as error:
        return Answer(status=error.status, description=error.description)
    return Answer(status=_ACCEPTED, description="Accepted")


def manage(node: Node, request: Request) -> Answer:
    """Carry out one operation on an entity; a refusal becomes its status."""
    operation = _OPERATIONS.get(request.operation)
    try:
        if operation is None:
            raise NotAllowedError(f"The operation '{request.operation}' is not supported.")
        if not isinstance(request.body, dict):
            raise BadRequestError("The body has to be a map.")
        return operation(node, request.body)
    except ServiceError as error:
        return Answer(status=error.status, description=error.description, condition=error.condition)
    except (KeyError, TypeError, AttributeError, CodecError):
        return Answer(
            status=400, description="The request is malformed.", condition=BadRequestError.condition
        )


def token_of(lock: UUID) -> str:
    """Return the lock token whose sixteen bytes the SDKs show as this UUID.

    Raises:
        BadRequestError: the UUID stands for no token of this broker.
    """
    try:
        return lock.bytes_le.decode("ascii")
    except UnicodeDecodeError:
        return ""


def lock_of(token: str) -> UUID:
    """Return the UUID that the SDKs show for a lock token."""
    return UUID(bytes_le=token.encode("ascii"))


def _store(node: Node) -> Store:
    if node.store is None:
        raise NotAllowedError(f"'{node.path}' holds no messages.")
    return node.store


def _longs(code: int, values: list[int]) -> bytes:
    return compose_array(code, [_I64.pack(value) for value in values])


def _entry(name: str, value: bytes) -> tuple[bytes, bytes]:
    return encode(name), value


def _renew(node: Node, body: dict[str, Any]) -> Answer:
    store = _store(node)
    ends = [int(store.renew(token_of(lock)) * 1000) for lock in body["lock-tokens"]]
    return Answer(body=compose_map([_entry("expirations", _longs(_TIMESTAMP, ends))]))


def _messages(maps: list[bytes]) -> Answer:
    if not maps:
        return Answer(status=_NO_CONTENT, description="No messages", body=encode_map({}))
    return Answer(body=compose_map([_entry("messages", compose_list(maps))]))


def _peek(node: Node, body: dict[str, Any]) -> Answer:
    first = int(body.get("from-sequence-number") or 0)
    limit = int(body.get("message-count") or _DEFAULT_PEEK_LIMIT)
    found: list[tuple[int, bytes]] = []
    if node.store is not None:
        found = [(each.sequence_number, each.browsed()) for each in node.store.peek(first, limit)]
    if not node.is_dead_letter_queue and node.subscription is None:
        waiting = node.entity.scheduled(first)
        found += [(each.sequence_number, each.browsed(state=SCHEDULED)) for each in waiting]
    found.sort(key=lambda each: each[0])
    return _messages([compose_map([_entry("message", encode(raw))]) for _, raw in found[:limit]])


def _receive_deferred(node: Node, body: dict[str, Any]) -> Answer:
    delete = int(body.get("receiver-settle-mode") or 0) != _PEEK_LOCK
    taken = _store(node).receive_deferred(list(body["sequence-numbers"]), delete=delete)
    return _messages([_locked(stored) for stored in taken])


def _locked(stored: Stored) -> bytes:
    entries = [_entry("message", encode(stored.encoded()))]
    if stored.lock_token is not None:
        entries.append(_entry("lock-token", encode(lock_of(stored.lock_token))))
    return compose_map(entries)


def _update_disposition(node: Node, body: dict[str, Any]) -> Answer:
    store = _store(node)
    settlement = Settlement(
        outcome=_outcome(body["disposition-status"]),
        reason=body.get("deadletter-reason"),
        description=body.get("deadletter-description"),
        changes=changed(body.get("properties-to-modify")),
    )
    for lock in body["lock-tokens"]:
        settle(store, token_of(lock), settlement)
    return Answer()


def _outcome(status: str) -> Outcome:
    try:
        return Outcome(status)
    except ValueError as error:
        raise BadRequestError(f"'{status}' is no disposition status.") from error


def _schedule(node: Node, body: dict[str, Any]) -> Answer:
    contents = [identified(parse(bytes(each["message"]))) for each in body["messages"]]
    numbers = [node.entity.schedule(content, _due(content)) for content in contents]
    return Answer(body=compose_map([_entry("sequence-numbers", _longs(_LONG, numbers))]))


def _due(content: Content) -> float:
    if content.scheduled_ms is None:
        raise BadRequestError("A scheduled message needs x-opt-scheduled-enqueue-time.")
    return content.scheduled_ms / 1000


def _cancel(node: Node, body: dict[str, Any]) -> Answer:
    node.entity.cancel([int(number) for number in body["sequence-numbers"]])
    return Answer()


def _subscription(node: Node) -> Subscription:
    if node.subscription is None:
        raise NotAllowedError(f"'{node.path}' has no rules.")
    return node.subscription


def _add_rule(node: Node, body: dict[str, Any]) -> Answer:
    _subscription(node).add_rule(read_rule(str(body["rule-name"]), body["rule-description"]))
    return Answer()


def _remove_rule(node: Node, body: dict[str, Any]) -> Answer:
    _subscription(node).remove_rule(str(body["rule-name"]))
    return Answer()


def _enumerate_rules(node: Node, body: dict[str, Any]) -> Answer:
    skip, top = int(body.get("skip") or 0), int(body["top"])
    rules = list(_subscription(node).rules.values())[skip : skip + top]
    if not rules:
        return Answer(status=_NO_CONTENT, description="No rules", body=encode_map({}))
    described = [compose_map([_entry("rule-description", write_rule(rule))]) for rule in rules]
    return Answer(body=compose_map([_entry("rules", compose_list(described))]))


_OPERATIONS: dict[str, Callable[[Node, dict[str, Any]], Answer]] = {
    "com.microsoft:renew-lock": _renew,
    "com.microsoft:peek-message": _peek,
    "com.microsoft:receive-by-sequence-number": _receive_deferred,
    "com.microsoft:update-disposition": _update_disposition,
    "com.microsoft:schedule-message": _schedule,
    "com.microsoft:cancel-scheduled-message": _cancel,
    "com.microsoft:add-rule": _add_rule,
    "com.microsoft:remove-rule": _remove_rule,
    "com.microsoft:enumerate-rules": _enumerate_rules,
}
