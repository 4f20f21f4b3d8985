"""Requests to models, as tests of the layers around a model need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.ai.port import CacheScope, Message, ModelCall, ModelRequest, Role, Task

TASK = Task(
    name="chat.suggest",
    prompt_version=1,
    role=Role.GENERATION,
    cache_scope=CacheScope.CREATOR,
    cache_ttl_seconds=60,
    max_output_tokens=100,
    temperature=0.5,
)


@pytest.fixture
def paid() -> list[ModelCall]:
    """The calls that were paid."""
    return []


@pytest.fixture
def ask(paid: list[ModelCall]) -> Callable[..., ModelRequest]:
    """Make a request, with some of its fields changed."""

    def _ask(text: str = "Hello", *, task: dict[str, Any] | None = None, **changes: Any) -> ModelRequest:
        request = ModelRequest(
            task=replace(TASK, **(task or {})),
            creator_id="123",
            messages=(Message(role="user", text=text),),
            deadline=1_000.0,
            spent=paid.append,
        )
        return replace(request, **changes)

    return _ask
