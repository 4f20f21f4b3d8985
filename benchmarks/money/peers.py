"""The peers: no cache, an exact one, and GPTCache as its documentation sets it up, at its own threshold.

Each creator has caches of their own, as ours are: what is compared is what a cache saves, not whom it mixes
up. What a peer is charged for a miss is in `benchmarks.money`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol


class Store(Protocol):
    """Keeps what a message was answered with."""

    def find(self, owner: str, text: str) -> str | None:
        """Return what was kept for a message like this one."""
        ...

    def keep(self, owner: str, text: str, answer: str) -> None:
        """Keep an answer."""
        ...


class NoStore:
    """Keeps nothing."""

    def find(self, owner: str, text: str) -> str | None:
        """Find nothing."""
        del owner, text
        return None

    def keep(self, owner: str, text: str, answer: str) -> None:
        """Forget it."""


class ExactStore:
    """Finds the same text again."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], str] = {}

    def find(self, owner: str, text: str) -> str | None:
        """Return what was kept for this very text."""
        return self._kept.get((owner, text))

    def keep(self, owner: str, text: str, answer: str) -> None:
        """Keep it."""
        self._kept[owner, text] = answer


class SemanticStore:
    """GPTCache: SQLite and Faiss, distances evaluated, threshold 0.8, all as in its own examples."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._caches: dict[str, Any] = {}

    def find(self, owner: str, text: str) -> str | None:
        """Return what was kept for the nearest text, if GPTCache takes it for near enough."""
        from gptcache.adapter.api import get

        found = get(text, cache_obj=self._cache(owner))
        return None if found is None else str(found)

    def keep(self, owner: str, text: str, answer: str) -> None:
        """Keep it."""
        from gptcache.adapter.api import put

        put(text, answer, cache_obj=self._cache(owner))

    def close(self) -> None:
        """Let nothing be written at the process's end, when the directory is gone."""
        for cache in self._caches.values():
            cache.data_manager.close = lambda: None

    def _cache(self, owner: str) -> Any:
        if owner not in self._caches:
            self._caches[owner] = _gptcache(self._directory / str(len(self._caches)))
        return self._caches[owner]


@contextmanager
def semantic() -> Iterator[SemanticStore]:
    """Have a semantic store for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="huntaze-bench-") as name:
        store = SemanticStore(Path(name))
        yield store
        store.close()


def _gptcache(directory: Path) -> Any:
    from gptcache import Cache, Config
    from gptcache.manager import CacheBase, VectorBase, get_data_manager
    from gptcache.processor.pre import get_prompt
    from gptcache.similarity_evaluation.distance import SearchDistanceEvaluation

    from benchmarks.money.embedding import embedded

    directory.mkdir()
    kept = get_data_manager(
        CacheBase("sqlite", sql_url=f"sqlite:///{directory}/answers.db"),
        VectorBase("faiss", dimension=len(embedded("a")), index_path=str(directory / "vectors.index")),
    )
    cache = Cache()
    cache.init(
        pre_embedding_func=get_prompt,
        embedding_func=embedded,
        data_manager=kept,
        similarity_evaluation=SearchDistanceEvaluation(),
        config=Config(disable_report=True),
    )
    return cache
