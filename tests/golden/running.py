"""Asking a worker all of its cases, a few at a time, and looking at what comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.ai.port import ChatModel
from shared.errors import JobError
from tests.golden.cases import Answer, Case, cases
from tests.golden.checking import check
from tests.golden.subjects import Subject, context_for


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one case."""

    case: Case
    #: `None`: the job failed.
    answer: Answer | None
    #: The failure's code, if there was one.
    error: str | None
    #: What each check found; empty for a job that failed.
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seconds: float
    usd_micros: int
    calls: int
    tokens: int


async def run(
    subject: Subject, model: ChatModel, *, at_once: int, only: Sequence[Case] | None = None
) -> list[Outcome]:
    """Return what became of each case."""
    turns = asyncio.Semaphore(at_once)

    async def in_turn(case: Case) -> Outcome:
        async with turns:
            return await _outcome(subject, model, case)

    return await asyncio.gather(*map(in_turn, cases(subject.cases) if only is None else only))


async def _outcome(subject: Subject, model: ChatModel, case: Case) -> Outcome:
    context = context_for(subject, case)
    began = time.perf_counter()
    answer, error = None, None
    try:
        answer = await subject.ask(context, case, model)
    except JobError as failure:
        error = failure.code
    return Outcome(
        case=case,
        answer=answer,
        error=error,
        problems=check(answer, case) if answer else {},
        seconds=time.perf_counter() - began,
        usd_micros=sum(call.cost_usd_micros for call in context.calls),
        calls=len(context.calls),
        tokens=sum(call.usage.input_tokens + call.usage.output_tokens for call in context.calls),
    )
