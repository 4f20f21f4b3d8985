"""Between the store's shapes and the parameters and rows of its statements."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Json, Jsonb

from shared.ai.port import ModelCall
from shared.contracts import Topic
from shared.persistence.checkpoints import Checkpoint, Payment
from shared.persistence.port import (
    Cancellation,
    Claim,
    FollowUp,
    JobMessage,
    JobRecord,
    JobState,
    OutboxMessage,
    Outcome,
    Rejection,
    Verdict,
    verdict_on,
)
from shared.persistence.replaying import JobReplay, Replayed, ReplayVerdict

_dumps = partial(json.dumps, allow_nan=False, separators=(",", ":"))
_as_jsonb = partial(Jsonb, dumps=_dumps)

_NO_JOB = (
    "job_id",
    "job_type",
    "creator_id",
    "properties",
    "payload_hash",
    "epoch",
    "attempt",
    "deadline_ms",
)

_SEEN = ("epoch", "attempt", "fence", "claims", "remaining_seconds", "unsent", "superseded")


def job_columns(message: JobMessage) -> dict[str, Any]:
    """Return the columns of a new job."""
    return {
        "job_id": message.job_id,
        "job_type": message.job_type,
        "creator_id": message.creator_id,
        "body": message.body,
        "properties": _as_jsonb(message.properties),
        "payload_hash": message.payload_hash,
        "epoch": message.epoch,
        "attempt": message.attempt,
        "deadline_ms": message.deadline_ms,
    }


def as_rows(rows: Sequence[Mapping[str, Any]]) -> Json:
    """Return the parameter of a statement that takes many rows.

    In the order of their jobs, so that two processes never lock the same ones crosswise.
    """
    return Json(sorted(rows, key=itemgetter("job_id")), dumps=_dumps)


def claim_row(message: JobMessage, claim_id: UUID, lease_seconds: float) -> dict[str, Any]:
    """Return what `CLAIM` takes for one job."""
    return {
        "job_id": message.job_id,
        "job_type": message.job_type,
        "creator_id": message.creator_id,
        "body": _text(message.body),
        "properties": message.properties,
        "payload_hash": message.payload_hash.hex(),
        "epoch": message.epoch,
        "attempt": message.attempt,
        "deadline_ms": message.deadline_ms,
        "asked_at": message.asked_at and message.asked_at.isoformat(),
        "claim_id": str(claim_id),
        "lease_seconds": lease_seconds,
        "follows_up": message.follows_up,
        "thread": message.thread,
    }


def claim(row: DictRow, message: JobMessage) -> Claim:
    """Read the answer to `CLAIM`."""
    seen = {name: row[name] for name in _SEEN}
    return Claim(job_id=message.job_id, verdict=_verdict(row, message), turn=row["turn"] or 0, **seen)


def _verdict(row: DictRow, message: JobMessage) -> Verdict:
    if row["claimed"]:
        return Verdict.CLAIMED
    return verdict_on(
        JobState(row["state"]),
        same_payload=row["same_payload"],
        superseded=(row["epoch"], row["attempt"]) > (message.epoch, message.attempt),
        error_code=row["error_code"],
    )


def outcome_row(outcome: Outcome, sweep_after_seconds: float) -> dict[str, Any]:
    """Return what `RECORD` takes for one outcome."""
    following = outcome.next_attempt
    delay_seconds = following.delay_seconds if following else 0.0
    return {
        "job_id": outcome.job_id,
        "creator_id": outcome.creator_id,
        "epoch": outcome.epoch,
        "attempt": outcome.attempt,
        "fence": outcome.fence,
        "state": outcome.state,
        "result": outcome.result,
        "error_code": outcome.error_code,
        "error_message": outcome.error_message,
        "due_in_seconds": delay_seconds + following.grace_seconds if following else None,
        "delay_seconds": delay_seconds,
        "next_attempt": following.attempt if following else None,
        "next_body": _text(following.body) if following else None,
        "usage": outcome.usage or None,
        "calls": [_call_columns(call) for call in outcome.calls],
        "messages": [_message_columns(message) for message in outcome.messages],
        "sweep_after_seconds": sweep_after_seconds,
    }


def linked_columns(outcome: Outcome) -> dict[str, Any]:
    """Return what `RECORD_LINKED` takes besides."""
    enrichment = outcome.enrichment
    return {
        "doubtful_calls": _keyed_calls(outcome.doubtful_calls),
        "follow_ups": [_follow_up_columns(follow_up) for follow_up in outcome.follow_ups],
        "parent_id": enrichment and enrichment.parent_id,
        "parent_type": enrichment and enrichment.parent_type,
        "fields": enrichment and enrichment.fields,
        "tells": [_message_columns(enrichment.message)] if enrichment else [],
    }


def checkpoint_columns(checkpoint: Checkpoint, payment: Payment) -> dict[str, Any]:
    """Return the parameters of `KEEP`."""
    return {
        "creator_id": checkpoint.creator_id,
        "step": checkpoint.step,
        "key": checkpoint.key,
        "content": _as_jsonb(checkpoint.content),
        "job_id": payment.job_id,
        "epoch": payment.epoch,
        "attempt": payment.attempt,
        "payer": payment.creator_id,
        "calls": Json(_keyed_calls(payment.calls), dumps=_dumps),
    }


def _keyed_calls(calls: Mapping[str, ModelCall]) -> list[dict[str, Any]]:
    return [{**_call_columns(call), "ledger_key": key} for key, call in calls.items()]


def _follow_up_columns(follow_up: FollowUp) -> dict[str, Any]:
    job = follow_up.job
    return {
        "job_id": job.job_id,
        "job_type": job.job_type,
        "creator_id": job.creator_id,
        "body": _text(job.body),
        "properties": job.properties,
        "payload_hash": job.payload_hash.hex(),
        "epoch": job.epoch,
        "deadline_ms": job.deadline_ms,
        "message_id": follow_up.message.message_id,
        "delay_seconds": follow_up.message.delay_seconds,
        "grace_seconds": follow_up.grace_seconds,
    }


def _call_columns(call: ModelCall) -> dict[str, Any]:
    return {
        "task": call.task,
        "role": call.role,
        "deployment": call.deployment,
        "input_tokens": call.usage.input_tokens,
        "output_tokens": call.usage.output_tokens,
        "reasoning_tokens": call.usage.reasoning_tokens,
        "cost_usd_micros": call.cost_usd_micros,
    }


def _message_columns(message: OutboxMessage) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "topic": message.topic,
        "body": _text(message.body),
        "properties": message.properties,
        "delay_seconds": message.delay_seconds,
    }


def _text(content: bytes) -> str:
    """Return bytes as a statement's JSON takes them."""
    return b64encode(content).decode()


def cancellation_columns(cancellation: Cancellation, sweep_after_seconds: float) -> dict[str, Any]:
    """Return the parameters of `CANCEL`."""
    return {
        "job_id": cancellation.job_id,
        "fence": cancellation.fence,
        "error_code": cancellation.error_code,
        "error_message": cancellation.error_message,
        "messages": Json([_message_columns(message) for message in cancellation.messages], dumps=_dumps),
        "sweep_after_seconds": sweep_after_seconds,
    }


def rejection_columns(rejection: Rejection, sweep_after_seconds: float) -> dict[str, Any]:
    """Return the parameters of `REJECT`."""
    job = rejection.job
    columns: dict[str, Any] = job_columns(job) if job else dict.fromkeys(_NO_JOB)
    return {
        **columns,
        "message_key": rejection.message_key,
        "subscription": rejection.subscription,
        "message_id": rejection.message_id,
        "body": rejection.body,
        "error_code": rejection.error_code,
        "reason": rejection.reason,
        "messages": Json([_message_columns(message) for message in rejection.messages], dumps=_dumps),
        "sweep_after_seconds": sweep_after_seconds,
    }


def replay_row(replay: JobReplay, sweep_after_seconds: float) -> dict[str, Any]:
    """Return what `REPLAY` takes for one job."""
    job = replay.job
    return {
        "job_id": job.job_id,
        "job_type": job.job_type,
        "creator_id": job.creator_id,
        "body": _text(job.body),
        "properties": job.properties,
        "payload_hash": job.payload_hash.hex(),
        "raw_hash": replay.raw_hash.hex(),
        "epoch": job.epoch,
        "deadline_ms": job.deadline_ms,
        "follows_up": job.follows_up,
        "grace_seconds": replay.grace_seconds,
        "sweep_after_seconds": sweep_after_seconds,
    }


def replayed(row: DictRow) -> Replayed:
    """Read the answer to `REPLAY`."""
    return Replayed(verdict=ReplayVerdict(row["verdict"]), epoch=row["epoch"], sent_as=row["sent_as"])


def outbox_message(row: DictRow) -> OutboxMessage:
    """Read a row of the outbox."""
    return OutboxMessage(**{**row, "topic": Topic(row["topic"]), "body": bytes(row["body"])})


def job_record(row: DictRow) -> JobRecord:
    """Read a job's row."""
    return JobRecord(**{**row, "state": JobState(row["state"])})
