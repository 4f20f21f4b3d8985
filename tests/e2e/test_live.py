"""Jobs as a creator's page sees them: in a real Chromium, and in Node, with `@microsoft/signalr`."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pytest
from azure.servicebus import ServiceBusClient

from infra.local import signalr
from infra.local.commands.live import page as page_address
from infra.local.process import ROOT
from shared.contracts import Topic
from tests.e2e.app import App, message_of
from tests.e2e.creators import token

pytestmark = pytest.mark.timeout(120)

_WATCH = Path(__file__).parent / "pages" / "watch.mjs"
Announce = Callable[[Mapping[str, Any]], None]

#: The promise: a page hears of a job's end this soon after it.
_PROMISED_SECONDS = 2.0


class Pages:
    """Open pages, by their names."""

    def __init__(self, asking: IO[str], answering: IO[str]) -> None:
        self._asking = asking
        self._answering = answering

    def ask(self, page: str, question: str, **details: Any) -> Any:
        """Ask a page something; see `watch.mjs`."""
        self._asking.write(json.dumps({"page": page, "question": question, **details}) + "\n")
        self._asking.flush()
        line = self._answering.readline()
        assert line, f"{question} of {page} was not answered"
        told = json.loads(line)
        assert told["complaints"] == []
        return told["answer"]


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    """A browser."""
    browser = next(
        found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))
    )
    process = subprocess.Popen(  # noqa: S603 - our own program
        ["node", str(_WATCH), browser],  # noqa: S607
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin
        assert process.stdout
        try:
            yield Pages(process.stdin, process.stdout)
        finally:
            process.stdin.close()


@pytest.fixture(scope="module")
def announce(app: App) -> Iterator[Announce]:
    """Put events on the topic, as a worker that woke up late would."""
    with (
        ServiceBusClient.from_connection_string(app.connection) as client,
        client.get_topic_sender(Topic.EVENTS) as sender,
    ):

        def send(body: Mapping[str, Any]) -> None:
            sender.send_messages(message_of(json.dumps(body).encode(), {"jobId": body["jobId"]}))

        yield send


def address(app: App, hub: signalr.Endpoint, signed: str) -> str:
    return page_address(hub.url, app.hosted.url, signed)


def publish(app: App, creator_id: str) -> str:
    """Ask for ideas that nobody asked for before; return the job's id."""
    payload = {"platform": "onlyfans", "contentType": "post", "topic": f"a day at the beach, {uuid4().hex}"}
    return app.publish("", jobType="content.suggest", payload=payload, creatorId=creator_id)


def test_a_job_reaches_its_creators_page_and_no_other(
    app: App, hub: signalr.Endpoint, pages: Pages, announce: Announce
) -> None:
    """Within two seconds of its end; what is late or comes twice changes nothing that is seen."""
    anna, ben = f"anna-{uuid4().hex[:8]}", f"ben-{uuid4().hex[:8]}"
    for creator in (anna, ben):
        pages.ask(creator, "open", url=address(app, hub, token(creator)))
        settled = pages.ask(creator, "settled")
        assert settled["state"] == "connected"
        assert creator in settled["text"]

    pages.ask(anna, "shown", job=publish(app, anna), status="completed")  # whatever is loaded once is loaded
    job = publish(app, anna)
    text = pages.ask(anna, "shown", job=job, status="completed")
    row = app.wait_for_job(job)
    for idea in row["result"]["ideas"]:
        assert idea["text"] in text
    told = pages.ask(anna, "received", job=job, count=1)["received"]
    [seen] = [each for each in told if each["update"]["jobId"] == job]
    ended_at = datetime.fromisoformat(seen["update"]["updatedAt"]).timestamp()
    assert seen["at"] / 1000 - ended_at < _PROMISED_SECONDS
    [event] = app.events_of(job)
    assert seen["update"] == {
        "error": None,
        **{name: value for name, value in event.body.items() if name != "creatorId"},
    }

    late = {**event.body, "eventType": "job.processing", "status": "processing", "progress": 60}
    announce({**late, "version": event.body["version"] - 40, "result": None})
    announce(event.body)
    assert pages.ask(anna, "received", job=job, count=3)["dropped"] == 2
    assert pages.ask(anna, "shown", job=job, status="completed") == text

    other = publish(app, ben)
    pages.ask(ben, "shown", job=other, status="completed")
    told = pages.ask(ben, "received", job=other, count=1)["received"]
    assert {each["update"]["jobId"] for each in told} == {other}


def test_what_a_follow_up_adds_is_added_whenever_it_comes(
    app: App, hub: signalr.Endpoint, pages: Pages, announce: Announce
) -> None:
    """Before the result or after it, once or twice, and never over a newer run of the job."""
    creator, job = f"anna-{uuid4().hex[:8]}", f"job_{uuid4().hex}"
    event = {
        "jobId": job,
        "jobType": "video.analysis",
        "creatorId": creator,
        "status": "completed",
        "progress": 100,
        "message": "Done.",
        "updatedAt": "2026-01-01T00:00:00.000Z",
    }
    done = {**event, "eventType": "job.completed", "version": 228, "result": {"summary": "A beach."}}
    words = {"transcript": {"status": "ready", "text": "Hello from the beach!"}}
    added = {**event, "eventType": "job.enriched", "version": 3_000, "result": words}
    again = {**done, "version": 2**32 + 356, "result": {"summary": "Another beach."}}
    pages.ask(creator, "open", url=address(app, hub, token(creator)))
    pages.ask(creator, "settled")
    for number, body in enumerate((added, done, added, done), 1):
        announce(body)
        pages.ask(creator, "received", job=job, count=number)
    text = pages.ask(creator, "shown", job=job, status="completed")
    assert "A beach." in text
    assert "Hello from the beach!" in text
    for number, body in enumerate((again, added, done), 5):
        announce(body)
        pages.ask(creator, "received", job=job, count=number)
    text = pages.ask(creator, "shown", job=job, status="completed")
    assert "Another beach." in text
    assert "Hello" not in text


def test_a_page_without_a_good_token_is_told_so(app: App, hub: signalr.Endpoint, pages: Pages) -> None:
    """A browser can read the refusal, since the page is an allowed one."""
    bad = token("anna", secret="a secret of somebody else's choosing")
    pages.ask("refused", "open", url=address(app, hub, bad))
    answer = pages.ask("refused", "settled")
    assert answer["state"] == "refused"
    assert "401" in answer["text"]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer " + token("anna", exp=int(time.time()) - 3_600),
        "Bearer " + token("anna", aud="somebody-else"),
        "Bearer " + token("anna", secret="a secret of somebody else's choosing"),
        "Bearer " + token("anna")[:-4] + "AAAA",
        "Bearer "
        + ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in ({"alg": "none"}, {"sub": "anna", "aud": "huntaze-workers", "exp": 2**31})
        )
        + ".",
    ],
    ids=["none", "expired", "for others", "from others", "changed", "unsigned"],
)
def test_nobody_becomes_a_creator_without_the_front_ends_word(app: App, authorization: str | None) -> None:
    """Whatever other headers claim, those that the platform's own binding would believe included."""
    headers = {"x-ms-client-principal-id": "anna", "x-ms-signalr-userid": "anna"}
    status, body = negotiate(app, {**headers, **({"Authorization": authorization} if authorization else {})})
    assert status == 401
    assert body == {"error": {"code": "UNAUTHENTICATED", "message": "A valid token is needed."}}


def negotiate(app: App, headers: Mapping[str, str]) -> tuple[int, Any]:
    request = urllib.request.Request(  # noqa: S310 - our own host
        f"{app.hosted.url}/api/negotiate?negotiateVersion=1", data=b"", headers=dict(headers), method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_the_published_example_follows_a_creators_jobs(app: App) -> None:
    """In Node, with the client library and its types."""
    creator = f"node-{uuid4().hex[:8]}"
    follower = subprocess.Popen(  # noqa: S603 - our own example
        [
            str(ROOT / "node_modules" / ".bin" / "tsx"),
            str(ROOT / "docs" / "examples" / "typescript" / "live.ts"),
            "1",
        ],
        env={**os.environ, "FUNCTIONS_URL": app.hosted.url, "TOKEN": token(creator)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with follower:
        assert follower.stdout
        assert follower.stderr
        assert follower.stderr.readline() == "Connected.\n"
        job = publish(app, creator)
        told = json.loads(follower.stdout.readline())
        assert follower.wait(60) == 0
    assert (told["jobId"], told["status"]) == (job, "completed")
    assert told["result"] == app.wait_for_job(job)["result"]
