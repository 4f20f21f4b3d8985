"""The HTTP functions while PostgreSQL is away: each says so, as it is described, and none fails over it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from docs.contracts.routes.describing import CREATOR_TOKEN
from docs.contracts.routes.table import Operation, operations
from infra.local import mailing, signalr
from infra.local.model_simulator import Endpoint
from shared.mail.links import UnsubscribeLinks
from tests.e2e import operators
from tests.e2e.app import App, running
from tests.e2e.callers import credentials, path_of, sent
from tests.e2e.creators import settings_of
from tests.e2e.shapes import hold

#: Nobody listens there.
_NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"
#: These ask nobody, or find at once that there is nothing to be done.
_SERENE = {"health", "console", "console_file", "negotiate", "unsubscribe", "speech_webhook"}


def test_every_route_says_that_the_database_is_away(
    tmp_path: Path, redis_url: str, model_endpoint: Endpoint, hub: signalr.Endpoint
) -> None:
    settings = {
        **operators.SETTINGS,
        **mailing.SETTINGS,
        **settings_of(hub),
        "SMTP_HOST": "127.0.0.1",
        "WEBHOOK_SECRETS_KEYS": Fernet.generate_key().decode(),
        "DATABASE_TIMEOUT_SECONDS": "1",
        "DATABASE_PATIENCE_SECONDS": "0.5",
    }
    with (
        running(
            tmp_path, database_url=_NOWHERE, redis_url=redis_url, model=model_endpoint, settings=settings
        ) as app,
        ThreadPoolExecutor(max_workers=len(operations())) as threads,
    ):
        answers = list(threads.map(lambda each: _answer(app, each), operations()))
        found = {each.route.function: told for each, told in zip(operations(), answers, strict=True)}
        assert {name for name, (status, _) in found.items() if status != 503} == _SERENE
        assert {code for status, code in found.values() if status == 503} == {"DATABASE_UNAVAILABLE"}
        _an_unsubscription_is_asked_for_again(app)


def _answer(app: App, operation: Operation) -> tuple[int, str | None]:
    route, path = operation.route, path_of(operation)
    by_token = any(CREATOR_TOKEN in schemes for schemes in route.access.schemes)
    headers = credentials("a creator" if by_token else "the admin", app.hosted)
    status, _, content = sent(app.hosted, route.method, path, headers=headers, body=route.body_example)
    hold(route.method, path, status, content)
    return status, json.loads(content)["error"]["code"] if status == 503 else None


def _an_unsubscription_is_asked_for_again(app: App) -> None:
    """Its link is a valid one."""
    links = UnsubscribeLinks([mailing.SETTINGS["MAIL_UNSUBSCRIBE_SECRETS"].encode()], app.hosted.url)
    link = urlsplit(links.url("7", "en"))
    status, headers, _ = sent(app.hosted, "POST", f"{link.path}?{link.query}")
    assert (status, headers["retry-after"]) == (503, "60")
