"""Part 5: the life of a job, explored: all states of two workers, two deliveries, a sweep and faults."""

from __future__ import annotations

import asyncio
import time

from proof.parts import Part, Promise, Setting
from tests.model_check.explorer import Explored, explore
from tests.model_check.protocol import Protocol
from tests.model_check.world import Budget, begin

_MOST_STATES = 5_000_000


async def model_check(setting: Setting) -> Part:
    """Explore all states; a fault and a replay together at full size, apart from each other in a sample."""
    budgets = (
        {"a fault": Budget(faults=1, replays=0), "a replay": Budget(faults=0, replays=1)}
        if setting.quick
        else {"a fault and a replay": Budget(faults=1, replays=1)}
    )
    found, seconds = dict[str, Explored](), dict[str, float]()
    for name, budget in budgets.items():
        setting.tell(f"exploring {name}")
        began = time.monotonic()
        found[name] = await asyncio.to_thread(explore, begin(budget), Protocol(), most_states=_MOST_STATES)
        seconds[name] = time.monotonic() - began
    good = not any(each.broken for each in found.values())
    told = "; ".join(
        f"{name}: {each.states:,} states, {each.steps:,} steps, {len(each.broken)} broken promises"
        for name, each in found.items()
    )
    return Part(
        name="model",
        title="Model check",
        good=good,
        figures=[
            (
                f"two workers, two deliveries, a sweep, {name}",
                f"{each.states:,} states, {each.steps:,} steps, {seconds[name]:.0f} s, "
                + (f"broken: {', '.join(each.broken)}" if each.broken else "no promise broken"),
            )
            for name, each in found.items()
        ],
        promises=[Promise(name="R24", measured=told, holds=good)],
    )
