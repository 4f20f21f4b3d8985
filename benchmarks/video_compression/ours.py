"""`python -m benchmarks.video_compression.ours [CLIP DIRECTORY SHARE]`: our side, in a process of its own.

Without arguments it measures this core; with an empty directory it tells the settings only. It prints one
line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

#: Enough that a busy machine does not decide which copy is made.
_SECONDS = 600.0


def main(arguments: list[str]) -> None:
    """Do what is asked for and print it."""
    if not arguments:
        from shared.media.calibration import measured_factor

        print(json.dumps({"factor": measured_factor()}))
        return
    clip, directory, share = Path(arguments[0]), arguments[1], float(arguments[2])
    print(json.dumps(_settings(clip, share) | (_copied(clip, Path(directory), share) if directory else {})))


def _copied(clip: Path, directory: Path, share: float) -> dict[str, Any]:
    from shared.media.compressing import compress

    target_bytes = int(clip.stat().st_size * share)
    copy = compress(clip, directory, target_bytes=target_bytes, seconds=_SECONDS, factor=1.0)
    if copy is None:
        raise RuntimeError("no copy was worth having")
    return {"copy": copy.model_dump(), "peak_bytes": _peak_bytes()}


def _peak_bytes() -> int:
    """Return this program's own peak: what a parent is told includes what it was forked from."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _settings(clip: Path, share: float) -> dict[str, Any]:
    from shared.media.calibration import predicted_copy_seconds
    from shared.media.compressing import affordable
    from shared.media.opening import opened, probe_of
    from shared.media.writing import KEY_FRAME_SECONDS, encoder_options

    with opened(clip) as container:
        probe = probe_of(container, size_bytes=clip.stat().st_size)
        plan = affordable(container, probe, int(probe.size_bytes * share), _SECONDS, factor=1.0)
        if plan is None:
            raise RuntimeError("no copy is affordable")
        return {
            "predicted_seconds": predicted_copy_seconds(probe, plan),
            "width": plan.width,
            "height": plan.height,
            "video_bits_per_second": plan.video_bits_per_second,
            "key_frame_frames": round((probe.frames_per_second or 30) * KEY_FRAME_SECONDS),
            "options": encoder_options(plan),
        }


if __name__ == "__main__":
    main(sys.argv[1:])
