"""The peer: the same work as a Celery task, in the way its documentation recommends and as lean as it gets.

For each job one claim under a lease and a fence, one GET of the cached answer, one guarded result row, and
one event in a Redis stream; acknowledged late, so that a crash redelivers it. It does less than our engine:
no validation, no history, no outbox, no check of the cached answer.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from typing import Any

import psycopg
import redis
from celery import Celery
from celery.signals import worker_ready
from psycopg.types.json import Jsonb

QUEUE = "chat-suggestions"
EVENTS = "peer-events"

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS peer;
CREATE TABLE IF NOT EXISTS peer.jobs (
    job_id text PRIMARY KEY, creator_id text NOT NULL, body jsonb NOT NULL, payload_hash bytea NOT NULL,
    state text NOT NULL, fence bigint NOT NULL, due_at timestamptz, result jsonb,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS jobs_due ON peer.jobs (due_at) WHERE due_at IS NOT NULL;
"""

_CLAIM = """
INSERT INTO peer.jobs AS job (job_id, creator_id, body, payload_hash, state, fence, due_at)
VALUES (%s, %s, %s, %s, 'running', 1, now() + interval '30 seconds')
ON CONFLICT (job_id) DO UPDATE SET fence = job.fence + 1, due_at = excluded.due_at
    WHERE job.payload_hash = excluded.payload_hash AND job.state = 'running' AND job.due_at < now()
RETURNING fence
"""
_RECORD = """
UPDATE peer.jobs SET state = 'completed', result = %s, due_at = NULL, updated_at = now()
WHERE job_id = %s AND fence = %s AND state = 'running'
"""

app = Celery("peer", broker=os.environ["REDIS_URL"])
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_default_queue=QUEUE,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    worker_disable_rate_limits=True,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
)
_local = threading.local()


@worker_ready.connect  # type: ignore[untyped-decorator]  # Celery is published without types
def announce(**_: Any) -> None:
    """Say that the worker takes tasks, as every service of the embedded stack does."""
    sys.stdout.write("READY {}\n")
    sys.stdout.flush()


def answer_key(creator_id: str, payload: Any) -> str:
    """Return the name of a cached answer."""
    canonical = json.dumps([creator_id, payload], sort_keys=True, separators=(",", ":")).encode()
    return f"peer:{hashlib.sha256(canonical).hexdigest()}"


@app.task(name="chat.suggest")  # type: ignore[untyped-decorator]  # as above
def suggest(envelope: dict[str, Any]) -> None:
    """Do one job."""
    job_id, creator_id, payload = envelope["jobId"], envelope["creatorId"], envelope["payload"]
    name = answer_key(creator_id, payload)
    claimed = _database().execute(_CLAIM, (job_id, creator_id, Jsonb(envelope), name.encode())).fetchone()
    if claimed is None:
        return
    result = json.loads(_cache().get(name))
    if not _database().execute(_RECORD, (Jsonb(result), job_id, claimed[0])).rowcount:
        return
    event = {"eventType": "job.completed", "jobId": job_id, "creatorId": creator_id, "result": result}
    _cache().xadd(EVENTS, {"event": json.dumps(event)}, maxlen=100_000, approximate=True)


def _database() -> psycopg.Connection[tuple[Any, ...]]:
    """Return this thread's own connection."""
    if not hasattr(_local, "database"):
        _local.database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    connection: psycopg.Connection[tuple[Any, ...]] = _local.database
    return connection


def _cache() -> Any:
    """Return this thread's own client."""
    if not hasattr(_local, "cache"):
        _local.cache = redis.Redis.from_url(os.environ["REDIS_URL"])
    return _local.cache
