"""At most so many calls at once, in order, and nobody waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from shared.ai.limiting import LimitedChatModel, SaturatedError, patience_seconds
from shared.ai.port import FinishReason, ModelReply, ModelRequest, Usage
from tests.virtual_time import LoopClock, run

Ask = Callable[..., ModelRequest]


class _Slow:
    """Takes nine tenths of a second for an answer, and counts how many it writes at once."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0
        self.begun: list[str] = []

    async def complete(self, request: ModelRequest) -> ModelReply:
        self.begun.append(request.messages[0].text)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.9)
        finally:
            self.now -= 1
        usage = Usage(input_tokens=1, output_tokens=1)
        return ModelReply(
            text="x", deployment="x", finish_reason=FinishReason.STOP, usage=usage, cost_usd_micros=1
        )


@pytest.mark.parametrize(("remaining", "patience"), [(90, 2), (5, 1), (0, 0), (-3, 0)])
def test_patience_is_a_share_of_the_time_left(remaining: float, patience: float) -> None:
    assert patience_seconds(remaining) == patience


def test_calls_wait_their_turn_in_order(ask: Ask) -> None:
    slow = _Slow()

    async def main() -> None:
        limited = LimitedChatModel(slow, "x", LoopClock(), max_concurrent_calls=2)
        names = [str(number) for number in range(6)]
        await asyncio.gather(*(limited.complete(ask(name)) for name in names))
        assert slow.begun == names
        assert asyncio.get_running_loop().time() == pytest.approx(2.7)

    run(main())
    assert slow.most == 2


def test_who_would_wait_too_long_goes_elsewhere(ask: Ask) -> None:
    """After two seconds at most; the others are served."""

    async def main() -> None:
        limited = LimitedChatModel(_Slow(), "x", LoopClock(), max_concurrent_calls=1)
        ends = await asyncio.gather(
            *(limited.complete(ask(deadline=90.0)) for _ in range(5)), return_exceptions=True
        )
        assert [isinstance(end, SaturatedError) for end in ends].count(True) == 2
        assert (await limited.complete(ask(deadline=90.0))).text == "x"

    run(main())


def test_a_cancelled_wait_keeps_no_turn(ask: Ask) -> None:
    """Nor does a cancelled call."""

    async def main() -> None:
        limited = LimitedChatModel(_Slow(), "x", LoopClock(), max_concurrent_calls=1)
        calls = [asyncio.create_task(limited.complete(ask())) for _ in range(3)]
        await asyncio.sleep(0.1)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        began = asyncio.get_running_loop().time()
        await limited.complete(ask())
        assert asyncio.get_running_loop().time() == pytest.approx(began + 0.9)

    run(main())
