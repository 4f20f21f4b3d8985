"""A dry run: what an operation would do, by the same rules and on the same knowledge, and without a trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.dead_letters.copies import PayloadCheck, asked_of, raw_hash
from shared.dead_letters.desk import Desk
from shared.dead_letters.judging import Judgement, Outcome, Reason, judge
from shared.dead_letters.letters import Source
from shared.dead_letters.options import Options
from shared.dead_letters.replays import Kind
from shared.dead_letters.scouting import Scout
from shared.dead_letters.standing import Seen
from shared.persistence.port import JobMessage


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What would become of one dead letter; what would be sent is `SENT`."""

    found: Seen
    judgement: Judgement


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What an operation would do."""

    messages: Sequence[Rehearsed]

    @property
    def counts(self) -> Mapping[tuple[Outcome, Reason | None], int]:
        """Return how many messages would have which outcome, for which reason."""
        return Counter((each.judgement.outcome, each.judgement.reason) for each in self.messages)


class Rehearsing:
    """Tells in advance what operations do.

    Args:
        desk: what they work with.
        check: says whether a payload is what its job type asks for.
    """

    def __init__(self, desk: Desk, check: PayloadCheck) -> None:
        self._desk = desk
        self._check = check

    async def rehearse(self, kind: Kind, source: Source, options: Options) -> Rehearsal:
        """Return what an operation would do now."""
        scout = Scout(self._desk.letters_for(kind), self._desk.replays)
        now = self._desk.clock.now()
        messages: list[Rehearsed] = []
        chosen_jobs: set[str] = set()
        async for found in scout.all(source):
            if len(messages) == options.limit:
                break
            if not options.selector.matches(found, now):
                continue
            asked = asked_of(found.letter, source, self._check)
            messages.append(Rehearsed(found=found, judgement=self._judged(kind, found, asked, chosen_jobs)))
            if messages[-1].judgement.outcome is Outcome.SENT and isinstance(asked, JobMessage):
                chosen_jobs.add(asked.job_id)
        return Rehearsal(messages=messages)

    def _judged(
        self, kind: Kind, found: Seen, asked: JobMessage | Reason | None, chosen_jobs: set[str]
    ) -> Judgement:
        if kind is Kind.RESTORE:  # its numbers are the archive's: what is held is something else
            found = replace(found, standing=replace(found.standing, held_by=None))
        if kind is Kind.ARCHIVE and not found.standing.held_by:
            return Judgement(Outcome.ARCHIVED)
        judgement = judge(
            found,
            asked,
            raw_hash=raw_hash(found.letter),
            chosen_jobs=chosen_jobs,
            limits=self._desk.limits,
            now=self._desk.clock.now(),
        )
        return judgement if judgement.reason else Judgement(Outcome.SENT)
