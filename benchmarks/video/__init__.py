"""Scene detection: how fast, how right and how heavy, beside those who decode every frame.

`VIDEO_BENCHMARK=full` judges on the whole hold-out set and in three rounds.
"""

from benchmarks.video.measuring import measure

__all__ = ["measure"]
