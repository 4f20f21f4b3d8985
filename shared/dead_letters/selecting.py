"""Which dead letters are meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.dead_letters.standing import Seen


@dataclass(frozen=True, kw_only=True)
class Selector:
    """What a dead letter has to be; everything that is set has to hold, nothing set means all."""

    group: str | None = None
    code: str | None = None
    job_type: str | None = None
    creator_id: str | None = None
    #: Stands in the reason, the broker's remark or an id, whatever its case.
    text: str | None = None
    #: By when it was sent.
    older_than_seconds: float | None = None
    younger_than_seconds: float | None = None
    sequence_numbers: Collection[int] = ()
    job_ids: Collection[str] = ()
    #: Whether `text` is looked for in bodies, too, which are fans' words.
    in_bodies: bool = False

    def matches(self, found: Seen, now: datetime) -> bool:
        """Say whether a dead letter is meant."""
        return (
            self.group in {None, found.group}
            and self.code in {None, found.code}
            and self.job_type in {None, found.job_type}
            and self.creator_id in {None, found.creator_id}
            and (not self.sequence_numbers or found.letter.sequence_number in self.sequence_numbers)
            and (not self.job_ids or found.job_id in self.job_ids)
            and self._has_age(found.letter.enqueued_at, now)
            and (self.text is None or self.text.casefold() in self._searched(found))
        )

    def _has_age(self, enqueued_at: datetime | None, now: datetime) -> bool:
        if self.older_than_seconds is None and self.younger_than_seconds is None:
            return True
        if enqueued_at is None:
            return False
        age = now - enqueued_at
        return not (
            (self.older_than_seconds is not None and age < timedelta(seconds=self.older_than_seconds))
            or (self.younger_than_seconds is not None and age > timedelta(seconds=self.younger_than_seconds))
        )

    def _searched(self, found: Seen) -> str:
        letter = found.letter
        texts = [found.code, found.reason, found.standing.error_message, found.job_id, found.creator_id]
        texts += [letter.message_id, letter.dead_letter_reason, letter.dead_letter_description]
        texts += [letter.body.decode("utf-8", "replace")] if self.in_bodies else []
        return "\n".join(text for text in texts if text).casefold()
