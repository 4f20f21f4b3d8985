"""What a client is answered: an address, or a reason; and what a browser lets its page read of it."""

from __future__ import annotations

import pytest

from shared.errors import RequestError
from shared.realtime.desk import RealtimeDesk
from shared.realtime.port import ConnectionInfo
from workers.notify_signalr.clients import Answer, answer, unavailable

PAGE = "https://app.huntaze.com"


class Doorman:
    """Knows one creator, and where he goes."""

    def creator_of(self, authorization: str | None) -> str:
        if authorization != "Bearer good":
            raise RequestError("A valid token is needed.", status=401, code="UNAUTHENTICATED")
        return "123"

    def connection_for(self, creator_id: str) -> ConnectionInfo:
        return ConnectionInfo(url="https://hub.example/client/?hub=huntaze", access_token=f"for {creator_id}")


def asked(method: str = "POST", **headers: str) -> Answer:
    doorman = Doorman()
    desk = RealtimeDesk(identities=doorman, hub=doorman, allowed_origins=frozenset({PAGE}))
    return answer(method, headers, desk)


def test_a_creator_is_sent_to_the_hub() -> None:
    """With the names that `@microsoft/signalr` reads."""
    told = asked(authorization="Bearer good")
    assert told.status == 200
    assert told.body == {"url": "https://hub.example/client/?hub=huntaze", "accessToken": "for 123"}


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer bad"}, {"x-creator-id": "123"}])
def test_nobody_else_is(headers: dict[str, str]) -> None:
    """Whatever a header claims."""
    told = asked(**headers)
    assert told.status == 401
    assert told.body == {"error": {"code": "UNAUTHENTICATED", "message": "A valid token is needed."}}
    assert told.headers["WWW-Authenticate"] == "Bearer"


def test_an_allowed_page_may_ask_and_read() -> None:
    """Errors included: a page has to see that its token has ended."""
    preflight = asked("OPTIONS", origin=PAGE)
    assert (preflight.status, preflight.body) == (204, None)
    assert preflight.headers["Access-Control-Allow-Methods"] == "POST"
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
    for told in (preflight, asked(origin=PAGE, authorization="Bearer good"), asked(origin=PAGE)):
        assert told.headers["Access-Control-Allow-Origin"] == PAGE
        assert told.headers["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{PAGE}.evil.example", f"{PAGE}/"])
def test_another_page_reads_nothing(origin: str) -> None:
    """And no cache takes one page's answer for another's."""
    for told in (asked("OPTIONS", origin=origin), asked(origin=origin, authorization="Bearer good")):
        assert not [name for name in told.headers if name.startswith("Access-Control")]
        assert told.headers["Vary"] == "Origin"


def test_a_service_that_is_not_set_up_says_so() -> None:
    told = unavailable()
    assert told.status == 503
    assert told.body
    assert told.body["error"] == {
        "code": "REALTIME_UNAVAILABLE",
        "message": "Updates can't be followed here for now.",
    }
