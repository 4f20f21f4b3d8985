"""A video's page, as a person sees it: in a real Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from infra.local.pages import Subject, video_page
from infra.local.process import ROOT

pytestmark = pytest.mark.timeout(400)

_VISIT = Path(__file__).parent / "pages" / "visit.mjs"
_SECTIONS = ["summary", "scenes", "advice", "thumbnails", "sheets", "transcript", "technical"]


def visited(page: str, directory: Path, *, width: int = 1100) -> Mapping[str, Any]:
    """Return what is seen of a page."""
    browser = next(
        found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))
    )
    path = directory / "page.html"
    path.write_text(page, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own program
        ["node", str(_VISIT), browser, path.as_uri(), str(directory / "page.png"), str(width)],  # noqa: S607
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(directory)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    seen: Mapping[str, Any] = json.loads(done.stdout)
    return seen


def _jpeg(url: str) -> bytes | None:
    if "gone" in url:
        return None
    picture = np.full((448, 252, 3), 90, np.uint8)
    cv2.putText(picture, url[-6:], (10, 200), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
    done, data = cv2.imencode(".jpg", picture)
    assert done
    return data.tobytes()


def _result(**more: Any) -> dict[str, Any]:
    scenes = [
        {"startSeconds": 0.0, "endSeconds": 4.0, "transition": "start", "keyFrameUrl": "s3://a/1.jpg"},
        {"startSeconds": 4.0, "endSeconds": 10.0, "transition": "cut", "keyFrameUrl": "s3://gone/2.jpg"},
    ]
    return {
        "video": {
            "durationSeconds": 10.0,
            "width": 1080,
            "height": 1920,
            "sizeBytes": 5_000_000,
            "videoCodec": "h264",
            "framesPerSecond": 29.97,
        },
        "scenes": scenes,
        **more,
    }


_RICH = {
    "summary": "A walk on the beach.",
    "caption": "Come with me 🌊",
    "language": "fr",
    "topics": ["beach", "dog"],
    "advice": [{"topic": "hook", "text": "Begin with the dog."}],
    "hook": {"strength": 6.5, "reason": "Somebody waves."},
    "cuts": [{"startSeconds": 5.0, "endSeconds": 7.0, "reason": "Silence."}],
    "thumbnail": {"url": "s3://a/t.jpg", "atSeconds": 4.0, "reason": "A face."},
    "contactSheetUrls": ["s3://a/sheet.jpg"],
    "transcript": {
        "status": "ready",
        "text": "Hello.",
        "phrases": [{"startSeconds": 0.5, "endSeconds": 1.0, "text": "Hello."}],
    },
    "technical": {
        "pixelFormat": "yuv420p",
        "highDynamicRange": False,
        "bitsPerSecond": 4_000_000,
        "sound": {"kind": "speech", "loudnessLufs": -14.2},
    },
    "compressedCopy": {"url": "s3://a/copy.mp4", "sizeBytes": 2_000_000, "width": 720, "height": 1280},
    "costs": {"inputTokens": 3_000, "outputTokens": 500, "cpuSeconds": 6.2},
    "skipped": [{"part": "compressed_copy", "reason": "It follows."}],
}
_SUBJECT = Subject(job_id="job_1", creator_id="101", title="Beach", simulated=True)


def test_all_that_is_known_is_shown(tmp_path: Path) -> None:
    seen = visited(video_page(_SUBJECT, _result(**_RICH), _jpeg), tmp_path)
    assert seen["sections"] == _SECTIONS
    for text in ("A walk on the beach.", "Come with me 🌊", "Begin with the dog.", "Hello.", "-14.2 LUFS"):
        assert text in seen["text"]
    for text in ("texts by a simulator", "2.0 MB", "Silence.", "It follows."):
        assert text in seen["text"]
    assert [(each["alt"], each["width"]) for each in seen["pictures"]] == [
        ("Scene 1", 252),  # the other scene's picture is gone
        ("The thumbnail", 252),
        ("Contact sheet 1", 252),
    ]
    assert (seen["complaints"], seen["overflows"]) == ([], False)


def test_a_result_with_nothing_but_facts_is_a_page_too(tmp_path: Path) -> None:
    result = _result(transcript={"status": "no_speech"})
    seen = visited(video_page(_SUBJECT, result, lambda _url: None), tmp_path, width=390)
    assert seen["sections"] == _SECTIONS
    assert "Nobody speaks." in seen["text"]
    assert (seen["pictures"], seen["complaints"], seen["overflows"]) == ([], [], False)


def test_what_others_wrote_stays_text(tmp_path: Path) -> None:
    """Neither a script nor a picture from elsewhere gets into the page by what a model or a person wrote."""
    hostile = "</title><script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)>"
    subject = Subject(job_id="job_1", creator_id='"><script>', title=hostile, simulated=False)
    result = _result(summary=hostile, caption=hostile, advice=[{"topic": hostile, "text": hostile}])
    seen = visited(video_page(subject, result, _jpeg), tmp_path)
    assert seen["title"] == hostile
    assert hostile in seen["text"]
    assert seen["complaints"] == []
    assert [url for url in seen["requested"] if not url.startswith("file:")] == []
