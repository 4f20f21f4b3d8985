"""Requests that no honest client sends: the app says what is wrong with them, and never fails over them."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from docs.contracts.routes.describing import CREATOR_TOKEN
from docs.contracts.routes.table import Operation, operations
from shared.access.operators import Role
from tests.e2e.app import App, message_of
from tests.e2e.callers import credentials, path_of, sent
from tests.e2e.operators import ask

OPERATIONS = operations()
WITH_BODIES = [each for each in OPERATIONS if each.route.body is not None]

_DEEP = b'{"limit":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
BODIES: dict[str, bytes] = {
    "nothing at all": b"",
    "no JSON": b"limit=1&dryRun=true",
    "half of it": b'{"limit": 1',
    "two of them": b'{"limit": 1}{"limit": 2}',
    "a list": b"[]",
    "a text": b'"limit"',
    "null": b"null",
    "a number without end": b'{"limit": ' + b"9" * 10_000 + b"}",
    "no number": b'{"limit": NaN, "ratePerSecond": Infinity, "patienceSeconds": -Infinity}',
    "a large exponent": b'{"limit": 1e400, "sequenceNumber": 1e400, "payload": {}}',
    "a name twice": b'{"limit": 1, "limit": "x"}',
    "NUL": b'{"id": "\\u0000", "limit": 1, "creatorId": "\\u0000", "endpoint": "\\u0000", "url": "\\u0000"}',
    "half an emoji": b'{"limit": 1, "creatorId": "\\ud83d", "selector": {"text": "\\ud83d"}}',
    "broken UTF-8": b'{"limit": 1, "creatorId": "\xff\xfe"}',
    "UTF-16": '{"limit": 0, "creatorId": ""}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"limit": 1, "dryRun": true}',
    "depth": _DEEP,
    "size": b'{"limit": "' + b"x" * 400_000 + b'"}',
    "bytes": bytes(range(256)),
}
HEADERS: dict[str, dict[str, str]] = {
    "another content type": {"Content-Type": "image/png"},
    "no content type that is one": {"Content-Type": ";;;"},
    "an encoding that is none": {"Content-Type": "application/json; charset=klingon"},
    "what is accepted": {"Accept": "application/xml", "Accept-Encoding": "gzip;q=0, br"},
    "conditions": {"If-None-Match": '"\xe9, W/', "If-Match": "*", "Range": "bytes=-1"},
    "an id that is none": {"Idempotency-Key": "\xe9" * 200},
    "a key with accents": {"x-operator-key": "hzo_\xe9"},
    "a key without end": {"x-operator-key": "k" * 7_000},
    "half a token": {"Authorization": "Bearer"},
    "a token of rubbish": {"Authorization": "Bearer \xff.\xfe.\xfd"},
    "no token": {"Authorization": "Basic dTpw"},
    "another method": {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/api/jobs"},
    "an origin": {"Origin": "null", "Access-Control-Request-Method": "\xe9"},
}
QUERIES = [
    "limit=9" + "9" * 4_000,
    "limit=%00",
    "cursor=%FF%FE",
    "cursor=" + "A" * 401,
    "cursor=MjAyNi0xMS0yNFQxMDowMDowMA",
    "before=0000-00-00",
    "before=9999-12-31T23:59:59.999999%2B00:00",
    "before=0001-01-01T00:00:00-23:59",
    "from=-1",
    "from=9223372036854775808",
    "after=-2",
    "includeBody=perhaps",
    "month=2026-13",
    "creatorId=%ED%A0%BD",
    "state=,,,",
    "token=%00&lang=%00",
    "validationToken=%0d%0aSet-Cookie:x=1",
    "a=1&a=2&%5B%5D=1",
]
PATHS = [
    "/api/jobs/%00",
    "/api/jobs/%FF%FE",
    "/api/jobs/%ED%A0%BD/story",
    "/api/jobs/%0d%0aSet-Cookie:x=1",
    "/api/jobs/" + "j" * 4_000,
    "/api/jobs/%2e%2e%2f%2e%2e",
    "/api/replays/%00",
    "/api/replays/" + "r" * 4_000,
    "/api/dead-letters/%00",
    "/api/dead-letters/chat-suggestions%00/archive",
    "/api/console/x/..%2fpage.html",
    "/api/console/x/%2e%2e%2f%2e%2e%2fhost.json",
    "/api/console/%00/%00",
    "/api/webhooks",
    "/api//jobs",
    "/api/jobs;a=b",
    "/API/HEALTH",
]


def _headers(app: App, operation: Operation) -> dict[str, str]:
    by_token = any(CREATOR_TOKEN in schemes for schemes in operation.route.access.schemes)
    return credentials("a creator" if by_token else "the admin", app.hosted)


def _is_fine(operation: Operation, status: int, content: bytes) -> bool:
    """Say whether an answer is one that is described, or the platform's own refusal."""
    if status in {400, 404} and (not content or not content.startswith(b"{")):
        return True
    told = status in {*operation.route.answers, *operation.route.refusals}
    return told and status != 500


@pytest.mark.parametrize("oddity", BODIES)
def test_a_body_that_is_none(app: App, oddity: str) -> None:
    for each in WITH_BODIES:
        status, _, content = sent(
            app.hosted, each.route.method, path_of(each), headers=_headers(app, each), body=BODIES[oddity]
        )
        assert _is_fine(each, status, content), (each.route.function, status, content)


@pytest.mark.parametrize("oddity", HEADERS)
def test_headers_that_make_no_sense(app: App, oddity: str) -> None:
    for each in OPERATIONS:
        headers = {**_headers(app, each), **HEADERS[oddity]}
        body = None if each.route.body is None else each.route.body_example
        status, _, content = sent(app.hosted, each.route.method, path_of(each), headers=headers, body=body)
        assert _is_fine(each, status, content), (each.route.function, status, content)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
def test_queries_that_make_no_sense(app: App, query: str) -> None:
    for each in OPERATIONS:
        if each.route.method == "GET":
            status, headers, content = sent(
                app.hosted, "GET", f"{path_of(each)}?{query}", headers=_headers(app, each)
            )
            assert _is_fine(each, status, content), (each.route.function, status, content)
            assert "set-cookie" not in headers


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_paths_that_lead_nowhere(app: App, path: str) -> None:
    headers = credentials("the admin", app.hosted)
    status, answered, content = sent(app.hosted, "GET", path, headers=headers)
    assert status in {200, 400, 401, 404}, content
    assert b"extensionBundle" not in content
    assert "set-cookie" not in answered


#: Of endpoints, in another route, where they are refused.
_ALSO_NAMES = {"/api/webhooks/test", "/api/webhooks/deliveries"}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_methods_that_are_not_described(app: App, method: str) -> None:
    described = {(each.route.method, each.registered.path) for each in OPERATIONS}
    for each in OPERATIONS:
        if (method, each.registered.path) in described or each.registered.path in _ALSO_NAMES:
            continue
        status, _, content = sent(app.hosted, method, path_of(each), headers=_headers(app, each))
        assert status in {404, 405}, (each.registered.path, content)


_NO_HTTP = (
    b"\x16\x03\x01\x00\xa5",
    b"GET / HTTP/9.9\r\n\r\n",
    b"G\x00T /api/jobs HTTP/1.1\r\n\r\n",
    b"POST /api/jobs HTTP/1.1\r\n: x\r\n\r\n",
)


def test_what_is_no_http_at_all(app: App) -> None:
    """And the app goes on."""
    parts = urlsplit(app.hosted.url)
    for rubbish in (
        b"\x16\x03\x01\x00\xa5",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/jobs HTTP/1.1\r\n: x\r\n\r\n",
    ):
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as connection:
            connection.sendall(rubbish)
            connection.shutdown(socket.SHUT_WR)
            assert b"500" not in connection.recv(4_096)[:20]
    assert ask(app.hosted, "health", role=None).status == 200


_PAYLOADS: dict[str, bytes] = {
    "no number": b'{"fanMessage": "Hey", "context": {"x": NaN, "y": Infinity}}',
    "NUL": b'{"fanMessage": "Hey \\u0000 you"}',
    "half an emoji": b'{"fanMessage": "Hey \\ud83d", "\\ud83d": "\\udc00"}',
    "depth": b'{"fanMessage": "Hey", "context": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}",
    "large numbers": b'{"fanMessage": "Hey", "context": {"x": ' + b"9" * 4_000 + b"}}",
    "size": b'{"fanMessage": "Hey", "context": {"x": "' + b"y" * 280_000 + b'"}}',
}


def test_edits_that_make_it_worse(app: App) -> None:
    """A payload that can't be stored or sent is refused, and the letter stays; or it is mended, and sent."""
    sender = f"odd-{uuid4().hex[:8]}"
    for number in range(len(_PAYLOADS)):
        job_id = f"job_{sender}_{number}"
        body = {"jobId": job_id, "jobType": "chat.suggest", "creatorId": sender, "payload": {}}
        properties = {name: body[name] for name in ("jobType", "jobId", "creatorId")}
        app.send(message_of(json.dumps(body).encode(), properties))
    letters = app.until(lambda: _letters(app, sender, len(_PAYLOADS)), "they are dead")
    refused, accepted = 0, []
    for (oddity, payload), letter in zip(_PAYLOADS.items(), letters, strict=True):
        status, told = _edited(app, letter["sequenceNumber"], payload)
        assert status in {200, 202, 400, 413}, (oddity, told)
        if status in {200, 202}:
            accepted.append(told["jobId"])
        else:
            refused += 1
            assert told["error"]["code"] in {"INVALID_REQUEST", "INVALID_PAYLOAD", "TOO_LARGE"}
    assert len(_letters(app, sender, refused)) == refused > 0
    for job_id in accepted:
        app.wait_for_job(job_id)
    chosen = {"selector": {"creatorId": sender}, "limit": 10}
    ask(app.hosted, f"{_CHAT}/archive", method="POST", role=Role.OPERATOR, body=chosen)


_CHAT = "dead-letters/chat-suggestions"


def _letters(app: App, creator_id: str, count: int) -> list[Any]:
    found: list[Any] = ask(app.hosted, f"{_CHAT}?creatorId={creator_id}").body["messages"]
    return found if len(found) == count else []


def _edited(app: App, sequence_number: int, payload: bytes) -> tuple[int, Any]:
    asked = b'{"sequenceNumber": %d, "payload": %s}' % (sequence_number, payload)
    headers = credentials("the admin", app.hosted)
    status, _, content = sent(app.hosted, "POST", f"/api/{_CHAT}/edit-replay", headers=headers, body=asked)
    return status, json.loads(content)
