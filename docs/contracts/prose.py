"""The few meanings that no class or comment in the code states."""

from __future__ import annotations

from shared.contracts import JobType

#: Application properties of a job's message. The broker routes by properties, never by the body.
JOB_PROPERTIES = {
    "jobType": "Routes the message; the same value as in the body.",
    "jobId": "The job; the same value as in the body.",
    "creatorId": "The creator who asked; the same value as in the body.",
}

#: Application properties of an event's message.
EVENT_PROPERTIES = {
    "jobId": "The job.",
    "jobType": "The kind of job; absent when the message that asked for it named none.",
    "creatorId": "The creator to tell; absent when the message that asked named none.",
    "status": "The job's status.",
    "eventType": "What happened.",
    "cloudEvents:specversion": "`1.0`: with these the message is a CloudEvent (AMQP binding, binary mode).",
    "cloudEvents:id": "The message id.",
    "cloudEvents:source": "`urn:huntaze:workers`.",
    "cloudEvents:type": "`com.huntaze.` and the event type.",
    "cloudEvents:subject": "The job.",
    "cloudEvents:time": "The body's `updatedAt`.",
    "cloudEvents:sequence": "The body's `version`, padded with zeros to sixteen digits.",
    "replayTarget": "Only on a replayed event: the one subscription that it is meant for.",
}

#: What each status tells the front end.
STATUSES = {
    "processing": "The job has not ended.",
    "completed": "The job is done; its result is here, or at `resultUrl`.",
    "failed": "The job is given up; `error` says why. An operator may replay it.",
    "timeout": "The job did not end in time, on its last attempt. An operator may replay it.",
}

#: What each event announces.
EVENTS = {
    "job.processing": "The job has begun or moved on: best effort, never after its end.",
    "job.completed": "The job is done.",
    "job.failed": "The job is given up.",
    "job.timeout": "The job did not end in time.",
    "job.enriched": "A late part of a result: its fields join those that were sent, or replace them.",
}

#: What each internal job adds to the result of the job that it follows up.
INTERNAL_JOBS = {
    JobType.VIDEO_TRANSCRIPT: "`transcript`, or why there is none",
    JobType.VIDEO_COMPRESS: "`compressedCopy`, if one is worth having",
}
