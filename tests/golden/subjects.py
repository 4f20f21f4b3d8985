"""The workers that answer golden cases: each case's job through the worker's own handler."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from infra.local.model_simulator.phrases import LABEL
from shared.ai.port import ChatModel
from shared.clock import SystemClock
from shared.contracts import JobType
from shared.fetching.memory import MemoryFetcher
from shared.fetching.urls import AllowedHosts
from shared.media.locating import VideoLocator
from shared.media.report import Inspection, MediaProbe
from shared.media.scripted import ScriptedMedia
from shared.messaging.worker import JobContext
from shared.persistence.memory_creators import MemoryCreatorTable
from shared.persistence.remembered_creators import RememberedCreators
from shared.storage.directories import PrivateDirectories
from shared.storage.memory import MemoryObjects
from tests.golden.cases import Answer, Case
from workers.chat_suggestions.bank import Banks
from workers.chat_suggestions.handler import Desk, suggest
from workers.chat_suggestions.messages import ChatPayload
from workers.content_analysis.handler import analyse
from workers.content_analysis.material import Studio
from workers.content_analysis.messages import ContentAnalysisPayload
from workers.content_suggestions.handler import suggest_content
from workers.content_suggestions.messages import ContentSuggestionsPayload

#: As the front end's jobs have it.
DEADLINE_SECONDS = 90.0
#: What a phone shows of a chat message without scrolling; the prompt asks for no more.
CHAT_CHARACTERS = 280
#: What fits everywhere but on X.
CAPTION_CHARACTERS = 1_000

#: The golden texts come without a video.
_NOTHING = MediaProbe(
    container="mov",
    duration_seconds=1.0,
    width=2,
    height=2,
    rotation_degrees=0,
    frames_per_second=1.0,
    size_bytes=1,
    video_codec="h264",
    pixel_format="yuv420p",
    high_dynamic_range=False,
    audio_codec=None,
    audio_channels=0,
    bits_per_second=1,
)

Asking = Callable[[JobContext, Case, ChatModel], Awaitable[Answer]]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A worker, and the file of its cases."""

    cases: str
    job_type: JobType
    ask: Asking


def context_for(subject: Subject, case: Case) -> JobContext:
    """Return the claimed job of a case."""
    return JobContext(
        job_id=f"golden_{case.id}",
        job_type=subject.job_type,
        creator_id=case.creator_id,
        attempt=0,
        epoch=0,
        deadline=time.monotonic() + DEADLINE_SECONDS,
    )


async def _chat(context: JobContext, case: Case, model: ChatModel) -> Answer:
    desk = Desk(banks=Banks(model, SystemClock()))
    result = await suggest(context, ChatPayload.model_validate(case.payload), model=model, desk=desk)
    texts = tuple(_unlabelled(suggestion.text) for suggestion in result.suggestions)
    return Answer(
        texts=texts,
        alternatives=texts,
        published=texts,
        longest=CHAT_CHARACTERS,
        language=result.language,
    )


async def _content_suggestions(context: JobContext, case: Case, model: ChatModel) -> Answer:
    payload = ContentSuggestionsPayload.model_validate(case.payload)
    creators = RememberedCreators(MemoryCreatorTable(), SystemClock())
    result = await suggest_content(context, payload, model=model, creators=creators)
    captions = [_unlabelled(idea.text) for idea in result.ideas]
    around = [
        _unlabelled(text)
        for idea in result.ideas
        for text in (idea.title, idea.hook, idea.call_to_action)
        if text
    ]
    return Answer(
        texts=(*captions, *around),
        alternatives=captions,
        published=(*captions, *around),
        longest=result.limits.text_length if result.limits else CAPTION_CHARACTERS,
        language=result.language,
    )


async def _content_analysis(context: JobContext, case: Case, model: ChatModel) -> Answer:
    payload = ContentAnalysisPayload.model_validate(case.payload)
    creators = RememberedCreators(MemoryCreatorTable(), SystemClock())
    result = await analyse(context, payload, studio=_studio(), creators=creators, model=model)
    told = (
        result.summary,
        *(aspect.reason for aspect in result.aspects),
        *result.strengths,
        *(finding.note for finding in result.safety),
        *(recommendation.text for recommendation in result.recommendations),
    )
    advice = [_unlabelled(recommendation.text) for recommendation in result.recommendations]
    return Answer(texts=[_unlabelled(text) for text in told], alternatives=advice, language=result.language)


def _studio() -> Studio:
    """Return what gets at content, of which the golden texts have none."""
    return Studio(
        locate=VideoLocator(buckets=["golden"], region="us-east-2").locate,
        objects=MemoryObjects(output_bucket="golden"),
        fetcher=MemoryFetcher(hosts=AllowedHosts([])),
        media=ScriptedMedia(
            inspection=Inspection(probe=_NOTHING, scenes=[], key_frames=[], contact_sheets=[])
        ),
        directories=PrivateDirectories(Path(tempfile.gettempdir())),
        clock=SystemClock(),
    )


def _unlabelled(text: str) -> str:
    """Take off what the simulator stands before all that it writes."""
    return text.replace(LABEL, "").strip()


SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        "chat.suggest": Subject(cases="chat", job_type=JobType.CHAT_SUGGEST, ask=_chat),
        "content.suggest": Subject(
            cases="content_suggestions", job_type=JobType.CONTENT_SUGGEST, ask=_content_suggestions
        ),
        "content.analyze": Subject(
            cases="content_analysis", job_type=JobType.CONTENT_ANALYZE, ask=_content_analysis
        ),
    }
)
