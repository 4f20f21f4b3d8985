"""Content may say anything to the model that judges it, and so may what is read in a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.ai.port import FinishReason, ModelReply, ModelRequest, Role, Usage
from shared.clock import ManualClock
from shared.contracts import JobType
from shared.errors import JobError
from shared.fetching.memory import MemoryFetcher
from shared.fetching.port import Fetched
from shared.fetching.urls import AllowedHosts
from shared.media.locating import VideoLocator
from shared.media.report import Inspection, MediaProbe, Still
from shared.media.scripted import ScriptedMedia
from shared.messaging.worker import JobContext
from shared.persistence.memory_creators import MemoryCreatorTable
from shared.persistence.remembered_creators import RememberedCreators
from shared.storage.directories import PrivateDirectories
from shared.storage.memory import MemoryObjects
from tests.injection.obedience import Attack, attacks, spoken
from workers.content_analysis.handler import analyse
from workers.content_analysis.material import Studio
from workers.content_analysis.messages import ContentAnalysisPayload, ContentAnalysisResult

CORPUS = attacks()
URL = "https://cdn.example.com/a.jpg"
FIELDS = ("summary", "strengths", "tags", "reasons", "aspects", "topics", "advice", "safety", "language")
_USAGE = Usage(input_tokens=900, output_tokens=400)
_STILL = Still(
    file="picture.jpg",
    width=800,
    height=600,
    source_width=800,
    source_height=600,
    form="jpeg",
    size_bytes=100,
    sharpness=90,
    exposure=0.9,
    brightness=0.5,
    contrast=40,
)
_PROBE = MediaProbe(
    container="mov",
    duration_seconds=1,
    width=1,
    height=1,
    rotation_degrees=0,
    frames_per_second=1,
    size_bytes=1,
    video_codec="h264",
    pixel_format="yuv420p",
    high_dynamic_range=False,
    audio_codec=None,
    audio_channels=0,
    bits_per_second=1,
)


class _ObedientModel:
    """Says what the attack wants said, in one field of its judgement, and all over what it sees."""

    def __init__(self, attack: Attack, field: str) -> None:
        self._attack = attack
        self._field = field
        self.requests: list[ModelRequest] = []
        self.said = ""

    async def complete(self, request: ModelRequest) -> ModelReply:
        self.requests.append(request)
        self.said = spoken(self._attack.say, request)
        answer = _look(self._attack.message) if request.task.role is Role.VISION else self._judgement()
        return ModelReply(
            text=self.said if self._attack.where == "raw" else json.dumps(answer),
            deployment="obedient",
            finish_reason=FinishReason.STOP,
            usage=_USAGE,
            cost_usd_micros=1,
        )

    def _judgement(self) -> dict[str, Any]:
        said, field = self.said, self._field
        return {
            "language": said if field == "language" else "en",
            "summary": said if field == "summary" else "A warm post.",
            "score": 70,
            "sentiment": "positive",
            "tags": [said if field == "tags" else "warm"],
            "aspects": [{"name": "wording", "score": 60, "reason": said if field == "aspects" else "Clear."}],
            "strengths": [said if field == "strengths" else "It asks."],
            "engagement": {
                "outlook": "high",
                "score": 60,
                "reasons": [said if field == "reasons" else "It asks."],
            },
            "recommendations": [
                {
                    "topic": said if field == "topics" else "hook",
                    "text": said if field == "advice" else "Begin with it.",
                }
            ],
            "safety": [
                {"category": said, "severity": "low", "note": said if field == "safety" else "A logo."}
            ],
        }


def _look(read: str) -> dict[str, Any]:
    """What is seen: somebody holds the attack into the camera."""
    return {
        "description": "A sheet of paper with words on it.",
        "people_count": 0,
        "setting": "a desk",
        "mood": "plain",
        "style": "snapshot",
        "objects": ["paper"],
        "text_on_screen": [read],
        "quality": [],
        "safety": [],
    }


async def _analysed(
    attack: Attack, field: str, directory: Path, **payload: Any
) -> tuple[ContentAnalysisResult | None, _ObedientModel]:
    clock, model = ManualClock(), _ObedientModel(attack, field)
    fetcher = MemoryFetcher(hosts=AllowedHosts(["cdn.example.com"]))
    fetcher.pages[URL] = Fetched(data=b"\xff\xd8\xff\xe0")
    studio = Studio(
        locate=VideoLocator(buckets=["huntaze"], region="us-east-2").locate,
        objects=MemoryObjects(),
        fetcher=fetcher,
        media=ScriptedMedia(inspection=Inspection(probe=_PROBE, scenes=[]), still=_STILL),
        directories=PrivateDirectories(directory),
        clock=clock,
    )
    context = JobContext(
        job_id="job_1",
        job_type=JobType.CONTENT_ANALYZE,
        creator_id="123",
        attempt=0,
        epoch=0,
        deadline=60.0,
    )
    asked = ContentAnalysisPayload.model_validate({"contentType": "post", **payload})
    creators = RememberedCreators(MemoryCreatorTable(), clock)
    try:
        return await analyse(context, asked, studio=studio, creators=creators, model=model), model
    except JobError:
        return None, model


@pytest.mark.parametrize(
    ("number", "attack"),
    [*enumerate(CORPUS)],
    ids=[f"{number}-{attack.language}-{attack.technique}" for number, attack in enumerate(CORPUS)],
)
async def test_nothing_gets_through(number: int, attack: Attack, tmp_path: Path) -> None:
    """Neither from a text nor from a caption, into whichever field the model is talked."""
    field = FIELDS[number % len(FIELDS)]
    place = "text" if number % 2 else "caption"
    result, model = await _analysed(attack, field, tmp_path, **{place: attack.message})
    assert model.requests
    if result is not None:
        assert model.said not in result.model_dump_json()
        assert model.said not in "\n".join(_texts(result.model_dump(mode="json")))


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: f"{attack.language}-{attack.technique}")
async def test_words_stay_inside_their_quotes(attack: Attack, tmp_path: Path) -> None:
    """Wherever they stand, each request has two turns, and the second one is data on one line."""
    _, model = await _analysed(
        attack,
        "summary",
        tmp_path,
        contentUrl=URL,
        contentType=attack.message[:60],
        analysisType=attack.message[:60],
        text=attack.message,
        caption=attack.message,
        metadata={attack.message: attack.message, "language": attack.message, "platform": attack.message},
        metrics={attack.message: attack.message, "past": [{"views": attack.message}]},
    )
    assert {request.task.role for request in model.requests} >= {Role.VISION}
    for request in model.requests:
        assert [message.role for message in request.messages] == ["system", "user"]
        data = request.messages[1].text.split("\n")[1]
        json.loads(data)
        assert not set(data[1:-1]) & set("<>|`")
        assert attack.message not in request.messages[0].text


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
