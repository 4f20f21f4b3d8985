"""Sample jobs, one set for each type of job: the everyday traffic of a few made-up creators and fans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.contracts import JobType


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A job that the front end might publish."""

    job_type: JobType
    creator_id: str
    #: What the job is about, in a line.
    title: str
    payload: Mapping[str, Any]
    #: Makes the file that is uploaded first, in a directory.
    file: Callable[[Path], Path] | None = None
    #: The payload's field for the file's URL.
    url_field: str = "videoUrl"


_LEA = {"name": "Léa", "style": "warm, playful, a little cheeky; short messages", "language": "fr"}
_MAYA = {"name": "Maya", "style": "confident and flirty, never pushy", "limits": ["no meetings in person"]}
_SOFIA = {"name": "Sofía", "style": "dulce y cercana, con humor", "language": "es"}


def _chat(
    creator_id: str,
    message: str,
    *,
    fan: str,
    tier: str,
    persona: Mapping[str, Any],
    before: Sequence[Mapping[str, str]] = (),
) -> Sample:
    context = {"fanName": fan, "tier": tier, "persona": persona, "recentMessages": before}
    payload = {
        "fanMessage": message,
        "context": context,
        "conversationId": f"conv_{creator_id}_{fan.lower()}",
    }
    return Sample(job_type=JobType.CHAT_SUGGEST, creator_id=creator_id, title=message, payload=payload)


def _ideas(creator_id: str, title: str, **payload: Any) -> Sample:
    return Sample(job_type=JobType.CONTENT_SUGGEST, creator_id=creator_id, title=title, payload=payload)


def _video(directory: Path) -> Path:
    from infra.local.clips.sample import sample_video

    return sample_video(directory)


_VIDEO = Sample(
    job_type=JobType.VIDEO_ANALYSIS,
    creator_id="101",
    title="Morning in the studio",
    payload={
        "videoId": "vid_101_1",
        "metadata": {"title": "Morning in the studio", "platform": "onlyfans", "language": "en"},
    },
    file=_video,
)


def _photo(directory: Path) -> Path:
    from infra.local.clips.photo import sample_photo

    return sample_photo(directory)


_PHOTO = Sample(
    job_type=JobType.CONTENT_ANALYZE,
    creator_id="101",
    title="Last light, a picture with its caption and what came before it",
    payload={
        "contentId": "content_101_1",
        "contentType": "photo",
        "analysisType": "engagement",
        "caption": "Dernière lumière. Tu regardes avec moi ?",
        "metrics": {
            "past": [
                {"views": 900, "likes": 80, "comments": 7},
                {"views": 1_400, "likes": 95, "comments": 12},
                {"views": 1_150, "likes": 101, "comments": 9},
                {"views": 2_300, "likes": 260, "comments": 31},
            ]
        },
        "metadata": {"platform": "onlyfans", "language": "fr"},
    },
    file=_photo,
    url_field="contentUrl",
)
_POST = Sample(
    job_type=JobType.CONTENT_ANALYZE,
    creator_id="102",
    title="a post: New set drops on Friday…",
    payload={
        "contentType": "post",
        "text": "New set drops on Friday at 9. Tell me which colour I should wear and I might listen 😏",
        "metadata": {"platform": "fansly", "language": "en"},
    },
)

SAMPLES: Sequence[Sample] = (
    _chat(
        "101",
        "Coucou Léa, tu fais quoi ce soir ? 😘",
        fan="Thomas",
        tier="vip",
        persona=_LEA,
        before=[{"from": "creator", "text": "Tu m'as manqué cette semaine"}],
    ),
    _chat(
        "102",
        "hey gorgeous, just subscribed! what do you usually post?",
        fan="Jake",
        tier="new",
        persona=_MAYA,
    ),
    _chat(
        "103",
        "Buenos días guapa, me encantó el vídeo de ayer",
        fan="Diego",
        tier="regular",
        persona=_SOFIA,
        before=[{"from": "fan", "text": "¿hay vídeo hoy?"}, {"from": "creator", "text": "esta noche 😏"}],
    ),
    _chat(
        "102",
        "Du siehst heute wieder toll aus! Wie war dein Tag?",
        fan="Lukas",
        tier="regular",
        persona=_MAYA,
    ),
    _chat(
        "102",
        "40 bucks for that video is a lot tbh... any discount?",
        fan="Chris",
        tier="regular",
        persona=_MAYA,
    ),
    _chat(
        "101", "Désolé j'étais pas là, grosse semaine au boulot 😔", fan="Karim", tier="whale", persona=_LEA
    ),
    _ideas(
        "101",
        "a rainy Sunday at home, for a locked message",
        platform="onlyfans",
        contentType="ppv",
        tone="mysterious",
        topic="un dimanche de pluie à la maison",
        preferences={"persona": _LEA, "currency": "EUR", "priceMax": 25, "activeHours": "21h-23h"},
    ),
    _ideas(
        "102",
        "the first run of the year, for Instagram",
        platform="instagram",
        contentType="photo",
        tone="playful",
        topic="my first run of the year",
        preferences={"persona": _MAYA, "language": "en"},
    ),
    _PHOTO,
    _POST,
    _VIDEO,
)  # fmt: skip - one fan, one paragraph
