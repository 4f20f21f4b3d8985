"""What is served again, to whom, and at which cost."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from shared.ai.caching import CachedChatModel
from shared.ai.entries import entry_name
from shared.ai.port import (
    AnswerSchema,
    CacheScope,
    Complexity,
    FinishReason,
    Image,
    Message,
    ModelCall,
    ModelRequest,
    Role,
    Thrift,
    Usage,
)
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.cache.memory import MemoryCache
from shared.clock import ManualClock
from shared.errors import ModelError

KEY = b"key"
Ask = Callable[..., ModelRequest]


class CountingCache:
    """A cache that counts its round trips."""

    def __init__(self, clock: ManualClock) -> None:
        self._cache = MemoryCache(clock)
        self.trips: list[str] = []

    async def get(self, key: str) -> bytes | None:
        """Count and get."""
        self.trips.append("get")
        return await self._cache.get(key)

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Count and set."""
        self.trips.append("set")
        await self._cache.set(key, value, ttl_seconds=ttl_seconds)

    async def add(self, key: str, value: bytes, *, ttl_seconds: float) -> bool:
        """Count and add."""
        self.trips.append("add")
        return await self._cache.add(key, value, ttl_seconds=ttl_seconds)

    async def extend_if(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Count and extend."""
        self.trips.append("extend_if")
        await self._cache.extend_if(key, value, ttl_seconds=ttl_seconds)

    async def delete_if(self, key: str, value: bytes) -> None:
        """Count and delete."""
        self.trips.append("delete_if")
        await self._cache.delete_if(key, value)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cache(clock: ManualClock) -> CountingCache:
    return CountingCache(clock)


async def test_a_miss_costs_three_round_trips_and_a_hit_one(
    ask: Ask, cache: CountingCache, clock: ManualClock, paid: list[ModelCall]
) -> None:
    """A hit is free, says so, and reports no paid call."""
    model = CachedChatModel(ScriptedChatModel(["answer"], clock=clock), cache, key=KEY, clock=clock)
    first = await model.complete(ask())
    assert (first.cached, cache.trips, len(paid)) == (False, ["get", "add", "set"], 1)
    cache.trips.clear()
    second = await model.complete(ask())
    assert (second.text, second.cached, second.cost_usd_micros) == ("answer", True, 0)
    assert second.usage == Usage(input_tokens=0, output_tokens=0)
    assert second.deployment == first.deployment
    assert (cache.trips, len(paid)) == (["get"], 1)


@pytest.mark.parametrize(
    "answer",
    [
        ScriptedAnswer(text="cut o", finish_reason=FinishReason.LENGTH),
        ScriptedAnswer(text="", finish_reason=FinishReason.CONTENT_FILTER),
        ScriptedAnswer(text=""),
        ScriptedAnswer(text=" \n"),
        ScriptedAnswer(text="<think>all the tokens went here"),
    ],
)
async def test_incomplete_answers_are_not_kept(
    ask: Ask, cache: CountingCache, clock: ManualClock, answer: ScriptedAnswer
) -> None:
    """Truncated, filtered, empty: each is asked for again."""
    model = CachedChatModel(ScriptedChatModel([answer, "good"], clock=clock), cache, key=KEY, clock=clock)
    await model.complete(ask())
    assert "set" not in cache.trips
    assert (await model.complete(ask())).text == "good"


async def test_answers_that_the_caller_cannot_use_are_not_kept(
    ask: Ask, cache: CountingCache, clock: ManualClock
) -> None:
    """An invalid answer must not be served until it expires."""
    model = CachedChatModel(ScriptedChatModel(["bad", "good"], clock=clock), cache, key=KEY, clock=clock)
    request = ask(accepts=lambda text: text == "good")
    assert [(await model.complete(request)).text for _ in range(3)] == ["bad", "good", "good"]


async def test_a_kept_answer_that_is_no_longer_usable_is_a_miss(
    ask: Ask, cache: CountingCache, clock: ManualClock
) -> None:
    """The checks may have become stricter since."""
    model = CachedChatModel(ScriptedChatModel(["old", "new"], clock=clock), cache, key=KEY, clock=clock)
    await model.complete(ask())
    assert (await model.complete(ask(accepts=lambda text: text == "new"))).text == "new"


@pytest.mark.parametrize(
    "entry", [b"", b"\xff\xfe", b"null", b"[]", b'{"text": ""}', b'{"text": "x"}', b"{" * 99]
)
async def test_corrupt_entries_are_misses(
    ask: Ask, cache: CountingCache, clock: ManualClock, entry: bytes
) -> None:
    """And are written anew."""
    model = CachedChatModel(ScriptedChatModel(["answer"], clock=clock), cache, key=KEY, clock=clock)
    await cache.set(entry_name(ask(), KEY), entry, ttl_seconds=60)
    assert not (await model.complete(ask())).cached
    assert (await model.complete(ask())).cached


async def test_scope_none_never_asks_the_cache(ask: Ask, cache: CountingCache, clock: ManualClock) -> None:
    """Not even a round trip."""
    model = CachedChatModel(ScriptedChatModel(["one", "two"], clock=clock), cache, key=KEY, clock=clock)
    request = ask(task={"cache_scope": CacheScope.NONE})
    assert [(await model.complete(request)).text for _ in range(2)] == ["one", "two"]
    assert cache.trips == []


async def test_entries_expire_with_the_task(ask: Ask, cache: CountingCache, clock: ManualClock) -> None:
    """After the task's own time."""
    model = CachedChatModel(ScriptedChatModel(["one", "two"], clock=clock), cache, key=KEY, clock=clock)
    await model.complete(ask())
    clock.advance(60)
    assert (await model.complete(ask())).text == "two"


async def test_errors_pass_and_are_not_kept(ask: Ask, cache: CountingCache, clock: ManualClock) -> None:
    """A failure is not an answer."""
    model = CachedChatModel(
        ScriptedChatModel([ModelError(), "good"], clock=clock), cache, key=KEY, clock=clock
    )
    with pytest.raises(ModelError):
        await model.complete(ask())
    assert (await model.complete(ask())).text == "good"


def test_tenants_share_only_what_is_declared_shared(ask: Ask) -> None:
    """Two creators with the same question have different entries, unless it holds nothing personal."""
    mine, theirs = ask(creator_id="1"), ask(creator_id="2")
    assert entry_name(mine, KEY) != entry_name(theirs, KEY)
    shared = {"cache_scope": CacheScope.SHARED}
    assert entry_name(ask(task=shared, creator_id="1"), KEY) == entry_name(
        ask(task=shared, creator_id="2"), KEY
    )


def test_everything_that_shapes_the_answer_is_in_the_name(ask: Ask) -> None:
    """Any one difference is another entry."""
    picture = Message(role="user", text="Hello", images=(Image(data=b"x", media_type="image/png"),))
    changes: list[dict[str, Any]] = [
        {},
        {"text": "Hello!"},
        {"creator_id": "124"},
        {"language": "fr"},
        {"complexity": Complexity.COMPLEX},
        {"thrift": Thrift.BRIEF},
        {"answer_schema": AnswerSchema(name="a", json_schema={"type": "object"})},
        {"answer_schema": AnswerSchema(name="a", json_schema={"type": "array"})},
        {"messages": (Message(role="system", text="Hello"),)},
        {"messages": (picture,)},
        {"messages": (Message(role="user", text="Hel"), Message(role="user", text="lo"))},
        {"task": {"prompt_version": 2}},
        {"task": {"name": "other"}},
        {"task": {"role": Role.CREATIVE}},
        {"task": {"temperature": 0.6}},
        {"task": {"max_output_tokens": 101}},
        {"task": {"cache_scope": CacheScope.SHARED}},
    ]
    names = [entry_name(ask(**change), KEY) for change in changes]
    assert all(one != other for one, other in itertools.combinations(names, 2))
    assert entry_name(ask(), b"other key") not in names


def test_what_does_not_shape_the_answer_is_not_in_the_name(ask: Ask) -> None:
    """A later attempt of the same job finds what the first one paid for."""
    assert entry_name(ask(deadline=1.0), KEY) == entry_name(ask(deadline=2.0), KEY)


def test_names_give_nothing_away(ask: Ask) -> None:
    """No text and no tenant in the open."""
    name = entry_name(ask("my secret", creator_id="creator-9"), KEY)
    assert "secret" not in name
    assert "creator-9" not in name


def test_a_lone_surrogate_has_a_name_too(ask: Ask) -> None:
    """Broken text must not break the cache."""
    assert entry_name(ask("\ud83d"), KEY)
