"""An everyday message answered from the bank, beside one that a model and one that the cache answers.

Measured is CPU time of the worker's process for a whole job, from the broker's message to the announced
result: decoding, claim, answer, record and sending, with real services in other processes. Jobs go one by
one, the three kinds in turns. The simulated model answers at once: what that path costs is our code alone.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from statistics import median
from typing import Any
from uuid import uuid4

from benchmarks.job_engine.services import Services, services
from benchmarks.measurement import Measurement, Promise, compare
from shared import bootstrap
from shared.messaging.delivery import Delivery
from shared.settings import Settings
from workers.chat_suggestions import trigger

ROUNDS = 11
JOBS = 60
BANK_CPU_MS = 5.0

_CREATOR = "bench"
_EVERYDAY = (
    "Thanks babe ❤️",
    "good night 😘",
    "how are you?",
    "you're so beautiful",
    "merci beaucoup",
    "hola guapa",
)
_CACHED = "I finally adopted the dog I told you about"


def measure() -> Iterator[Measurement]:
    """Measure jobs in turns."""
    with services() as running:
        found = asyncio.run(_rounds(running))
    p50 = {kind: [median(each) for each in series] for kind, series in found.items()}
    holds = Promise(
        text=f"p50 below {BANK_CPU_MS:g} ms, and below the model's path",
        holds=lambda ratio: ratio < 1 and median(p50["bank"]) < BANK_CPU_MS,
    )
    yield compare(
        "bank hit, whole job",
        p50["bank"],
        p50["model"],
        unit="CPU ms",
        peer_name="the same job through a model",
        promise=holds,
        details={
            "cache_hit_cpu_ms": median(p50["cache"]),
            "p95_cpu_ms": median(sorted(each)[int(len(each) * 0.95)] for each in found["bank"]),
            "jobs": JOBS * ROUNDS,
        },
    )


async def _rounds(running: Services) -> dict[str, list[list[float]]]:
    settings = Settings.model_validate({name.lower(): value for name, value in running.settings().items()})
    container = await bootstrap.build(settings)
    found: dict[str, list[list[float]]] = {"bank": [], "cache": [], "model": []}
    try:
        await _round(container)  # fills the banks and the cache
        for _ in range(ROUNDS):
            for kind, spent in (await _round(container)).items():
                found[kind].append(spent)
    finally:
        await container.close()
    return found


async def _round(container: bootstrap.Container) -> dict[str, list[float]]:
    """Take the kinds in turns, so that what disturbs one disturbs all."""
    found: dict[str, list[float]] = {"bank": [], "cache": [], "model": []}
    for number in range(JOBS):
        texts = {
            "bank": _EVERYDAY[number % len(_EVERYDAY)],
            "cache": _CACHED,
            "model": f"{_CACHED} {uuid4()}",
        }
        for kind, text in texts.items():
            found[kind].append(await _cpu_ms(container, kind, text))
    return found


async def _cpu_ms(container: bootstrap.Container, kind: str, text: str) -> float:
    delivery = _delivery(text)
    began = time.process_time()
    await container.engine.deliver(delivery, trigger._worker(container))  # noqa: SLF001 - as its trigger does
    spent = (time.process_time() - began) * 1000
    record = await container.store.job(str(delivery.message_id))
    result: Any = record and record.result
    if not result or (result["fromBank"], result["cached"]) not in _EXPECTED[kind]:
        raise RuntimeError(f"A job of the kind {kind} was not answered so.")
    return spent


#: The first of each kind fills the bank, or the cache.
_EXPECTED = {
    "bank": {(True, True), (True, False)},
    "cache": {(False, True), (False, False)},
    "model": {(False, False)},
}


def _delivery(text: str) -> Delivery:
    job_id = f"job_{uuid4().hex}"
    envelope = {
        "jobId": job_id,
        "jobType": "chat.suggest",
        "creatorId": _CREATOR,
        "payload": {"fanMessage": text, "conversationId": f"conversation_{uuid4().int % 50}"},
    }
    return Delivery(
        body=json.dumps(envelope).encode(),
        subscription="chat-suggestions",
        message_id=job_id,
        properties={name: str(envelope[name]) for name in ("jobType", "jobId", "creatorId")},
    )
