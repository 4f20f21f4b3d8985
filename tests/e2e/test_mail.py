"""A creator hears of a job by mail, and ends it with one click; what happened is counted."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from urllib.error import HTTPError
from uuid import uuid4

import psycopg
import pytest

from infra.local.inbox import Inbox
from tests.e2e.app import App


def _mails(mailbox: Inbox, address: str) -> list[EmailMessage]:
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in mailbox.mails.glob("*.eml")]
    return [mail for mail in mails if mail["To"] == address]


@pytest.fixture
def creator(app_database_url: str) -> str:
    """A creator who can be reached, in French."""
    name = uuid4().hex[:12]
    with psycopg.connect(app_database_url) as connection:
        connection.execute(
            "INSERT INTO huntaze_workers.contacts (creator_id, email, language) VALUES (%s, %s, 'fr')",
            [name, f"{name}@creators.example"],
        )
    return name


def _failing_job(app: App, creator: str) -> str:
    """Publish a job that fails at once: its link leads to where nobody may read."""
    payload = {"contentType": "photo", "contentUrl": "http://169.254.169.254/latest"}
    return app.publish("", jobType="content.analyze", creatorId=creator, payload=payload)


def _asked(url: str, method: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:  # noqa: S310 - our own host
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_failure_is_mailed_at_once_and_one_click_ends_all_mail(
    app: App, mailbox: Inbox, creator: str
) -> None:
    address = f"{creator}@creators.example"
    job_id = _failing_job(app, creator)
    app.until(lambda: _mails(mailbox, address), "the mail has come", within_seconds=60)
    (mail,) = _mails(mailbox, address)
    text = mail.get_body(("plain",))
    assert text is not None
    assert mail["Subject"] == "Ton contenu n\u2019a pas pu \u00eatre analys\u00e9"
    assert f"{job_id} · FORBIDDEN_URL" in text.get_content()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(.+)>", mail["List-Unsubscribe"])
    assert link
    query = urllib.parse.urlsplit(link[1])
    url = f"{app.hosted.url}{query.path}?{query.query}"

    _failing_job(app, creator)  # gathered: it comes with the next letter, if there is one
    waiting = "SELECT FROM huntaze_workers.mail_notices WHERE recipient = %s AND letter_id IS NULL"
    app.until(lambda: app.rows(waiting, creator), "the notice is kept", within_seconds=60)
    assert len(_mails(mailbox, address)) == 1

    status, page = _asked(url, "GET")
    assert (status, "Se d\u00e9sabonner" in page) == (200, True)
    subscribed = "SELECT FROM huntaze_workers.contacts WHERE creator_id = %s AND unsubscribed_at IS NULL"
    assert app.rows(subscribed, creator)
    assert _asked(f"{app.hosted.url}/api/unsubscribe?token=v1.MTAx.forged", "POST")[0] == 400
    assert _asked(url, "POST")[0] == 200
    assert not app.rows(subscribed, creator)


def test_what_ended_is_counted(app: App) -> None:
    """In its minute, with what it cost: the rollups agree with the jobs and the ledger."""
    creator = uuid4().hex[:12]
    job_ids = [app.publish("hello there, how are you?", creatorId=creator) for _ in range(2)]
    for job_id in job_ids:
        app.wait_for_job(job_id, within_seconds=60)
    counted = "SELECT FROM huntaze_workers.metric_events WHERE message_id LIKE %s"
    for job_id in job_ids:
        app.until(partial(app.rows, counted, f"{job_id}:%"), "it is counted", within_seconds=60)
    (sums,) = app.rows(
        "SELECT sum(jobs) AS jobs, sum(timed_jobs) AS timed, sum(latency_ms) AS latency_ms"
        " FROM huntaze_workers.metric_minutes WHERE job_type = 'chat.suggest' AND status = 'completed'"
    )
    assert sums["jobs"] >= 2
    assert sums["timed"] == sums["jobs"]
    assert sums["latency_ms"] > 0
    (both,) = app.rows(
        "SELECT (SELECT count(*) FROM huntaze_workers.metric_events) AS events,"
        " (SELECT sum(jobs) FROM huntaze_workers.metric_minutes) AS jobs"
    )
    assert both["events"] == both["jobs"]
