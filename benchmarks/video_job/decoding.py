"""The peer: decode every frame of a clip and do nothing with it; prints the seconds that it took."""

from __future__ import annotations

import sys
import time

import av

if __name__ == "__main__":
    began = time.monotonic()
    with av.open(sys.argv[1]) as container:
        frames = sum(1 for _ in container.decode(video=0))
    print(time.monotonic() - began, frames)
