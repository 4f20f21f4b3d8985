"""Looks at Azure by its own HTTP interface: milliseconds a question, where `az` takes a second."""

from __future__ import annotations

import json
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra.deploying.programs import Programs
from infra.deploying.stopping import StopError

_TIMEOUT_SECONDS = 60
_MOST_TRIES = 5
_PASSING = frozenset((409, 429, 500, 502, 503, 504))
_NOT_FOUND = 404


class ArmError(StopError):
    """Azure did not answer a question."""


@dataclass(frozen=True)
class Arm:
    """Reads one subscription.

    Args:
        programs: runs `az`, which knows who is signed in.
        subscription: its id.
        group: the resource group's name.
    """

    programs: Programs
    subscription: str
    group: str
    sleep: Callable[[float], None] = time.sleep

    @property
    def scope(self) -> str:
        """The id of the resource group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"

    def get(self, path: str, version: str) -> Any:
        """Return a resource; `None` if there is none.

        Args:
            path: its id, or `/providers/…` within the resource group.
            version: of the interface.
        """
        return self._ask("GET", path, version)

    def post(self, path: str, version: str) -> Any:
        """Ask for what Azure tells only when it is posted to, such as settings; nothing is changed by it."""
        return self._ask("POST", path, version)

    def all(self, path: str, version: str) -> list[dict[str, Any]]:
        """Return everything in a collection, page by page."""
        found: list[dict[str, Any]] = []
        page = self.get(path, version)
        while page:
            found += page.get("value", ())
            following = page.get("nextLink")
            page = self._send("GET", following) if following else None
        return found

    def health(self, host: str, path: str) -> int:
        """Return the status with which an app answers; 0 if it does not."""
        try:
            with self._open(urllib.request.Request(f"https://{host}{path}")) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return 0

    def _ask(self, method: str, path: str, version: str) -> Any:
        whole = f"{self.scope}{path}" if path.startswith("/providers/") else path
        return self._send(method, f"{self._endpoint}{urllib.parse.quote(whole)}?api-version={version}")

    def _send(self, method: str, url: str) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        for attempt in range(1, _MOST_TRIES + 1):
            request = urllib.request.Request(url, None if method == "GET" else b"{}", headers, method=method)  # noqa: S310 - https
            try:
                with self._open(request) as answer:
                    content = answer.read()
                    return json.loads(content) if content else {}
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == _NOT_FOUND:
                        return None
                    if error.code not in _PASSING or attempt == _MOST_TRIES:
                        raise ArmError(f"Azure answered {error.code} to {url.partition('?')[0]}.") from None
                    pause = float(error.headers.get("Retry-After") or self.programs.pause_seconds)
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                if attempt == _MOST_TRIES:
                    raise ArmError(f"Azure can't be reached: {type(error).__name__}.") from None
                pause = self.programs.pause_seconds
            self.sleep(pause)
        raise ArmError("Azure did not answer.")

    def _open(self, request: urllib.request.Request) -> Any:
        return urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS, context=self._tls)  # noqa: S310 - https

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE"))

    @cached_property
    def _endpoint(self) -> str:
        cloud: Mapping[str, Any] = self.programs.json("az", "cloud", "show", "--output", "json")
        return str(cloud["endpoints"]["resourceManager"]).rstrip("/")

    @cached_property
    def _token(self) -> str:
        said = self.programs.json(
            "az", "account", "get-access-token", "--resource", f"{self._endpoint}/", "--output", "json"
        )
        return str(said["accessToken"])
