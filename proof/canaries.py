"""Secrets that sing: one in every setting, URL, header and payload; then a search in all that is kept.

What a run writes is searched whole: the host's log at level DEBUG, every text, JSON and binary column of
every table, and every HTTP answer. Payloads have to be kept somewhere; `KEPT` names where.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

import psycopg
import redis
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from cryptography.fernet import Fernet
from psycopg import sql

from infra.local.parts import SERVICES
from infra.local.process import ROOT, python_module, spawn
from infra.operators import make
from shared.access.operators import Role
from shared.contracts import JobType
from shared.settings import Settings

#: Columns that have to hold what jobs were asked with, and why.
KEPT: Mapping[str, str] = {
    "jobs.body": "the message that asks for the job, so that it can be sent again",
    "jobs.thread": "the conversation's name, by which the newest message is known",
    "jobs.properties": "the message's properties, which are sent again with it",
    "outbox.body": "messages that are promised and not sent yet; emptied when they are",
    "outbox.properties": "their properties",
    "quarantine.body": "messages that are no jobs, kept as they came",
    "webhook_endpoints.url": "where a creator's webhook goes",
}
#: Answers that have to hold them: a creator's own endpoints.
KEPT_ANSWERS = frozenset({"/api/webhooks"})
_PATIENCE_SECONDS = 90.0
_FEWEST_CHARACTERS = 8
#: Well known to everybody: the storage emulator's, and simulators'.
_PUBLIC = frozenset({"simulated-key", "devstoreaccount1"})


@dataclass(kw_only=True)
class Sung:
    """What was found where."""

    secrets: int
    payloads: int
    log_bytes: int
    rows: int
    columns: int
    answers: int
    #: (which canary, where) of those that had no business there.
    found: list[tuple[str, str]] = field(default_factory=list)
    #: Where payloads were, as they have to be.
    kept: set[str] = field(default_factory=set)


async def sung(directory: Path) -> Sung:
    """Run the whole app with canaries everywhere, and look for them."""
    return await asyncio.to_thread(_sung, directory)


def _sung(directory: Path) -> Sung:
    directory.mkdir(parents=True)
    directory.chmod(0o711)
    payloads = {name: f"canary{name}{secrets.token_hex(6)}" for name in _PLACES}
    with ExitStack() as opened:
        variables: dict[str, str] = {}
        for part in SERVICES:
            variables.update(opened.enter_context(part.start(directory, variables)))
        settings, keys = _with_canaries(variables)
        argv = python_module("infra.local.host", "--root", str(ROOT), "--port", "0", "--log-level", "DEBUG")
        hosted = opened.enter_context(spawn(argv, directory=directory, name="host", environment=settings))
        _publish(settings, payloads)
        _settle(settings["DATABASE_URL"])
        answers = list(
            _ask_everything(hosted.ready["FUNCTIONS_URL"], settings["FUNCTIONS_KEY"], keys, payloads)
        )
        time.sleep(2)
        lines = (directory / "host.log").read_bytes().splitlines(keepends=True)
        log = b"".join(
            line for line in lines if not line.startswith(b"READY ")
        )  # tells us the key, by design
        return _searched(settings, keys, payloads, log, answers)


#: Where payload canaries are put.
_PLACES = (
    *("fan", "name", "recent", "topic", "conversation", "signature", "userinfo", "query", "field"),
    *("unknown", "property", "broken", "header", "bearer", "cookie", "operator", "hook", "presigned"),
)


def _with_canaries(variables: Mapping[str, str]) -> tuple[dict[str, str], Mapping[Role, str]]:
    """Put a secret of our own wherever the services let us choose one."""
    made = {role: make(f"canary-{role}", role) for role in Role}
    password = secrets.token_hex(12)
    with redis.Redis.from_url(variables["REDIS_URL"]) as client:
        client.config_set("requirepass", password)
    settings = {
        **variables,
        "SERVICEBUS_CONNECTION": variables["SERVICEBUS_CONNECTION"].replace(
            "SAS_KEY_VALUE", secrets.token_hex(20)
        ),
        "DATABASE_URL": _with_password(variables["DATABASE_URL"], "postgres", secrets.token_hex(12)),
        "REDIS_URL": _with_password(variables["REDIS_URL"], "", password),
        "FUNCTIONS_KEY": secrets.token_hex(16),
        "OPERATOR_KEYS": ",".join(str(entry) for _, entry in made.values()),
        "WEBHOOK_SECRETS_KEYS": Fernet.generate_key().decode(),
        "MAIL_UNSUBSCRIBE_SECRETS": secrets.token_hex(16),
        "AUTH_JWT_SECRET": secrets.token_hex(32),
        "SMTP_PASSWORD": secrets.token_hex(12),
    }
    return settings, {role: key for role, (key, _) in made.items()}


def _with_password(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.hostname}:{parts.port}"))


def _secret_values(settings: Mapping[str, str], keys: Mapping[Role, str]) -> dict[str, str]:
    """Return every secret of the settings: of connection strings and URLs, only the secret part."""
    found = {f"operator key {role}": key for role, key in keys.items()}
    found["FUNCTIONS_KEY"] = settings["FUNCTIONS_KEY"]
    secret_fields = [
        name for name, about in Settings.model_fields.items() if "SecretStr" in str(about.annotation)
    ]
    names = {
        *(name.upper() for name in secret_fields),
        "AzureSignalRConnectionString",
        "AWS_SECRET_ACCESS_KEY",
    }
    for name in names & settings.keys():
        for number, value in enumerate(_secrets_of(settings[name])):
            if len(value) >= _FEWEST_CHARACTERS and value not in _PUBLIC:
                found[f"{name} {number}" if number else name] = value
    return found


def _secrets_of(value: str) -> Iterator[str]:
    if "://" in value and (password := urlsplit(value.partition(";")[0]).password):
        yield password
    elif "Key=" in value:
        yield from (
            part.partition("Key=")[2] for part in value.split(";") if "Key=" in part and "Name" not in part
        )
    else:
        yield from value.split(",")


def _publish(settings: Mapping[str, str], canary: Mapping[str, str]) -> None:
    """Ask for jobs that work, jobs that fail and messages that are none, with a canary in each part."""
    signed = f"https://files.example.com/a.png?sv=2026&sig={canary['signature']}"
    presigned = (
        f"{settings['S3_ENDPOINT_URL']}/{settings['S3_BUCKET']}/uploads/none.mp4"
        f"?X-Amz-Signature={canary['presigned']}"
    )
    jobs: Sequence[tuple[JobType, Any]] = [
        (
            JobType.CHAT_SUGGEST,
            {
                "fanMessage": f"I wonder what you do about {canary['fan']} at night?",
                "conversationId": canary["conversation"],
                "unknown": canary["unknown"],
                "context": {
                    "fanName": canary["name"],
                    "recentMessages": [{"from": "fan", "text": canary["recent"]}],
                },
            },
        ),
        (JobType.CHAT_SUGGEST, {"fanMessage": {"x": canary["field"]}}),
        (JobType.CONTENT_SUGGEST, {"platform": "of", "contentType": "post", "topic": canary["topic"]}),
        (JobType.CONTENT_ANALYZE, {"contentType": "photo", "contentUrl": signed}),
        (
            JobType.CONTENT_ANALYZE,
            {"contentType": "photo", "contentUrl": f"https://u:{canary['userinfo']}@x.io/a"},
        ),
        (JobType.VIDEO_ANALYSIS, {"videoUrl": f"https://evil.example.com/v.mp4?token={canary['query']}"}),
        (JobType.VIDEO_ANALYSIS, {"videoUrl": presigned}),
    ]
    messages = [
        _message(
            f"job_canary_{number}", job_type, json.dumps(_body(f"job_canary_{number}", job_type, payload))
        )
        for number, (job_type, payload) in enumerate(jobs)
    ]
    messages.append(_message("job_canary_x", JobType.CHAT_SUGGEST, '{"fanMessage": "' + canary["broken"]))
    messages.append(_message("job_canary_y", JobType.CHAT_SUGGEST, "[]", diagnostic=canary["property"]))
    with (
        ServiceBusClient.from_connection_string(settings["SERVICEBUS_CONNECTION"]) as client,
        client.get_topic_sender("huntaze-jobs") as sender,
    ):
        sender.send_messages(messages)


def _body(job_id: str, job_type: JobType, payload: Any) -> Mapping[str, Any]:
    return {"jobId": job_id, "jobType": job_type, "creatorId": "1", "payload": payload}


def _message(job_id: str, job_type: JobType, body: str, **properties: str) -> ServiceBusMessage:
    told: dict[Any, Any] = {"jobType": str(job_type), "jobId": job_id, "creatorId": "1", **properties}
    return ServiceBusMessage(body, message_id=job_id, application_properties=told)


def _settle(database_url: str) -> None:
    """Wait until every message has been seen, and for what is retried to be retried once."""
    query = "SELECT count(*) FROM huntaze_workers.jobs WHERE state <> 'running'"
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        with psycopg.connect(database_url) as connection:
            row = connection.execute(query).fetchone()
        if row and row[0] >= len(_PLACES) // 2:
            break
        time.sleep(0.5)
    time.sleep(5)


def _ask_everything(
    url: str, key: str, keys: Mapping[Role, str], canary: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Ask every HTTP function, with and without the right key; yield (path, answer with its headers)."""
    headers = {
        "Authorization": f"Bearer {canary['bearer']}",
        "Cookie": f"session={canary['cookie']}",
        "x-canary": canary["header"],
    }
    jobs = [f"jobs/job_canary_{name}" for name in (0, 1, 3, 5, "x", "y", "none")]
    paths = [
        *(
            "health",
            "health/ready",
            "costs",
            "jobs",
            "alerts",
            "console",
            "replays",
            "dead-letters",
            "webhooks",
        ),
        *("negotiate", "unsubscribe?token=nonsense", "webhooks/deliveries", "dead-letters/chat-suggestions"),
        *("dead-letters/chat-suggestions?include_body=false", f"jobs?creator={canary['cookie']}"),
        *jobs,
        *(f"{job}/story" for job in jobs),
    ]
    for path in paths:
        for operator in (keys[Role.ADMIN], canary["operator"], ""):
            yield _ask(f"{url}/api/{path}", {**headers, "x-functions-key": key, "x-operator-key": operator})
        yield _ask(f"{url}/api/{path}", headers)
    hook = json.dumps({"url": f"https://hooks.example.com/{canary['hook']}"}).encode()
    yield _ask(f"{url}/api/webhooks/crm", headers, method="PUT", body=hook)
    yield _ask(f"{url}/api/speech/webhook", headers, method="POST", body=canary["broken"].encode())


def _ask(
    url: str, headers: Mapping[str, str], *, method: str = "GET", body: bytes | None = None
) -> tuple[str, bytes]:
    request = Request(url, headers=dict(headers), method=method, data=body)  # noqa: S310 - our own host
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return urlsplit(url).path, str(answer.headers).encode() + answer.read()
    except HTTPError as error:
        return urlsplit(url).path, str(error.headers).encode() + error.read()


def _searched(
    settings: Mapping[str, str],
    keys: Mapping[Role, str],
    payloads: Mapping[str, str],
    log: bytes,
    answers: Sequence[tuple[str, bytes]],
) -> Sung:
    hidden = _secret_values(settings, keys)
    sung = Sung(
        secrets=len(hidden),
        payloads=len(payloads),
        log_bytes=len(log),
        rows=0,
        columns=0,
        answers=len(answers),
    )
    everything = {**hidden, **{f"payload {name}": value for name, value in payloads.items()}}
    sung.found += [(name, "the host's log") for name, value in everything.items() if value.encode() in log]
    for path, answer in answers:
        asked_for = path.rpartition("/")[2]
        sung.found += [
            (name, f"the answer of {path}")
            for name, value in everything.items()
            if value.encode() in answer and value != asked_for and value not in path
        ]
    for column, rows, text in _columns(settings["DATABASE_URL"]):
        sung.rows, sung.columns = sung.rows + rows, sung.columns + 1
        for name, value in everything.items():
            if value.encode() not in text and value.encode().hex().encode() not in text:
                continue
            if name in hidden or column not in KEPT:
                sung.found.append((name, f"column {column}"))
            else:
                sung.kept.add(column)
    return sung


def _columns(database_url: str) -> Iterator[tuple[str, int, bytes]]:
    """Yield every column that can hold text: its name, its rows, and its values, bytes in hexadecimal too."""
    query = """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'huntaze_workers' AND data_type IN ('text', 'jsonb', 'json', 'bytea', 'ARRAY')
    """
    with psycopg.connect(database_url) as connection:
        for table, column in connection.execute(query).fetchall():
            asked = sql.SQL("SELECT {column}, {column}::text FROM huntaze_workers.{table}").format(
                column=sql.Identifier(column), table=sql.Identifier(table)
            )
            values = connection.execute(asked).fetchall()
            text = b"\n".join(
                (value if isinstance(value, bytes) else b"") + (shown or "").encode()
                for value, shown in values
            )
            yield f"{table}.{column}", len(values), text
