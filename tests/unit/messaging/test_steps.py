"""Steps of a job that are paid for once, and whose calls reach the ledger once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from pydantic import BaseModel

from shared.ai.port import ModelCall, Role, Usage
from shared.errors import RateLimitError
from shared.messaging.sweep import CHECKPOINT_RETENTION_SECONDS
from shared.messaging.worker import JobContext
from shared.persistence.checkpoints import Checkpoint, Payment
from shared.persistence.port import JobState
from tests.unit.messaging.bench import Bench, Greeted, Greeting, delivery


class Seen(BaseModel):
    """What a step makes."""

    what: str


@dataclass(frozen=True)
class Measured:
    """What another step makes: a value, not a model."""

    sizes: tuple[int, ...]


def call(deployment: str = "Phi-4") -> ModelCall:
    """Return a paid call."""
    return ModelCall(
        task="video.look",
        role=Role.VISION,
        deployment=deployment,
        usage=Usage(input_tokens=1, output_tokens=1),
        cost_usd_micros=7,
    )


@dataclass
class Looking:
    """A handler of two paid steps, which may go wrong in between."""

    key: str = "sha256:1"
    looks: int = 0
    errors: list[Exception] = field(default_factory=list)

    async def __call__(self, context: JobContext, _payload: Greeting) -> Greeted:
        async def look() -> Seen:
            self.looks += 1
            context.spent(call("looked"))
            return Seen(what=f"look {self.looks}")

        seen = await context.checkpointed("vision", self.key, Seen, look)
        if self.errors:
            raise self.errors.pop()
        context.spent(call("wrote"))
        return Greeted(text=seen.what)


def deployments(bench: Bench) -> list[str]:
    """Return what the ledger says was paid for."""
    return sorted(each.deployment for each in bench.store.calls)


async def test_a_step_is_not_paid_for_again_by_a_retry(bench: Bench) -> None:
    """The step's call was in the ledger with it; the rest follows at the end."""
    look = Looking(errors=[RateLimitError()])
    await bench.engine.deliver(delivery(), bench.worker(look))
    assert deployments(bench) == ["looked"]
    await bench.engine.deliver(delivery(attempt=1), bench.worker(look))
    job = await bench.store.job("job_1")
    assert job
    assert (job.state, job.result, look.looks) == (JobState.COMPLETED, {"text": "look 1"}, 1)
    assert deployments(bench) == ["looked", "wrote"]


async def test_nor_by_another_job_with_the_same_input(bench: Bench) -> None:
    """The same creator's; another creator pays for itself."""
    look = Looking()
    for job_id, creator_id in (("job_1", "123"), ("job_2", "123"), ("job_3", "999")):
        await bench.engine.deliver(delivery(jobId=job_id, creatorId=creator_id), bench.worker(look))
    assert look.looks == 2
    assert deployments(bench) == ["looked", "looked", "wrote", "wrote", "wrote"]


async def test_a_worker_that_dies_between_steps_has_paid_once(bench: Bench) -> None:
    """Its lease runs out, the next owner finds the step."""

    class Death(BaseException):
        pass

    look = Looking(errors=[Death()])  # type: ignore[list-item]  # it is not an Exception: that is the point
    with pytest.raises(Death):
        await bench.engine.deliver(delivery(), bench.worker(look))
    assert deployments(bench) == ["looked"]
    bench.clock.advance(31)
    await bench.engine.deliver(delivery(), bench.worker(look))
    assert look.looks == 1
    assert deployments(bench) == ["looked", "wrote"]


async def test_a_step_of_an_older_shape_is_done_again(bench: Bench) -> None:
    """And the new one takes its place."""
    old = Checkpoint(creator_id="123", step="vision", key="sha256:1", content={"words": 1})
    await bench.checkpoints.keep(old, Payment(job_id="j", epoch=0, attempt=0, creator_id="123"))
    look = Looking()
    await bench.engine.deliver(delivery(), bench.worker(look))
    assert look.looks == 1
    assert await bench.checkpoints.recall("123", "vision", "sha256:1") == {"what": "look 1"}


async def test_a_value_is_kept_as_well_as_a_model(bench: Bench) -> None:
    """And comes back as what it was."""
    found: list[Measured] = []

    async def measure() -> Measured:
        return Measured(sizes=(1, 2))

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        found.append(await context.checkpointed("measure", "k", Measured, measure))
        return Greeted(text="Hi")

    for job_id in ("job_1", "job_2"):
        await bench.engine.deliver(delivery(jobId=job_id), bench.worker(handle))
    assert found == [Measured(sizes=(1, 2))] * 2


async def test_what_no_column_takes_is_cleaned(bench: Bench) -> None:
    """A lone surrogate from a model's answer does not lose the step."""
    look = Looking(key="k")

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        async def see() -> Seen:
            return Seen(what="a\x00b")

        return Greeted(text=(await context.checkpointed("vision", look.key, Seen, see)).what)

    await bench.engine.deliver(delivery(), bench.worker(handle))
    assert await bench.checkpoints.recall("123", "vision", "k") == {"what": "a\ufffdb"}


async def test_a_step_that_fails_is_not_kept(bench: Bench) -> None:
    """What it had paid is in the ledger nevertheless, once."""

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        async def look() -> Seen:
            context.spent(call("looked in vain"))
            raise RateLimitError

        await context.checkpointed("vision", "k", Seen, look)
        return Greeted(text="never")

    await bench.engine.deliver(delivery(), bench.worker(handle))
    assert await bench.checkpoints.recall("123", "vision", "k") is None
    assert deployments(bench) == ["looked in vain"]


async def test_two_steps_at_once_pay_each_call_once(bench: Bench) -> None:
    """Whichever step is kept first takes along what is there."""

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        async def look(number: int) -> Seen:
            for turn in range(3):
                context.spent(call(f"{number}.{turn}"))
                await asyncio.sleep(0.001 * number)
            return Seen(what="")

        async def step(number: int) -> None:
            await context.checkpointed("vision", str(number), Seen, lambda: look(number))

        await asyncio.gather(*(step(number) for number in range(4)))
        return Greeted(text="Hi")

    await bench.engine.deliver(delivery(), bench.worker(handle))
    assert deployments(bench) == [f"{number}.{turn}" for number in range(4) for turn in range(3)]


async def test_a_store_that_is_away_before_a_step_lets_nothing_be_paid(bench: Bench) -> None:
    """It might have been paid already: the attempt fails, and comes again."""
    look = Looking()
    bench.checkpoints.unavailable = True
    await bench.engine.deliver(delivery(), bench.worker(look))
    job = await bench.store.job("job_1")
    assert job
    assert (job.state, job.error_code, look.looks) == (JobState.RETRY_WAIT, "INTERNAL_ERROR", 0)


@pytest.mark.parametrize("written", [False, True])
async def test_a_store_that_goes_away_during_a_step_costs_nobody_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    """Nobody knows whether the call is in the ledger: it is written again under its key."""
    keep = bench.checkpoints.keep

    async def lossy(checkpoint: Checkpoint, payment: Payment) -> None:
        if written:
            await keep(checkpoint, payment)
        bench.checkpoints.unavailable = True
        await keep(checkpoint, payment)

    monkeypatch.setattr(bench.checkpoints, "keep", lossy)
    await bench.engine.deliver(delivery(), bench.worker(Looking()))
    job = await bench.store.job("job_1")
    assert job
    assert job.state is JobState.COMPLETED
    assert deployments(bench) == ["looked", "wrote"]


async def test_a_worker_that_lost_its_job_has_still_paid(bench: Bench) -> None:
    """The ledger knows the steps and the rest, whoever owns the job by now."""
    look = Looking()

    async def slow(context: JobContext, payload: Greeting) -> Greeted:
        greeted = await look(context, payload)
        bench.clock.advance(31)
        await bench.sweep.run()
        return greeted

    await bench.engine.deliver(delivery(), bench.worker(slow))
    assert deployments(bench) == ["looked", "wrote"]


async def test_old_steps_are_forgotten_by_the_sweep(bench: Bench) -> None:
    """Not those that are still of use."""
    look = Looking()
    await bench.engine.deliver(delivery(), bench.worker(look))
    bench.clock.advance(CHECKPOINT_RETENTION_SECONDS - 1)
    await bench.sweep.run()
    assert await bench.checkpoints.recall("123", "vision", "sha256:1")
    bench.clock.advance(CHECKPOINT_RETENTION_SECONDS + 1)
    await bench.sweep.run()
    assert await bench.checkpoints.recall("123", "vision", "sha256:1") is None


async def test_what_an_attempt_used_up_is_summed_and_kept(bench: Bench) -> None:
    """Each attempt has its own sums, whether it failed or not."""
    errors = [RateLimitError()]

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        context.used("audio_seconds", 1.5)
        context.used("audio_seconds", 2)
        context.used("downloaded_bytes", 50_000_000)
        context.used("cpu_seconds", float("nan"))
        if errors:
            raise errors.pop()
        return Greeted(text="Hi")

    await bench.engine.deliver(delivery(), bench.worker(handle))
    await bench.engine.deliver(delivery(attempt=1), bench.worker(handle))
    used = {
        "audio_seconds": 3.5,
        "downloaded_bytes": 50_000_000,
    }
    assert bench.store.usage == {"job_1": [used, used]}
