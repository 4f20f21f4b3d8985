"""The page that a front-end developer reads: `docs/contracts/README.md`."""

from __future__ import annotations

import json
from typing import Any

from docs.contracts import prose, tables
from docs.contracts.catalogue import JobContract, job_contracts, summary
from docs.contracts.examples import EVENTS, JOBS, properties_of
from docs.contracts.fields import fields_table
from docs.contracts.topology import EVENTS_TOPIC, JOBS_TOPIC
from shared.contracts import Envelope, JobEvent

_INTRODUCTION = """\
# The contract with the front end

<!-- Written by `python -m docs.contracts` from the code; do not edit. -->

The front end publishes a job to the topic `huntaze-jobs` and waits for events on `huntaze-events`.
Names and shapes only ever grow; unknown fields are kept, never an error.

- [schemas/](schemas) holds a JSON Schema (draft 2020-12) of every shape.
- [asyncapi.json](asyncapi.json) describes both topics as AsyncAPI 3.0.
- [openapi.json](openapi.json) describes the HTTP functions as OpenAPI 3.1; [http.md](http.md) lists them.
- [types.ts](types.ts) holds the same shapes as TypeScript types.
- [publish.ts](../examples/typescript/publish.ts) and [follow.ts](../examples/typescript/follow.ts) use them;
  [live.ts](../examples/typescript/live.ts) is a page's side, by SignalR, and
  [updates.ts](../examples/typescript/updates.ts) says which updates it drops.
"""


def page() -> str:
    """Return the page's text."""
    parts = [_INTRODUCTION, _asking(), *(_kind(job) for job in job_contracts()), _events(), _errors()]
    return "\n".join(parts)


def _asking() -> str:
    return f"""\
## Ask for a job

A message on `{JOBS_TOPIC}` with content type `application/json` and this body:

{fields_table(Envelope)}
and these application properties:

{tables.properties_table(prose.JOB_PROPERTIES)}
A message whose `jobType` no worker takes is kept in the subscription `unrouted`. `deadlineMs` counts from
`createdAt`, or from the arrival of the message; without it the job type's own deadline holds.
The same `jobId` asks for the same job: publishing it twice runs it once.

{tables.job_types_table()}
Two further job types are internal: the workers ask for them to follow up a video, under its job's id and a
suffix after a dot. The front end never publishes them, and its own ids never have a dot. What they find is
added to the video's result and announced as `job.enriched` under the video's `jobId`.

{tables.internal_jobs_table()}"""


def _kind(job: JobContract) -> str:
    return f"""\
## {job.job_type}

{summary(job.payload)}

{fields_table(job.payload)}
{_example(JOBS[job.job_type])}
{summary(job.result)}

{fields_table(job.result)}
{_example(EVENTS[f"{job.job_type} completed"]["result"])}"""


def _events() -> str:
    return f"""\
## Events

A message on `{EVENTS_TOPIC}` with content type `application/json` and this body:

{fields_table(JobEvent)}
and these application properties:

{tables.properties_table(prose.EVENT_PROPERTIES)}
{tables.events_table()}
{tables.statuses_table()}
A result too large for an event is left out, and `resultUrl` points at `GET /api/jobs/{{jobId}}`.
An event may arrive twice, with the same message id and the same `version`, and events may overtake one
another; [notifications](../notifications.md) tells how a client keeps them in order.

{_example(EVENTS["job.failed"])}
Its properties:

{_example(properties_of(EVENTS["job.failed"]))}"""


def _errors() -> str:
    return f"""\
## Error codes

A permanent failure ends the job at once: the same input will fail again. A transient one is tried again
after the pauses of its job type, and is announced only when they are used up.

{tables.error_codes_table()}"""


def _example(value: Any) -> str:
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"
