"""What every test of the engine starts from."""

from __future__ import annotations

import pytest

from tests.unit.messaging.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """An engine with an empty store."""
    return Bench()
