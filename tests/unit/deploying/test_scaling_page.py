"""The page about scaling shows what the cost model and the templates say."""

from __future__ import annotations

from infra.costs.scaling import PAGE, limits, met_at, written
from infra.costs.usage import Usage


def test_the_page_is_as_it_would_be_written() -> None:
    """Otherwise: `python -m infra.costs.scaling --write`."""
    text = PAGE.read_text()
    assert written(text) == text


def test_a_limit_is_met_at_the_first_step_beyond_it() -> None:
    """Neither before nor after."""
    usage = Usage.read()
    signalr = next(each for each in limits("beta") if each.name.startswith("SignalR"))
    assert met_at(signalr, usage) == 5_010
    assert met_at(limits("beta")[-1], usage) is None
