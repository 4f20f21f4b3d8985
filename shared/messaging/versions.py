"""Which of two events about one job is the newer one: a number that whoever listens may compare.

A version is made of what the claim knows already, so it costs nothing: the epoch, which a replay raises; the
fence, which every claim raises, so that a worker that has lost its job never outdoes its successor; and how
far the job was. An event that is sent twice has the same version twice.
"""

from __future__ import annotations

from shared.contracts import JobType

#: Per cents, then what a follow-up adds: 0 to 127.
_STEPS = 128
#: Fences of one epoch: a job that is tried each minute for eight years stays below.
_FENCES = 1 << 24
#: What is added to an ended job comes after everything that its own run has told.
_ADDED = _STEPS * _FENCES
#: An epoch has room for both. A million of them stay below 2**53, up to which JavaScript counts exactly.
_EPOCH = 2 * _ADDED
_END = 100
_RANKS = {kind: rank for rank, kind in enumerate(kind for kind in JobType if kind.internal)}


def progress_version(epoch: int, fence: int, percent: int) -> int:
    """Return the version of word that a job is `percent` done."""
    return epoch * _EPOCH + min(fence, _FENCES - 1) * _STEPS + percent


def end_version(epoch: int, fence: int) -> int:
    """Return the version of word that a job has ended: newer than all that this claim told before."""
    return progress_version(epoch, fence, _END)


def enrichment_version(epoch: int, fence: int, follow_up: JobType) -> int:
    """Return the version of what a follow-up adds to a job that has ended in this epoch.

    Two follow-ups never have the same: each adds fields of its own, and none takes the other's place.

    Args:
        epoch: the parent's, and the follow-up's.
        fence: the follow-up's.
        follow_up: what added it.
    """
    return end_version(epoch, fence) + _ADDED + 1 + _RANKS[follow_up]
