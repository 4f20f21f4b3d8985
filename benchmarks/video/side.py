"""One detector on one file in a process of its own: `python -m benchmarks.video.side SIDE FILE`.

The process pins itself to one core, and prints one JSON line: cut times, CPU seconds with and without
imports, peak memory, bytes read.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: What each side has to import before it can look at a file.
_MODULES = {
    "ours": "shared.media.scenes",
    "bare": "av",
    "adaptive": "scenedetect",
    "content": "scenedetect",
    "ffmpeg": "av",
}
#: As in FFmpeg's documentation of its `select` filter.
_FFMPEG_SCENE = "select=gt(scene\\,0.3)"


def main() -> None:
    """Detect, and print what it took."""
    side, path = sys.argv[1], Path(sys.argv[2])
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    importlib.import_module(_MODULES[side])
    imported = _cpu_seconds()
    read_before = _bytes_read()
    found = _SIDES[side](path)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    report = {
        **found,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "detection_cpu_seconds": _cpu_seconds() - imported,
        "peak_mb": usage.ru_maxrss / 1024,
        "read_mb": (_bytes_read() - read_before) / 1e6,
    }
    print(json.dumps(report))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _bytes_read() -> int:
    """Return what was read from files, the page cache included."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["rchar"])


def _ours(path: Path) -> dict[str, Any]:
    from shared.media.opening import opened, probe_of
    from shared.media.report import SceneStart
    from shared.media.scenes import find_scenes

    with opened(path) as container:
        probe = probe_of(container, size_bytes=path.stat().st_size)
        findings = find_scenes(container, probe, seconds=300)
    return {
        "cuts": [scene.start_seconds for scene in findings.scenes if scene.start is SceneStart.CUT],
        "gradual": [[span.start_seconds, span.end_seconds] for span in findings.gradual],
        "frames": findings.decoded_frames,
    }


def _bare(path: Path) -> dict[str, Any]:
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        return {"cuts": [], "frames": sum(1 for _ in container.decode(stream))}


def _scenedetect(name: str) -> Callable[[Path], dict[str, Any]]:
    def detect(path: Path) -> dict[str, Any]:
        import scenedetect

        manager = scenedetect.SceneManager()
        manager.add_detector(getattr(scenedetect, name)())
        video = scenedetect.open_video(str(path))
        frames = manager.detect_scenes(video)
        return {"cuts": [scene[0].seconds for scene in manager.get_scene_list()][1:], "frames": frames}

    return detect


def _ffmpeg(path: Path) -> dict[str, Any]:
    import av
    from av.filter import Graph

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        graph = Graph()
        source = graph.add_buffer(template=stream)
        choose = graph.add("select", _FFMPEG_SCENE.partition("=")[2])
        sink = graph.add("buffersink")
        source.link_to(choose)
        choose.link_to(sink)
        graph.configure()
        cuts, frames = [], 0
        for frame in container.decode(stream):
            frames += 1
            graph.push(frame)
            cuts += _pulled(graph)
    return {"cuts": cuts, "frames": frames}


def _pulled(graph: Any) -> list[float]:
    import av

    times = []
    while True:
        try:
            times.append(graph.pull().time)
        except (av.BlockingIOError, av.EOFError):
            return times


_SIDES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "ours": _ours,
    "bare": _bare,
    "adaptive": _scenedetect("AdaptiveDetector"),
    "content": _scenedetect("ContentDetector"),
    "ffmpeg": _ffmpeg,
}

if __name__ == "__main__":
    main()
