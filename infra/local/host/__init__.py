"""A development host for Azure Functions apps in Python's v2 model.

It stands where the Functions host and the Python worker stand in production, in one process, and follows the
rules of both that a function can feel. What differs:

- **functionTimeout and SystemExit.** In production the worker process is killed, every invocation in flight
  fails, their messages are abandoned, and a new worker starts. `python -m infra.local.host` abandons those
  messages and replaces itself with a fresh process on the same port; an embedded host raises
  `WorkerStoppedError` from `serve`.
- **One process.** Triggers and functions share an event loop, so a function that blocks it also delays
  receiving. In production it would delay the worker only.
- **Not served:** sessions, the settlement of messages by functions, and every trigger but Service Bus, timer
  and HTTP.
"""

from infra.local.host.bindings import Bindings, InputBinding, OutputBinding
from infra.local.host.child import Hosted, running
from infra.local.host.errors import HostError, WorkerStoppedError
from infra.local.host.serving import Listening, serve, serving

__all__ = [
    "Bindings",
    "HostError",
    "Hosted",
    "InputBinding",
    "Listening",
    "OutputBinding",
    "WorkerStoppedError",
    "running",
    "serve",
    "serving",
]
