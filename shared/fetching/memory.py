"""Other people's hosts in memory: the twin of `GuardedFetcher` for tests."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.errors import JobError, UnsupportedMediaError, VideoNotFoundError
from shared.fetching.port import Fetched
from shared.fetching.urls import AllowedHosts


@dataclass(kw_only=True)
class MemoryFetcher:
    """Serves what it holds, by the same rules about URLs and sizes; see `Fetcher`."""

    hosts: AllowedHosts = field(default_factory=lambda: AllowedHosts(()))
    #: What is served, by URL: content, or how fetching fails.
    pages: dict[str, Fetched | JobError] = field(default_factory=dict)
    #: The URLs that were fetched, in order.
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, url: str, *, max_bytes: int, deadline: float) -> Fetched:
        """Return what lies at a URL."""
        del deadline
        target = self.hosts.target(url)
        self.fetched.append(target.url)
        found = self.pages.get(target.url)
        if isinstance(found, JobError):
            raise found
        if found is None:
            raise VideoNotFoundError("The content does not exist or is not readable.")
        if len(found.data) > max_bytes:
            raise UnsupportedMediaError(f"The content is larger than {max_bytes // 1_000_000} MB.")
        return found
