"""Letters of every kind, as the pictures in the documentation show them and the tests look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from shared.mail.composing import LetterWriter
from shared.mail.letters import ClaimedLetter, Told
from shared.mail.links import FrontEnd, UnsubscribeLinks
from shared.mail.notices import OPERATOR, Notice, budget_alert, endpoint_disabled
from shared.mail.port import Letter

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
ROOT = "https://app.huntaze.example"
LINKS = UnsubscribeLinks([b"a secret of no use"], "https://functions.example")
WRITER = LetterWriter(FrontEnd(root=ROOT), LINKS)

VIDEO = Told(
    kind="job.completed",
    happened_at=NOW,
    body={
        "jobId": "job_1766400000000_k3j2h1g0f",
        "jobType": "video.analysis",
        "summary": "Une matinée dans l’atelier : lumière douce, trois plans, et un sourire qui arrive"  # noqa: RUF001 - French
        " au bon moment.",
        "durationSeconds": 62.3,
        "scenes": 7,
        "hook": 6.5,
        "advice": "Commence par le sourire de la onzième seconde : c’est lui qui retient.",  # noqa: RUF001 - French
    },
)
ENGLISH_VIDEO = replace(
    VIDEO,
    body={
        **VIDEO.body,
        "summary": "A morning in the studio: soft light, three shots, and a smile that comes at the"
        " right moment.",
        "advice": "Begin with the smile at 0:11, it is what makes people stay.",
    },
)
FAILURE = Told(
    kind="job.failed",
    happened_at=NOW - timedelta(minutes=2),
    body={"jobId": "job_1766400000000_a1b2c3d4e", "jobType": "video.analysis", "code": "VIDEO_NOT_FOUND"},
)
IDEAS = Told(
    kind="job.completed",
    happened_at=NOW - timedelta(minutes=4),
    body={
        "jobId": "job_1766400000000_ideas0001",
        "jobType": "content.suggest",
        "ideas": ["Rainy Sunday, locked", "Behind the window", "What the rain heard"],
    },
)
ANALYSIS = Told(
    kind="job.completed",
    happened_at=NOW - timedelta(minutes=6),
    body={
        "jobId": "job_1766400000000_photo0001",
        "jobType": "content.analyze",
        "score": 82,
        "summary": "Warm light and a clear subject; the caption gives little reason to answer.",
        "advice": "End the caption with a question.",
    },
)
ENDPOINT = endpoint_disabled(endpoint_id="ep_1", creator_id="101", host="hooks.lea.example", at=NOW)
BUDGET = budget_alert(mark_percent=90, spent_usd=Decimal("180.4"), budget_usd=Decimal(200), at=NOW)


def told(notice: Notice) -> Told:
    """Return a notice as a letter tells it."""
    return Told(kind=notice.kind.value, body=notice.body, happened_at=notice.happened_at)


def letter(
    *notices: Told,
    language: str | None = "en",
    recipient: str = "101",
    name: str | None = "Léa",
    writer: LetterWriter = WRITER,
) -> Letter:
    """Return a letter that tells these."""
    claimed = ClaimedLetter(
        letter_id=UUID(int=1),
        fence=1,
        attempt=1,
        recipient=recipient,
        again=False,
        address="lea@creators.example",
        language=language,
        name=name,
        notices=notices,
    )
    return writer.compose(claimed, "lea@creators.example")


def samples() -> Mapping[str, str]:
    """Return the HTML of one letter of every kind, and of the page that unsubscribes, by their names."""
    return {
        "completed": letter(VIDEO, language="fr").html,
        "failed": letter(FAILURE).html,
        "digest": letter(ENGLISH_VIDEO, FAILURE, IDEAS).html,
        "endpoint": letter(told(ENDPOINT), language="fr-FR").html,
        "budget": letter(told(BUDGET), recipient=OPERATOR).html,
        "unsubscribe": WRITER.page("confirm", "fr"),
    }
