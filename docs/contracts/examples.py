"""Published examples: one job and one completed event of each kind, and one event of every other kind."""

from __future__ import annotations

from typing import Any

from shared.contracts import PUBLISHED_JOB_TYPES, JobEvent, JobType
from shared.errors import JobTimeoutError, VideoNotFoundError
from shared.messaging.cloud_events import attributes
from shared.messaging.versions import end_version, enrichment_version, progress_version

_ASKED = "2026-11-24T10:00:00.000Z"
_ANSWERED = "2026-11-24T10:00:04.250Z"

_PAYLOADS: dict[JobType, dict[str, Any]] = {
    JobType.VIDEO_ANALYSIS: {
        "videoUrl": "https://huntaze-videos.s3.us-east-2.amazonaws.com/123/beach.mp4",
        "videoId": "video_42",
        "metadata": {"title": "Beach day", "platform": "onlyfans", "language": "en"},
    },
    JobType.CHAT_SUGGEST: {
        "fanMessage": "Hey! How was your day?",
        "context": {
            "fanName": "Alex",
            "tier": "vip",
            "recentMessages": [{"sender": "creator", "text": "Good morning!"}],
        },
        "conversationId": "conversation_7",
    },
    JobType.CONTENT_SUGGEST: {
        "platform": "onlyfans",
        "contentType": "post",
        "tone": "playful",
        "topic": "a day at the beach",
        "preferences": {"language": "en", "activeHours": "weekdays 18:00-23:00", "count": 3},
    },
    JobType.CONTENT_ANALYZE: {
        "contentId": "content_9",
        "contentType": "photo",
        "contentUrl": "https://huntaze-media.s3.us-east-2.amazonaws.com/123/sunset.jpg",
        "analysisType": "engagement",
        "caption": "Last light. Who is watching with me?",
        "metrics": {"past": [{"views": 900, "likes": 80}, {"views": 1400, "likes": 95}, {"views": 1150}]},
        "metadata": {"platform": "onlyfans", "language": "en"},
    },
}

_RESULTS: dict[JobType, dict[str, Any]] = {
    JobType.VIDEO_ANALYSIS: {
        "video": {
            "durationSeconds": 60.0,
            "width": 1080,
            "height": 1920,
            "framesPerSecond": 30.0,
            "sizeBytes": 52_428_800,
            "videoCodec": "h264",
            "audioCodec": "aac",
        },
        "summary": "A walk along the beach that ends with a wave at the camera.",
        "scenes": [
            {
                "startSeconds": 0.0,
                "endSeconds": 60.0,
                "transition": "start",
                "keyFrameSeconds": 12.4,
                "description": "The creator walks along the water.",
            }
        ],
        "objects": [{"label": "beach", "scenes": [0]}],
        "peopleCount": 1,
        "setting": "A beach in the afternoon.",
        "textOnScreen": [{"text": "so easy", "scenes": [0]}],
        "mood": "relaxed",
        "style": "hand-held vlog",
        "hook": {
            "strength": 5.5,
            "reason": "Nobody is seen in the first seconds.",
            "advice": "Open with the wave at the camera.",
        },
        "safety": [
            {
                "category": "trademark",
                "severity": "low",
                "scene": 0,
                "atSeconds": 12.4,
                "note": "A logo on the bag.",
            }
        ],
        "sentiment": "positive",
        "topics": ["beach", "holiday"],
        "caption": "Guess which beach this is?",
        "cuts": [{"startSeconds": 31.2, "endSeconds": 35.0, "reason": "Nothing happens here."}],
        "transcript": {"status": "pending"},
        "advice": [{"topic": "hook", "text": "Open with the wave at the camera.", "scene": 0}],
        "technical": {
            "container": "mov",
            "pixelFormat": "yuv420p",
            "rotationDegrees": 90,
            "highDynamicRange": False,
            "bitsPerSecond": 6_990_507,
            "sceneCount": 1,
            "sceneSeconds": 60.0,
            "sound": {"kind": "speech", "channels": 2, "loudnessLufs": -18.2, "speechShare": 0.64},
        },
        "costs": {
            "inputTokens": 4_310,
            "outputTokens": 1_080,
            "downloadedBytes": 52_428_800,
            "cpuSeconds": 11.8,
        },
        "skipped": [{"part": "compressed_copy", "reason": "No time was left before the deadline."}],
        "language": "en",
        "model": "Phi-4-multimodal-instruct",
        "synthesisModel": "DeepSeek-V3",
    },
    JobType.CHAT_SUGGEST: {
        "suggestions": [
            {"text": "So much better now that you're here!", "tone": "playful", "intent": "flatter"},
            {"text": "Long, but good. Tell me about yours?", "tone": "warm", "intent": "ask back"},
            {"text": "I spent it thinking up a surprise…", "tone": "mysterious", "intent": "tease"},
        ],
        "language": "en",
        "model": "DeepSeek-V3",
        "cached": False,
        "fromBank": False,
        "superseded": False,
        "flags": [],
    },
    JobType.CONTENT_SUGGEST: {
        "ideas": [
            {
                "title": "Guess where I am",
                "text": "Sand everywhere, phone at 3 %, zero regrets. Guess which beach?",
                "hook": "Zero regrets.",
                "hashtags": ["beachday"],
                "length": 73,
                "bestTime": {
                    "when": "Friday 18:00-20:00",
                    "reason": "Your fans are active from 18:00 on weekdays.",
                    "basis": "given",
                },
                "price": None,
                "callToAction": "Guess in the comments.",
                "reason": "A question invites replies.",
            }
        ],
        "limits": {
            "platform": "onlyfans",
            "textLength": 1_000,
            "counting": "characters",
            "hashtags": 10,
            "isVerified": False,
        },
        "tone": "playful",
        "language": "en",
        "model": "DeepSeek-V3",
        "cached": False,
    },
    JobType.CONTENT_ANALYZE: {
        "summary": "A warm photo with a clear subject; the horizon leans.",
        "score": 78,
        "aspects": [{"name": "composition", "score": 70, "reason": "The horizon is not level."}],
        "strengths": ["The light is warm and even."],
        "improvements": ["Level the horizon."],
        "tags": ["sunset", "beach"],
        "language": "en",
        "model": "DeepSeek-R1",
        "cached": False,
        "contentKind": "image",
        "sentiment": "positive",
        "description": "A woman stands on a beach at sunset.",
        "engagement": {
            "outlook": "medium",
            "score": 62,
            "reasons": ["The question in the caption invites replies."],
            "expected": [
                {"metric": "views", "low": 1025.0, "typical": 1150.0, "high": 1275.0, "sample": 3},
            ],
        },
        "metrics": [{"metric": "views", "value": None, "median": 1150.0, "percentile": None, "sample": 3}],
        "safety": [],
        "recommendations": [{"topic": "crop", "text": "Level the horizon."}],
        "media": {"width": 3024, "height": 4032, "sizeBytes": 2_400_000, "format": "jpeg", "faces": 1},
        "visionModel": "Phi-4-multimodal-instruct",
        "deep": True,
        "skipped": [],
    },
}


#: Of a job's first claim: at 0 %, at its end, and after it.
_VERSIONS = {
    "job.processing": progress_version(0, 1, 0),
    "job.completed": end_version(0, 1),
    "job.failed": end_version(0, 1),
    "job.timeout": end_version(0, 1),
    "job.enriched": enrichment_version(0, 1, JobType.VIDEO_TRANSCRIPT),
}


def _job(job_type: JobType) -> dict[str, Any]:
    return {
        "jobId": "job_1766400000000_k3j2h1g0f",
        "jobType": job_type.value,
        "creatorId": "123",
        "payload": _PAYLOADS[job_type],
        "attempt": 0,
        "createdAt": _ASKED,
        "deadlineMs": 90_000,
    }


def _event(kind: str, job_type: JobType, *, status: str, progress: int, **rest: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "jobId": "job_1766400000000_k3j2h1g0f",
        "jobType": job_type.value,
        "creatorId": "123",
        "status": status,
        "progress": progress,
        **rest,
        "updatedAt": _ANSWERED,
        "version": _VERSIONS[kind],
    }


def _completed(job_type: JobType) -> dict[str, Any]:
    return _event(
        "job.completed",
        job_type,
        status="completed",
        progress=100,
        message="The job is completed.",
        result=_RESULTS[job_type],
    )


def _unsuccessful(status: str, error: VideoNotFoundError | JobTimeoutError) -> dict[str, Any]:
    told = {"code": error.code, "message": error.message}
    return _event(
        f"job.{status}",
        JobType.VIDEO_ANALYSIS,
        status=status,
        progress=100,
        message=error.message,
        error=told,
    )


#: The body of one message on the jobs topic for each kind of job.
JOBS: dict[str, dict[str, Any]] = {job_type.value: _job(job_type) for job_type in PUBLISHED_JOB_TYPES}

#: The body of one message on the events topic for each kind of event.
EVENTS: dict[str, dict[str, Any]] = {
    "job.processing": _event(
        "job.processing", JobType.CHAT_SUGGEST, status="processing", progress=0, message="Started."
    ),
    **{f"{job_type} completed": _completed(job_type) for job_type in PUBLISHED_JOB_TYPES},
    "job.failed": _unsuccessful("failed", VideoNotFoundError()),
    "job.timeout": _unsuccessful("timeout", JobTimeoutError()),
    "job.enriched": {
        **_completed(JobType.VIDEO_ANALYSIS),
        "eventType": "job.enriched",
        "version": _VERSIONS["job.enriched"],
        "message": "The transcript is ready.",
        "result": {"transcript": {"status": "ready", "language": "en-US", "text": "Hello from the beach!"}},
    },
}


def properties_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return the application properties that go with a body."""
    names = ("jobType", "jobId", "creatorId", "status", "eventType")
    own = {name: body[name] for name in names if name in body}
    if "eventType" not in body:
        return own
    return {**own, **attributes(JobEvent.model_validate(body), f"{body['jobId']}:0:1:0")}
