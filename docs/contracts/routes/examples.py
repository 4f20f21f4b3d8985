"""Examples of answers, each valid by its shape."""

from __future__ import annotations

from typing import Any

_AT, _LATER = "2026-11-24T10:00:00.000Z", "2026-11-24T10:00:04.250Z"
_JOB_ID = "job_1766400000000_k3j2h1g0f"

_JOB_HEAD: dict[str, Any] = {
    "jobId": _JOB_ID,
    "jobType": "chat.suggest",
    "creatorId": "123",
    "status": "completed",
    "attempt": 0,
    "createdAt": _AT,
    "updatedAt": _LATER,
    "version": 228,
}
JOB = {**_JOB_HEAD, "result": {"suggestions": [{"text": "Long, but better now! And yours?"}]}}
CANCELLED_JOB = {
    **_JOB_HEAD,
    "status": "failed",
    "error": {"code": "CANCELLED", "message": "The job was cancelled."},
}
JOB_PAGE = {"jobs": [_JOB_HEAD], "next": None}
STORY: dict[str, Any] = {
    **_JOB_HEAD,
    "epoch": 0,
    "fence": 1,
    "state": "completed",
    "costUsdMicros": 310,
    "history": [
        {"epoch": 0, "attempt": 0, "fence": 1, "state": state, "errorCode": None, "usage": None, "at": at}
        for state, at in (("running", _AT), ("completed", _LATER))
    ],
    "calls": [
        {
            "epoch": 0,
            "attempt": 0,
            "task": "chat.suggest",
            "role": "generation",
            "deployment": "DeepSeek-V3",
            "inputTokens": 640,
            "outputTokens": 120,
            "reasoningTokens": 0,
            "costUsdMicros": 310,
            "at": _LATER,
        }
    ],
    "messages": [
        {
            "messageId": f"{_JOB_ID}:0:1:0",
            "topic": "huntaze-events",
            "eventType": "job.completed",
            "createdAt": _LATER,
            "sendAt": _LATER,
            "sentAt": _LATER,
        }
    ],
    "letters": [],
    "webhooks": [],
    "replays": [],
    "followUps": [],
}

READY = {"status": "ready", "services": {"postgresql": {"ok": True, "tookMs": 1.2, "problem": None}}}
_SPENT = {
    "usdMicros": 310,
    "calls": 1,
    "jobs": 1,
    "inputTokens": 640,
    "outputTokens": 120,
    "reasoningTokens": 0,
}
COSTS = {
    "month": "2026-11",
    "spentUsdMicros": 310,
    "budgetUsdMicros": 500_000_000,
    "forecastUsdMicros": 388,
    "budgetPercent": 0.0,
    "forecastPercent": 0.0,
    "days": [{"day": "2026-11-24", **_SPENT}],
    "models": [{"deployment": "DeepSeek-V3", **_SPENT}],
    "workers": [{"jobType": "chat.suggest", **_SPENT}],
    "creators": [{"creatorId": "123", **_SPENT}],
    "spared": {"answers": 2, "usdMicros": 620},
}
ALERTS = {
    "alerts": [
        {
            "event": "dead_letters_high",
            "subject": "chat-suggestions",
            "episode": 1,
            "figures": {
                "topic": "huntaze-jobs",
                "subscription": "chat-suggestions",
                "count": 12,
                "threshold": 10,
            },
            "raisedAt": _AT,
            "clearedAt": None,
        }
    ]
}
CONNECTION = {"url": "https://huntaze.service.signalr.net/client/?hub=huntaze", "accessToken": "eyJhbGciOi…"}
SESSION = {
    "operator": {"name": "mara", "role": "operator"},
    "mayEdit": False,
    "realtime": CONNECTION,
}

_PLACE = {"topic": "huntaze-jobs", "subscription": "chat-suggestions"}
_LETTER = {"sequenceNumber": 4711, "messageId": f"{_JOB_ID}:0", "jobId": _JOB_ID}
_GROUP = "a1b2c3d4e5f6"
OVERVIEW = {
    "at": _LATER,
    "subscriptions": [
        {
            **_PLACE,
            "count": 12,
            "truncated": False,
            "groups": [
                {
                    "group": _GROUP,
                    "errorCode": "MODEL_ERROR",
                    "jobType": "chat.suggest",
                    "reason": "The AI model gave no usable answer.",
                    "count": 12,
                    "firstAt": _AT,
                    "lastAt": _LATER,
                    "sample": _LETTER,
                }
            ],
        }
    ],
}
_IDENTITY = {
    "sequenceNumber": 4711,
    "messageId": f"{_JOB_ID}:0",
    "brokerReason": "MaxDeliveryCountExceeded",
    "enqueuedAt": _AT,
    "deliveries": 5,
    "replays": 0,
    "bodyBytes": 312,
    "bodySha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "jobId": _JOB_ID,
    "jobType": "chat.suggest",
    "creatorId": "123",
}
LETTERS = {
    **_PLACE,
    "messages": [
        {
            **_IDENTITY,
            "errorCode": "MODEL_ERROR",
            "reason": "The AI model gave no usable answer.",
            "group": _GROUP,
            "job": {"state": "failed", "epoch": 0},
            "heldBy": None,
            "replay": {"outcome": "sent", "reason": None},
        }
    ],
    "next": None,
}
_OPERATION_ID = "2f7c1d0b-3a4e-4f60-9182-93a4b5c6d7e8"
ARCHIVE = {
    **_PLACE,
    "messages": [
        {
            **_IDENTITY,
            "archivedBy": "mara",
            "archivedAt": _LATER,
            "expiresAt": "2026-12-24T10:00:04.250Z",
            "operation": _OPERATION_ID,
        }
    ],
    "next": None,
}
ASKED_OPERATION = {
    "id": _OPERATION_ID,
    "selector": {"errorCode": "MODEL_ERROR"},
    "limit": 100,
    "ratePerSecond": 5,
    "dryRun": True,
}
REHEARSAL = {
    "dryRun": True,
    "chosen": 1,
    "counts": [{"outcome": "sent", "reason": None, "count": 1}],
    "messages": [{**_LETTER, "outcome": "sent", "reason": None}],
}
OPERATION: dict[str, Any] = {
    "id": _OPERATION_ID,
    "kind": "replay",
    **_PLACE,
    "state": "completed",
    "why": None,
    "askedBy": "mara",
    "selector": {"errorCode": "MODEL_ERROR"},
    "limit": 100,
    "ratePerSecond": 5.0,
    "ladder": {"step": 1, "size": 1},
    "chosen": 1,
    "waiting": 0,
    "sent": 1,
    "cleared": 1,
    "counts": [{"outcome": "sent", "reason": None, "count": 1}],
    "boundSequence": 4711,
    "startAt": _AT,
    "deadlineAt": "2026-11-24T16:00:00.000Z",
    "createdAt": _AT,
    "updatedAt": _LATER,
    "endedAt": _LATER,
}
EDIT = {**OPERATION, "kind": "edit", "ladder": None, "jobId": f"job_edit_{_OPERATION_ID}"}
OPERATIONS = {"replays": [OPERATION], "next": None}
DETAIL = {
    **OPERATION,
    "messages": [
        {
            **_LETTER,
            "jobType": "chat.suggest",
            "outcome": "sent",
            "reason": None,
            "sentAs": f"{_JOB_ID}:r1",
            "epoch": 1,
            "step": 1,
            "jobState": "completed",
            "at": _LATER,
            "clearedAt": _LATER,
        }
    ],
    "next": None,
}

ENDPOINT: dict[str, Any] = {
    "name": "crm",
    "url": "https://hooks.example.com/huntaze",
    "events": ["job.completed", "job.failed"],
    "enabled": True,
    "disabledReason": None,
    "disabledAt": None,
    "failingSince": None,
    "previousSecretUntil": None,
    "createdAt": _AT,
}
ENDPOINTS = {"endpoints": [ENDPOINT]}
DELIVERY: dict[str, Any] = {
    "id": "msg_2f7c1d0b3a4e5f60718293a4b5c6d7e8",
    "endpoint": "crm",
    "event": "webhook.ping",
    "jobId": None,
    "state": "delivered",
    "createdAt": _AT,
    "nextAttemptAt": None,
    "attempts": [{"startedAt": _AT, "outcome": "delivered", "status": 200, "tookMs": 84}],
}
