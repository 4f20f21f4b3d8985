"""Webhooks as a creator's developer meets them: over HTTP, with a token, and signed."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from uuid import uuid4

from standardwebhooks import Webhook

from tests.e2e.app import App
from tests.e2e.creators import token
from tests.e2e.shapes import hold
from tests.webhook_receiver import Heard, Receiver


class Client:
    """One creator's program."""

    def __init__(self, app: App, creator_id: str | None) -> None:
        self._url = f"{app.hosted.url}/api/webhooks"
        self._headers = {"Authorization": f"Bearer {token(creator_id)}"} if creator_id else {}

    def ask(self, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
        """Return the answer's status and content."""
        request = urllib.request.Request(  # noqa: S310 - our own host
            f"{self._url}{path}",
            method=method,
            headers={**self._headers, "Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
                status, content = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                status, content = error.code, error.read()
        hold(method, f"/api/webhooks{path}", status, content)
        return status, json.loads(content or b"null")


def _told(receiver: Receiver, path: str, kind: str) -> list[Heard]:
    """Return the latest request to a path if it is of a kind."""
    latest = [receiver.latest[path]] if path in receiver.latest else []
    return [heard for heard in latest if heard.headers["x-huntaze-event"] == kind]


def _states(client: Client) -> set[str]:
    return {delivery["state"] for delivery in client.ask("GET", "/deliveries")[1]["deliveries"]}


def test_a_creator_is_told_of_a_job_by_a_signed_webhook(app: App, creators_server: Receiver) -> None:
    """From the first request to the last, with everything real in between."""
    creator_id = f"c{uuid4().hex[:8]}"
    client, path = Client(app, creator_id), f"/{creator_id}"
    endpoint = {"url": f"{creators_server.origin}{path}"}
    status, made = client.ask("PUT", "/crm", endpoint)
    assert (status, made["name"], made["enabled"]) == (201, "crm", True)
    webhook = Webhook(made["secret"])

    status, tested = client.ask("POST", "/test", {"endpoint": "crm"})
    assert (status, tested["state"]) == (200, "delivered")
    ping = creators_server.latest[path]
    assert webhook.verify(ping.body, ping.headers)["type"] == "webhook.ping"

    job_id = app.publish("Hey, how are you?", creatorId=creator_id)
    (heard,) = app.until(lambda: _told(creators_server, path, "job.completed"), "the webhook came")
    said = webhook.verify(heard.body, heard.headers)
    assert (said["type"], said["data"]["jobId"]) == ("job.completed", job_id)
    assert heard.headers["x-huntaze-job-id"] == job_id

    app.until(lambda: _states(client) == {"delivered"}, "every attempt is written down")
    assert client.ask("PUT", "/crm", endpoint)[0] == 200
    assert "secret" not in client.ask("GET")[1]["endpoints"][0]
    assert client.ask("POST", f"/deliveries/{heard.headers['webhook-id']}/replay")[0] == 202
    app.until(lambda: creators_server.heard[heard.headers["webhook-id"]] == 2, "the timer sent it once more")
    assert client.ask("DELETE", "/crm") == (204, None)
    assert client.ask("GET")[1] == {"endpoints": []}
    assert made["secret"].encode() not in app.log


def test_who_has_no_token_or_asks_for_our_own_network_gets_nothing(app: App) -> None:
    for method, path in (("GET", ""), ("PUT", "/crm"), ("POST", "/test"), ("GET", "/deliveries")):
        status, body = Client(app, None).ask(method, path, {} if method == "PUT" else None)
        assert (status, body["error"]["code"]) == (401, "UNAUTHENTICATED")
    for url in ("http://127.0.0.1:9/", "https://169.254.169.254/", "https://localhost:8443/"):
        status, body = Client(app, "c1").ask("PUT", "/crm", {"url": url})
        assert (status, body["error"]["code"]) == (422, "FORBIDDEN_URL")
