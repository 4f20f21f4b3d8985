"""A minute of a creator's video, from the front end's message to `job.completed`, on one core.

The whole embedded stack runs; the host and the child processes in which media is parsed share one core. The
simulators answer as fast as models and storage usually do (150 ms), so that the figure is the worker's own.
"""

from benchmarks.video_job.measuring import measure

__all__ = ["measure"]
