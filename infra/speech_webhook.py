"""`python -m infra.speech_webhook https://app.azurewebsites.net`: let Azure Speech call the app.

One webhook serves a whole speech resource. Registering again replaces ours, so that a new secret counts.
The speech service calls the app back at once, with a challenge: the app has to be running, with the same
`AZURE_SPEECH_WEBHOOK_SECRET`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import SecretStr

from shared.clock import SystemClock
from shared.errors import ConfigurationError, HuntazeError
from shared.speech.connection import SpeechConnection

ROUTE = "/api/speech/webhook"
_WEBHOOKS = "/webhooks"


def main() -> None:
    """Register the app that the command line names, at the endpoint that the environment names."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and its one argument
        sys.exit(__doc__)
    try:
        asyncio.run(register(sys.argv[1], os.environ))
    except HuntazeError as error:
        sys.exit(error.message)


async def register(app_url: str, environment: Mapping[str, str]) -> None:
    """Register the app's webhook in place of the one that is there.

    Args:
        app_url: where the function app answers.
        environment: has `AZURE_SPEECH_ENDPOINT`, `AZURE_SPEECH_KEY` and `AZURE_SPEECH_WEBHOOK_SECRET`.

    Raises:
        ConfigurationError: a variable is missing, or the service refuses the webhook.
        NetworkError: the service is away.
    """
    endpoint, secret = (
        _needed(environment, name) for name in ("AZURE_SPEECH_ENDPOINT", "AZURE_SPEECH_WEBHOOK_SECRET")
    )
    key = SecretStr(environment.get("AZURE_SPEECH_KEY", ""))
    connection = SpeechConnection(endpoint=endpoint, key=key, clock=SystemClock())
    try:
        await _replace(connection, app_url.rstrip("/") + ROUTE, secret)
    finally:
        await connection.close()


async def _replace(connection: SpeechConnection, url: str, secret: str) -> None:
    listed = (await connection.ask("GET", _WEBHOOKS)).json()
    for hook in listed.get("values", ()):
        if hook.get("webUrl") == url:
            identifier = str(hook["self"]).partition("?")[0].rpartition("/")[2]
            await connection.ask("DELETE", f"{_WEBHOOKS}/{identifier}")
    answer = await connection.ask("POST", _WEBHOOKS, body=_webhook(url, secret))
    if answer.status != HTTPStatus.CREATED:
        raise ConfigurationError(
            f"The speech service does not take the webhook ({answer.status}). Does the app answer at {url}?"
        )


def _webhook(url: str, secret: str) -> dict[str, Any]:
    return {
        "displayName": "huntaze-workers",
        "webUrl": url,
        "events": {"transcriptionCompletion": True},
        "properties": {"secret": secret},
    }


def _needed(environment: Mapping[str, str], name: str) -> str:
    if not (value := environment.get(name, "")):
        raise ConfigurationError(f"{name} is not set.")
    return value


if __name__ == "__main__":
    main()
