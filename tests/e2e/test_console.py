"""The console as an operator uses it: in a real Chromium, on the running app."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from infra.local import signalr
from infra.local.process import ROOT
from shared.access.operators import Role
from tests.e2e.app import App, message_of
from tests.e2e.model import Model
from tests.e2e.operators import KEYS, ask

pytestmark = pytest.mark.timeout(240)

_WALK = Path(__file__).parent / "pages" / "console.mjs"
#: Markup, the other direction, and ten thousand letters without a space.
_HOSTILE = "<img src=x onerror=alert(1)>\u202egpj.exe\u2066 " + "W" * 10_000
_FOREIGN = [
    *("reason", "message", "jobType", "creatorId", "errorCode", "code", "messageId", "deployment", "task"),
    *("askedBy", "archivedBy", "why", "subject", "event", "mailer", "error", "brokerReason", "problem"),
]


class Console:
    """A browser, and the console in it."""

    def __init__(self, asking: IO[str], answering: IO[str]) -> None:
        self._asking = asking
        self._answering = answering
        self._width = 0
        self.requests: list[str] = []

    def ask(self, question: str, **details: Any) -> Any:
        """Ask the page something; see `console.mjs`. It has never complained."""
        self._asking.write(json.dumps({"question": question, **details}) + "\n")
        self._asking.flush()
        line = self._answering.readline()
        assert line, f"{question} was not answered"
        told = json.loads(line)
        self.requests = told["requests"]
        assert told["problem"] is None, told["problem"]
        if question == "open":
            self._width = details.get("width", 1280)
        else:
            assert [each for each in told["complaints"] if not _is_expected(each)] == []
        return told["answer"]

    def enter(self, app: App, role: Role = Role.ADMIN, *, at: str = "", **options: Any) -> None:
        """Open the console and sign in."""
        self.ask("open", url=f"{app.hosted.url}/api/console{at}", **options)
        self.ask("shown", selector="form")
        self.sign_in(app.hosted.key, KEYS[role])
        self.ask("shown", selector=".top")

    def sign_in(self, platform: str, operator: str) -> None:
        """Fill in both keys, in the language that is spoken."""
        inputs = self.ask(
            "evaluate", script="[...document.querySelectorAll('label')].map((l) => l.innerText)"
        )
        for label, key in zip(inputs, (platform, operator), strict=True):
            self.ask("fill", label=label, value=key)
        self.ask("press", keys=["Enter"])

    def sound(self) -> None:
        """Check that nothing is out of reach: for who can't see or point, or beyond the edge at any width."""
        found = self.ask("looked", width=self._width)
        assert found["violations"] == []
        assert found["beyond"] == []


@pytest.fixture(scope="module")
def console() -> Iterator[Console]:
    """A browser."""
    browser = next(
        found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))
    )
    process = subprocess.Popen(  # noqa: S603 - our own program
        ["node", str(_WALK), browser],  # noqa: S607
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin
        assert process.stdout
        try:
            yield Console(process.stdin, process.stdout)
        finally:
            process.stdin.close()


def _failed(app: App, model: Model, creator: str, count: int) -> list[str]:
    """Have jobs of one creator fail for good, and wait until their messages are dead."""
    model.fail("content_filter", count=10 * count)
    jobs = [app.publish(f"You are {uuid4().hex}?", creatorId=creator) for _ in range(count)]
    for job_id in jobs:
        assert app.wait_for_job(job_id)["state"] == "failed"
    path = f"dead-letters/chat-suggestions?creatorId={creator}"
    app.until(lambda: len(ask(app.hosted, path).body["messages"]) == count, "they are dead")
    return jobs


def _group(app: App, creator: str) -> str:
    [*found] = ask(app.hosted, f"dead-letters/chat-suggestions?creatorId={creator}").body["messages"]
    return str(found[0]["group"])


def test_an_operator_finds_a_group_and_replays_it(
    app: App, hub: signalr.Endpoint, model: Model, console: Console
) -> None:
    """From the wrong key to the last job done, with the keyboard alone where it counts."""
    creator = f"console-{uuid4().hex[:8]}"
    jobs = _failed(app, model, creator, 3)
    _signed_in(console, app)
    _found(console, _group(app, creator), creator, jobs)
    model.forgive()
    _rehearsed(console)
    assert {app.states(job_id)[-1] for job_id in jobs} == {"failed"}
    console.ask("tab", selector="dialog button.primary")
    console.ask("press", keys=["Enter"])
    console.ask("shown", selector='[data-state="completed"]', text="Done")
    for job_id in jobs:
        console.ask("shown", selector="tr", text=job_id)
        assert app.wait_for_job(job_id)["epoch"] == 1
    console.ask("shown", selector="tr:nth-child(3) .state.good")
    console.sound()
    console.ask("click", selector=f'a[href="#jobs/{jobs[0]}"]')
    console.ask("shown", selector='[data-story="completed"]')
    story = console.ask("shown", selector=".timeline")
    for told in ("failed · Content filtered", "completed", "Touched by: Replay", "Announced: completed"):
        assert told in story
    console.sound()
    _harmless(console, app, hub)


def _signed_in(console: Console, app: App) -> None:
    """Try the wrong keys first."""
    console.ask("open", url=f"{app.hosted.url}/api/console")
    console.ask("shown", selector="form")
    console.sound()
    console.sign_in(app.hosted.key, "hzo_wrong")
    console.ask("shown", selector=".complaint", text="The operator key is not right.")
    console.sign_in("wrong", KEYS[Role.ADMIN])
    console.ask("shown", selector=".complaint", text="The platform key is not right.")
    console.sign_in(app.hosted.key, KEYS[Role.OPERATOR])
    console.ask("shown", selector=".headline")
    console.ask("shown", selector=".listening.on", text="Live")
    console.sound()


def _found(console: Console, group: str, creator: str, jobs: list[str]) -> None:
    """Get to a creator's letters of a group; whatever has the focus is seen to have it."""
    console.ask("tab", selector='a[href="#dead-letters"]')
    console.ask("press", keys=["Enter"])
    console.ask("shown", selector=f'[data-group="{group}"]', text="content filter refused")
    console.sound()
    assert console.ask("tab", selector=f'.button[href$="/{group}"]') == "solid"
    console.ask("press", keys=["Enter"])
    console.ask("shown", selector=".rows")
    console.ask("fill", label="Creator", value=creator)
    for job_id in jobs:
        console.ask("shown", selector=".rows", text=job_id)
    console.ask("shown", selector="main .rows tbody tr:nth-child(3):last-child")
    console.sound()


def _rehearsed(console: Console) -> None:
    """Ask what a replay would do, in a dialog that keeps the keyboard."""
    console.ask("evaluate", script="document.querySelector('main').focus()")
    console.ask("tab", selector="button.primary")
    console.ask("press", keys=["Enter"])
    console.ask("shown", selector="dialog")
    console.ask("tab", selector="dialog input[type=checkbox]")
    console.ask("press", keys=["Space", "Enter"])  # all at once; and in a field, Enter is the dry run
    rehearsed = console.ask("shown", selector="dialog .rows tbody")
    assert rehearsed.split() == ["sent", "again", "3"]
    console.sound()
    console.ask("press", keys=["Tab"] * 12)
    outside = "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
    assert not console.ask("evaluate", script=outside)


def _harmless(console: Console, app: App, hub: signalr.Endpoint) -> None:
    """Nobody else was asked, and no key stands in an address."""
    hosts = {urlsplit(request).netloc for request in console.requests if not request.startswith("data:")}
    assert hosts == {urlsplit(app.hosted.url).netloc, urlsplit(hub.url).netloc}
    secrets = (app.hosted.key, *KEYS.values())
    assert not [request for request in console.requests for secret in secrets if secret in request]
    log = app.log.decode(errors="replace")
    assert not [role for role, key in KEYS.items() if key in log]


def test_jobs_are_followed_as_they_happen(app: App, console: Console) -> None:
    """By SignalR: a job of any creator's appears without anybody asking, and the filters hold."""
    creator = f"console-{uuid4().hex[:8]}"
    console.enter(app, Role.VIEWER, at="#jobs")
    console.ask("shown", selector=".listening.on")
    console.ask("shown", selector="h1", text="Jobs")
    job_id = app.publish(f"Good evening {uuid4().hex}", creatorId=creator)
    console.ask("shown", selector=f'[data-job="{job_id}"][data-status="completed"]')
    console.ask("fill", label="Creator", value=creator)
    console.ask("shown", selector="tbody tr:first-child:last-child", text=job_id)
    console.ask("choose", label="State", value="failed")
    console.ask("shown", selector=".nothing")
    console.ask("go", hash="dead-letters/chat-suggestions")
    console.ask("shown", selector=".quiet", text="an operator’s key is needed")  # noqa: RUF001 - as it is shown
    console.ask("click", selector='button[aria-label="Sign out"]')
    console.ask("shown", selector="form")
    assert console.ask("evaluate", script="sessionStorage.length") == 0


def test_jobs_are_seen_without_signalr(app: App, console: Console) -> None:
    """The page then asks by itself, and says so."""
    first = app.publish(f"Good night {uuid4().hex}")
    app.wait_for_job(first)
    console.ask("open", url=f"{app.hosted.url}/api/console#jobs")
    console.ask("shown", selector="form")
    console.ask("alone")
    console.sign_in(app.hosted.key, KEYS[Role.VIEWER])
    console.ask("shown", selector=".listening", text="Polling")
    console.ask("shown", selector=f'[data-job="{first}"]')
    job_id = app.publish(f"Good morning {uuid4().hex}")
    console.ask("shown", selector=f'[data-job="{job_id}"][data-status="completed"]')


def test_what_does_not_answer_is_said(app: App, console: Console) -> None:
    """Never that all is well when nobody knows."""
    console.enter(app, Role.VIEWER)
    away = {"error": {"code": "DATABASE_UNAVAILABLE", "message": "Away."}}
    services = {"postgresql": {"ok": True, "tookMs": 1.0}, "redis": {"ok": False, "tookMs": 2_000.0}}
    for path, status, answer, told in (
        ("health/ready", 200, {"status": "degraded", "services": services}, "Does not answer: Redis."),
        ("health/ready", 503, away, "How the app stands is not known."),
        ("**", 503, away, "The database does not answer."),
    ):
        console.ask("answered", path=path, status=status, json=answer)
        for place in ("jobs", "now"):
            console.ask("go", hash=place)
        console.ask("shown", selector="main", text=told)
        console.sound()


def _is_expected(complaint: str) -> bool:
    """Chromium complains of each failed request: of a refused key, a service that is away, an unknown job."""
    unknown_job = "status of 404" in complaint and "/api/jobs/%3Cimg" in complaint
    return unknown_job or "status of 401" in complaint or "status of 503" in complaint


def test_what_others_wrote_stays_text(app: App, console: Console) -> None:
    """Markup, words that run the other way and endless words are shown, and do nothing; at any width."""
    job_id = _unreadable(app)
    app.wait_for_job(app.publish(f"What would you never do, {uuid4().hex}?"))
    console.enter(app, width=390, locale="fr-FR", scheme="dark")
    console.ask("poisoned", fields=_FOREIGN, text=_HOSTILE)
    places = ("dead-letters", "dead-letters/chat-suggestions", f"jobs/{job_id}", "jobs", "costs", "now")
    for place in places:
        console.ask("go", hash=place)
        if place == "dead-letters/chat-suggestions":  # others' letters say nothing
            console.ask("fill", label="Rechercher", value=job_id)
        console.ask("shown", selector="main bdi", text="<img src=x onerror=alert(1)>")
        console.sound()
    assert console.ask("evaluate", script="document.images.length") == 0
    console.ask("go", hash="jobs/" + "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E" + "W" * 60)
    console.ask("shown", selector="main .id", text="<img src=x")


def _unreadable(app: App) -> str:
    """Have a job that no worker takes, and wait until its message is dead."""
    job_id = f"job_{uuid4().hex}"
    body = {"jobId": job_id, "jobType": "chat.suggest", "creatorId": "7", "payload": {"fanMessage": 3}}
    properties = {"jobType": "chat.suggest", "jobId": job_id, "creatorId": "7"}
    app.send(message_of(json.dumps(body).encode(), properties))
    path = f"dead-letters/chat-suggestions?text={job_id}"
    app.until(lambda: ask(app.hosted, path).body["messages"], "it is dead")
    return job_id


def test_an_administrator_mends_a_letter(app: App, console: Console) -> None:
    """What was no valid job is edited, and is done."""
    job_id = _unreadable(app)
    console.enter(app, at="#dead-letters/chat-suggestions", width=390)
    console.ask("fill", label="Search", value=job_id)
    console.ask("shown", selector="tbody tr:first-child:last-child", text=job_id)
    console.ask("click", selector="td .plain")
    console.ask("shown", selector="dialog textarea")
    console.sound()
    console.ask("fill", label="Payload, as JSON", value='{"fanMessage": "Good night 😘"}')
    console.ask("click", selector="dialog .primary")
    console.ask("shown", selector='[data-story="completed"]')
    console.sound()


def test_costs_are_told_as_a_picture_and_in_numbers(app: App, model: Model, console: Console) -> None:
    model.forgive()
    app.wait_for_job(app.publish(f"What do you like about {uuid4().hex}?"))
    console.enter(app, Role.VIEWER, at="#costs")
    console.ask("shown", selector=".figure", text="$")
    console.ask("shown", selector=".chart svg[role=img]")
    console.ask("click", selector="summary")
    console.ask("shown", selector="details .rows")
    console.sound()
    console.ask("click", selector="header button[lang=fr]")
    console.ask("shown", selector="h1", text="Coûts")
    console.ask("shown", selector=".figure", text="$")
    console.sound()


def test_the_page_is_served_as_it_should_be(app: App) -> None:
    """Without a key, for it holds nothing; its files for a year, and under their version only."""
    address = f"{app.hosted.url}/api/console"
    with urlopen(address, timeout=30) as answer:  # noqa: S310 - the host's own URL
        text, headers = answer.read().decode(), answer.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    with pytest.raises(HTTPError) as unchanged:
        urlopen(Request(address, headers={"If-None-Match": headers["ETag"]}), timeout=30)  # noqa: S310 - as above
    with unchanged.value as error:
        assert error.code == 304
    for path, status in (("000000000000/main.js", 404), ("session", 404), ("x/..%2f..%2fanswers.py", 404)):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{address}/{path}", timeout=30)  # noqa: S310 - as above
        with refused.value as error:
            assert error.code == status
    assert "hzo_" not in text
    assert ask(app.hosted, "console/session", method="POST", role=None).status == 401
    told = ask(app.hosted, "console/session", method="POST", role=Role.VIEWER).body
    assert (told["operator"], told["mayEdit"]) == ({"name": "e2e-viewer", "role": "viewer"}, False)
    assert ask(app.hosted, "console/session", method="POST", role=Role.ADMIN).body["mayEdit"] is True
