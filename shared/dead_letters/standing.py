"""What the database knows of a dead letter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.reasons import group_of, normalised
from shared.persistence.port import JobState

UNKNOWN_CODE = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a message's job came to, as of now; every part may be unknown."""

    state: JobState | None = None
    epoch: int = 0
    job_type: str | None = None
    payload_hash: bytes = b""
    error_code: str | None = None
    error_message: str | None = None
    #: Of the job that this one follows up.
    parent_state: JobState | None = None
    #: Set for a message that was refused as no job.
    refused_code: str | None = None
    refused_reason: str | None = None
    #: The operation that has this message in hand.
    held_by: str | None = None


NOTHING_KNOWN = Standing()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A dead letter with what is known of it."""

    source: Source
    letter: DeadLetter
    standing: Standing
    job_id: str | None
    job_type: str | None
    creator_id: str | None
    #: Why it lies here: the job's error code, or else the broker's reason.
    code: str
    #: In words, normalised.
    reason: str

    @property
    def group(self) -> str:
        """Return the group's name."""
        return group_of(self.code, self.job_type or "", self.reason)


def seen(source: Source, letter: DeadLetter, standing: Standing) -> Seen:
    """Put together what is known of a dead letter."""
    code, reason = _why(letter, standing)
    return Seen(
        source=source,
        letter=letter,
        standing=standing,
        job_id=property_of(letter, "jobId"),
        job_type=property_of(letter, "jobType"),
        creator_id=property_of(letter, "creatorId"),
        code=code,
        reason=normalised(reason),
    )


def _why(letter: DeadLetter, standing: Standing) -> tuple[str, str]:
    """Return code and reason: the refusal's, the job's if it ended badly, or the broker's."""
    if standing.refused_code:
        return standing.refused_code, standing.refused_reason or ""
    own_epoch = _whole(letter.properties.get("epoch"))
    if standing.error_code and standing.epoch == own_epoch:
        return standing.error_code, standing.error_message or ""
    return letter.dead_letter_reason or UNKNOWN_CODE, letter.dead_letter_description or ""


def property_of(letter: DeadLetter, name: str) -> str | None:
    """Return an identifier among a letter's properties, as text."""
    value = letter.properties.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)[:128] or None


def message_key(letter: DeadLetter, source: Source) -> bytes:
    """Return under what the engine keeps a message that it refuses."""
    identity = "\0".join((source.subscription, letter.message_id or ""))
    return hashlib.sha256(identity.encode("utf-8", "replace") + b"\0" + letter.body).digest()


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
