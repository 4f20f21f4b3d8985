"""Packs the function app: the same files make the same bytes, and `.funcignore` says what stays out."""

from __future__ import annotations

import fnmatch
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def pack(root: Path, target: Path, extra: Mapping[str, bytes] | None = None) -> str:
    """Write the package and return its SHA-256.

    Args:
        root: the folder of `function_app.py`.
        target: where to.
        extra: files beside those of the folder, by their names in the package.
    """
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in shipped(root)}
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, content in sorted({**files, **(extra or {})}.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _MODE
            package.writestr(entry, content)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def shipped(root: Path) -> Iterator[Path]:
    """Yield the files that the package holds."""
    lines = (root / ".funcignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    yield from _below(root, root, patterns)


def _below(folder: Path, root: Path, patterns: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or _kept_out(path, root, patterns):
            continue
        if path.is_dir():
            yield from _below(path, root, patterns)
        else:
            yield path


def _kept_out(path: Path, root: Path, patterns: list[str]) -> bool:
    relative = path.relative_to(root).as_posix()
    return any(_matches(pattern, path, relative) for pattern in patterns)


def _matches(pattern: str, path: Path, relative: str) -> bool:
    if pattern.endswith("/") and not path.is_dir():
        return False
    bare = pattern.strip("/")
    if pattern.startswith("/") or "/" in bare:
        return fnmatch.fnmatchcase(relative, bare)
    return fnmatch.fnmatchcase(path.name, bare)
