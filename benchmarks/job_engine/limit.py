"""The limit: what Azure's SDK takes to receive and complete a message, with nothing in between."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from azure.servicebus.aio import ServiceBusClient

from benchmarks.job_engine.processor import Run, Stopwatch
from benchmarks.job_engine.services import Services
from benchmarks.job_engine.traffic import envelopes, publish
from shared.contracts import Topic

_BATCH = 16


@dataclass(frozen=True, kw_only=True)
class LimitSide:
    """A bare loop in this process."""

    services: Services

    def run(self, count: int) -> Run:
        """Receive that many messages of a kind that no function takes."""
        jobs = [{**envelope, "jobType": "benchmark"} for envelope in envelopes(count)]
        publish(self.services.broker, jobs)
        return asyncio.run(self._run(count))

    async def _run(self, count: int) -> Run:
        left = count
        async with (
            ServiceBusClient.from_connection_string(self.services.broker) as client,
            client.get_subscription_receiver(Topic.JOBS, "unrouted") as receiver,
        ):
            watch = Stopwatch(time.process_time, self.services.processes)
            while left:
                messages = await receiver.receive_messages(max_message_count=min(_BATCH, left))
                for message in messages:
                    await receiver.complete_message(message)
                left -= len(messages)
            watch.lap()
            return watch.read(count)
