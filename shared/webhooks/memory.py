"""Receivers in memory: the twin of `GuardedPoster` for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.errors import ForbiddenUrlError
from shared.fetching.urls import AnyPublicHost
from shared.webhooks.schedule import Answer, Outcome


@dataclass(frozen=True, kw_only=True)
class Posted:
    """One request."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(kw_only=True)
class MemoryPoster:
    """Answers as it is told, by the same rules about URLs; see `Poster`."""

    hosts: AnyPublicHost = field(default_factory=AnyPublicHost)
    #: What the next requests bring; then every one is delivered.
    answers: list[Answer] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)

    def check(self, url: str) -> None:
        """See `Poster.check`."""
        self.hosts.target(url)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """See `Poster.post`."""
        try:
            self.check(url)
        except ForbiddenUrlError:
            return Answer(outcome=Outcome.FORBIDDEN, took_ms=0)
        self.posted.append(Posted(url=url, headers=dict(headers), body=body))
        if self.answers:
            return self.answers.pop(0)
        return Answer(outcome=Outcome.DELIVERED, took_ms=1, status=200)
