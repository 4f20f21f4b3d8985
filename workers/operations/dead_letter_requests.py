"""What an operator may ask of dead letters, as it comes over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.contracts import MAX_DEADLINE_MS, CreatorId, JobType
from shared.dead_letters.options import MAX_LIMIT, MAX_RATE_PER_SECOND, Options
from shared.dead_letters.selecting import Selector
from shared.messaging.sanitising import storable_text

#: The platform cuts an answer after 230 seconds.
MAX_WAIT_SECONDS = 100.0
_DAY_SECONDS = 86_400.0
_YEARS_SECONDS = 3_650 * _DAY_SECONDS
_LARGEST_SEQUENCE = 2**63 - 1
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d")

_Text = Annotated[str, AfterValidator(storable_text), Field(min_length=1, max_length=200)]
_Seconds = Annotated[float, Field(ge=0, le=_YEARS_SECONDS, allow_inf_nan=False)]
_Sequence = Annotated[int, Field(ge=0, le=_LARGEST_SEQUENCE)]
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def _text_of_moment(value: object) -> object:
    """Take no number for a moment: nobody means seconds since 1970."""
    if not isinstance(value, str) or not _MOMENT.match(value):
        raise ValueError("must be a date and time such as 2026-11-24T10:00:00.000Z")
    return value


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


_Moment = Annotated[datetime, BeforeValidator(_text_of_moment), AfterValidator(_aware)]


class Asked(BaseModel):
    """Names in camelCase; what is not known is an error, as a misspelt limit must not be ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class AskedSelector(Asked):
    """Which letters are meant: everything that is set has to hold; nothing set means all."""

    group: _Text | None = None
    #: Not `code`, which in a query is the platform's key.
    error_code: _Text | None = None
    job_type: _Text | None = None
    creator_id: _Text | None = None
    #: Stands in the reason, the broker's remark or an id, whatever its case.
    text: _Text | None = None
    older_than_seconds: _Seconds | None = None
    younger_than_seconds: _Seconds | None = None
    sequence_numbers: Annotated[tuple[_Sequence, ...], Field(max_length=1_000)] = ()
    job_ids: Annotated[tuple[_Text, ...], Field(max_length=1_000)] = ()

    def selector(self, *, in_bodies: bool = False) -> Selector:
        """Return the selector that is meant."""
        fields = self.model_dump(include=set(AskedSelector.model_fields))
        fields["code"] = fields.pop("error_code")
        for name in ("sequence_numbers", "job_ids"):
            fields[name] = frozenset(getattr(self, name))
        return Selector(**fields, in_bodies=in_bodies)


class Listing(AskedSelector):
    """The query of a list of dead letters; lists are given by commas."""

    sequence_numbers: tuple[()] = Field(default=(), exclude=True)
    job_ids: tuple[()] = Field(default=(), exclude=True)
    #: The first sequence number to look at: the last answer's `next`.
    from_sequence: Annotated[_Sequence, Field(alias="from")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    #: Fans' words: an administrator's.
    include_body: bool = False


class ArchiveListing(Asked):
    """The query of a list of archived letters."""

    from_number: Annotated[_Sequence, Field(alias="from")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    include_body: bool = False


class Overview(Asked):
    """The query of the overview."""

    #: How many letters of each subscription are looked at.
    most: Annotated[int, Field(ge=1, le=10_000)] = 2_000
    #: Only this subscription.
    subscription: _Text | None = None


class AskedOperation(Asked):
    """What a replay, an archiving or a restoring is to do."""

    #: The same one again is the same operation; the header `Idempotency-Key` says the same.
    id: _Id | None = None
    selector: AskedSelector = AskedSelector()
    #: At most so many letters; there is no default, so that nobody replays everything by mistake.
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)]
    rate_per_second: Annotated[float, Field(gt=0, le=MAX_RATE_PER_SECOND, allow_inf_nan=False)] = 10.0
    #: 1, 2, 5, 20, 50, 100 at a time, each step only when the one before has ended well.
    ladder: bool = True
    #: How long each step is waited for.
    patience_seconds: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)] = 60.0
    #: Tell what would be done, and do nothing.
    dry_run: bool = False
    #: Not before.
    start_at: _Moment | None = None
    #: Then it ends, however far it is.
    within_seconds: Annotated[float, Field(gt=0, le=7 * _DAY_SECONDS, allow_inf_nan=False)] = 6 * 3_600.0
    #: How long the answer may wait for the operation's end; it goes on without.
    wait_seconds: Annotated[float, Field(ge=0, le=MAX_WAIT_SECONDS, allow_inf_nan=False)] = 20.0

    def options(self) -> Options:
        """Return how it is to be done."""
        return Options(
            selector=self.selector.selector(),
            limit=self.limit,
            rate_per_second=self.rate_per_second,
            ladder=self.ladder,
            patience_seconds=self.patience_seconds,
        )

    def kept(self) -> dict[str, Any]:
        """Return what is kept of it, by which the same request is recognised."""
        start_at = self.start_at and self.start_at.isoformat()
        return {**self.options().as_json(), "start_at": start_at, "within_seconds": self.within_seconds}


class AskedEdit(Asked):
    """One letter, sent again with another payload, as a new job."""

    id: _Id | None = None
    sequence_number: _Sequence
    payload: dict[str, Any]
    #: Of the new job; the letter's own unless said otherwise.
    job_type: JobType | None = None
    creator_id: CreatorId | None = None
    deadline_ms: Annotated[int, Field(gt=0, le=MAX_DEADLINE_MS)] | None = None


class ReplayListing(Asked):
    """The query of a list of operations, the newest first."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    #: The last answer's `next`.
    before: _Moment | None = None


class MessageListing(Asked):
    """The query of what an operation did with its messages."""

    #: The last answer's `next`.
    after: Annotated[int, Field(ge=-1, le=_LARGEST_SEQUENCE)] = -1
    limit: Annotated[int, Field(ge=0, le=1_000)] = 100
