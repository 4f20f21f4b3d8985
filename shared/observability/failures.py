"""Describing an exception without quoting it.

Exception texts quote their input (Pydantic's and `json`'s do), and inputs are fans' messages. So a log says
which exception was raised and where, and never what it says.
"""

from __future__ import annotations

import traceback
from pathlib import Path


def whereabouts(error: BaseException) -> str:
    """Return the chain of exception types, each with the place it was raised: `KeyError at handler.py:42`."""
    chain: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(chain) < 5:  # noqa: PLR2004 - the root cause is rarely deeper
        chain.append(_place(seen))
        seen = seen.__cause__ or seen.__context__
    return " from ".join(chain)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    place = f" at {Path(frames[0].filename).name}:{frames[0].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
