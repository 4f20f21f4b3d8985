"""The ffmpeg program, as its makers build it, from a wheel."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

_LUMA = re.compile(r"SSIM Y:([0-9.]+)")


def used(argv: Sequence[str], *, environment: dict[str, str] | None = None) -> tuple[float, str]:
    """Run a program to its end; return its CPU seconds, and its standard output and error.

    Raises:
        RuntimeError: it failed.
    """
    with subprocess.Popen(  # noqa: S603 - programs of ours and of a benchmark's peer
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    ) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{Path(argv[0]).name} failed: {output[-2000:]}")
    return usage.ru_utime + usage.ru_stime, output


class Program:
    """FFmpeg with one thread."""

    def __init__(self) -> None:
        import imageio_ffmpeg

        self._path = str(imageio_ffmpeg.get_ffmpeg_exe())

    def run(self, *arguments: str) -> tuple[float, str]:
        """Run it; return its CPU seconds, and what it said."""
        return used([self._path, "-nostdin", "-hide_banner", "-nostats", "-y", *arguments])

    def similarity(self, copy: Path, source: Path, *, at_source: bool) -> float:
        """Return the mean structural similarity of luma over all frames."""
        scaled, plain = ("0:v", "1:v") if at_source else ("1:v", "0:v")
        method = "bicubic" if at_source else "bilinear"
        graph = f"[{scaled}][{plain}]scale=rw:rh:flags={method}[s];[s][{plain}]ssim"
        _, said = self.run("-i", str(copy), "-i", str(source), "-lavfi", graph, "-f", "null", "-")
        if (found := _LUMA.search(said)) is None:
            raise RuntimeError("ffmpeg told no similarity")
        return float(found[1])
