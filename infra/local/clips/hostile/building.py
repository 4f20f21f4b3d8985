"""Making all hostile files; those that depend on nothing are kept and made once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.clips.hostile.cases import Case, Outcome, Surroundings
from infra.local.clips.making import CACHE


@dataclass(frozen=True, kw_only=True)
class HostileFile:
    """A hostile file on disk; its name ends in `.mp4`, whatever it is."""

    path: Path
    what: str
    #: Any of these is right.
    expected: frozenset[Outcome]

    @property
    def name(self) -> str:
        """Return its name, without `.mp4`."""
        return self.path.stem


def hostile_cases() -> Sequence[Case]:
    """Return all cases, nothing made yet."""
    from infra.local.clips.hostile import broken, disguised, lying, misshapen, unusual

    return [*disguised.cases(), *broken.cases(), *lying.cases(), *misshapen.cases(), *unusual.cases()]


def build_hostile_files(
    directory: Path, around: Surroundings, *, names: Collection[str] | None = None, cache: Path = CACHE
) -> Sequence[HostileFile]:
    """Write all hostile files, or those of some names, into a directory and return what they are.

    The first time takes about a minute; what depends on nothing is then copied from the cache, which goes by
    the code that makes it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    kept = cache / f"hostile-{_version()}"
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _forget_others(kept)
        cases = [each for each in hostile_cases() if names is None or each.name in names]
        return [_built(each, directory / f"{each.name}.mp4", around, kept) for each in cases]


def _built(each: Case, path: Path, around: Surroundings, kept: Path) -> HostileFile:
    if each.reaches_out:
        path.write_bytes(each.make(around))
    else:
        original = kept / path.name
        if not original.exists():
            partial = original.with_suffix(f".{os.getpid()}.partial")
            partial.write_bytes(each.make(around))
            partial.replace(original)
        shutil.copyfile(original, path)
    return HostileFile(path=path, what=each.what, expected=each.expected)


def _forget_others(kept: Path) -> None:
    """Remove what earlier versions of the code made."""
    for other in kept.parent.glob("hostile-*"):
        if other != kept:
            shutil.rmtree(other, ignore_errors=True)


def _version() -> str:
    """Return a hash of the code that makes the files."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.sha256(code).hexdigest()[:16]
