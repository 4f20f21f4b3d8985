"""The page on all HTTP functions: `docs/contracts/http.md`."""

from __future__ import annotations

from docs.contracts.markdown import code, table
from docs.contracts.routes.describing import Route
from docs.contracts.routes.table import GROUPS, Operation, operations

_HEAD = """\
# The HTTP functions

<!-- Written by `python -m docs.contracts` from the code; do not edit. -->

[openapi.json](openapi.json) describes them in full, as OpenAPI 3.1: parameters, bodies, answers, examples.

- The front end and operators send the platform's key in `x-functions-key`; without it the platform answers
  401 without a body. Operators send their own key in `x-operator-key`, too; each role may do what those
  before it may: `viewer`, `operator`, `admin`. Every call of an operator's is written down in
  `huntaze_workers.audit`, also a refused one.
- Creators send `Authorization: Bearer` and the front end's signed token.
- Every error is `{"error": {"code": "…", "message": "…"}}`: `code` is stable, `message` is for people and
  quotes nothing. A parameter or field that is not described is refused with 400 `INVALID_REQUEST`.
- A method that is not listed is answered with 404 or 405 by the platform.
"""


def http_page() -> str:
    """Return the page's text."""
    return "\n".join([_HEAD, *(_group(group) for group in GROUPS), _codes()])


def _group(group: str) -> str:
    rows = [_row(each) for each in operations() if each.group == group]
    return f"## {group}\n\n{table(('request', 'for', 'does', 'answers', 'refuses with'), rows)}"


def _row(each: Operation) -> tuple[str, ...]:
    route = each.route
    who = route.access.who + "".join(f"; with `{name}` `{role.value}`" for name, role in route.raised.items())
    return (
        code(f"{route.method} {each.registered.path}"),
        who,
        each.summary,
        ", ".join(str(status) for status in sorted(route.answers)),
        ", ".join(f"{status} {' '.join(map(code, codes))}" for status, codes in _told(route)),
    )


def _told(route: Route) -> list[tuple[int, tuple[str, ...]]]:
    """Leave out what any route may answer."""
    return [(status, codes) for status, codes in route.refusals.items() if codes != ("INTERNAL_ERROR",)]


def _codes() -> str:
    return """\
## When something is broken

500 `INTERNAL_ERROR`: a mistake of ours, or a setting is missing; the log line with `action: call_failed` says
where. 503 `DATABASE_UNAVAILABLE` and `BROKER_UNAVAILABLE`: the service did not answer; nothing was done, or
what was begun goes on by itself.
"""
