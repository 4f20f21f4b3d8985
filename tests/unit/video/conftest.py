"""An inspected video, and what models answer about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts import JobType
from shared.media.report import (
    ContactSheet,
    FoundScene,
    Inspection,
    Interval,
    KeyFrame,
    MediaProbe,
    SceneStart,
    SoundKind,
    SoundReport,
)
from shared.messaging.worker import JobContext
from workers.video_analysis.messages import VideoPayload
from workers.video_analysis.subject import Subject

URL = "https://huntaze-videos.s3.us-east-2.amazonaws.com/123/beach.mp4"


@pytest.fixture
def context() -> JobContext:
    """A claimed job with a second left."""
    return JobContext(
        job_id="job_1",
        job_type=JobType.VIDEO_ANALYSIS,
        creator_id="123",
        attempt=0,
        epoch=0,
        deadline=1.0,
    )


@pytest.fixture
def inspection() -> Inspection:
    """12 seconds in three scenes; four frames are shown, two of them of the last scene."""
    return Inspection(
        probe=MediaProbe(
            container="mov",
            duration_seconds=12.0,
            width=1080,
            height=1920,
            rotation_degrees=90,
            frames_per_second=30.0,
            size_bytes=6_000_000,
            video_codec="h264",
            pixel_format="yuv420p",
            high_dynamic_range=False,
            audio_codec="aac",
            audio_channels=2,
            bits_per_second=4_000_000,
        ),
        scenes=[
            FoundScene(start_seconds=0, end_seconds=3, start=SceneStart.START),
            FoundScene(start_seconds=3, end_seconds=5),
            FoundScene(start_seconds=5, end_seconds=12, start=SceneStart.GRADUAL),
        ],
        key_frames=[
            _frame(1, 1.0, 0, 0.5),
            _frame(2, 4.0, 1, 0.9, faces=1),
            _frame(3, 6.0, 2, 0.4),
            _frame(4, 10.0, 2, 0.7),
        ],
        contact_sheets=[ContactSheet(file="sheet-1.jpg", width=504, height=896, cells=[0, 1, 2, 3])],
        sound=SoundReport(
            kind=SoundKind.SPEECH,
            duration_seconds=12.0,
            loudness_lufs=-25.2,
            peak_dbfs=-3.0,
            silences=[Interval(start_seconds=7.0, end_seconds=9.0)],
            speech_share=0.7,
            file="sound.flac",
        ),
    )


@pytest.fixture
def subject(inspection: Inspection) -> Subject:
    """The video, of a creator who says nothing about it."""
    return Subject(inspection=inspection, payload=VideoPayload(video_url=URL))


@pytest.fixture
def about(inspection: Inspection) -> Callable[..., Subject]:
    """Make the video with metadata."""

    def _about(**metadata: Any) -> Subject:
        return Subject(inspection=inspection, payload=VideoPayload(video_url=URL, metadata=metadata))

    return _about


@pytest.fixture
def seen() -> dict[str, Any]:
    """What a vision model answers about four cells."""
    return {
        "cells": {"1": "A beach.", "2": "A woman waves.", "3": "Waves.", "4": "A dog runs."},
        "objects": [{"label": "dog", "cells": [4, 3]}],
        "people_count": 1,
        "setting": "a beach at noon",
        "text_on_screen": [{"words": "so easy", "cells": [2]}],
        "mood": "sunny",
        "style": "vlog",
        "hook": {"strength": 4, "reason": "Nobody is seen at first."},
        "safety": [{"category": "trademark", "severity": "low", "cell": 2, "note": "A logo on the shirt."}],
        "timeline": [{"from_cell": 3, "to_cell": 4, "event": "A dog runs along the water."}],
    }


@pytest.fixture
def written() -> dict[str, Any]:
    """What a model writes about the video."""
    return {
        "language": "fr",
        "summary": "Une journée à la plage.",
        "sentiment": "positive",
        "topics": ["plage", "chien", "plage"],
        "hook_advice": "Commencez par le chien.",
        "caption": "Qui vient avec nous ?",
        "cuts": [{"start_seconds": 7.2, "end_seconds": 8.8, "reason": "Silence."}],
        "thumbnail": 2,
        "thumbnail_reason": "Le chien court.",
        "advice": [{"topic": "hook", "text": "Ouvrez sur le chien.", "scene": 3}],
    }


def _frame(number: int, at_seconds: float, scene: int, score: float, faces: int = 0) -> KeyFrame:
    return KeyFrame(
        at_seconds=at_seconds,
        scene=scene,
        file=f"frame-{number:02}.jpg",
        width=720,
        height=1280,
        score=score,
        faces=faces,
        reason="sharp",
    )
