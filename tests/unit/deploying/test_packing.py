"""The package is the same bytes each time, and holds what `.funcignore` lets in."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from infra.deploying.certificates import for_package
from infra.deploying.packing import pack, shipped
from infra.local.process import ROOT


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    """Whenever they were written, in whatever order."""
    digests = set()
    for turn, names in enumerate((("a.py", "b.py"), ("b.py", "a.py"))):
        folder = tmp_path / str(turn)
        folder.mkdir()
        (folder / ".funcignore").write_text("*.md\n")
        for name in names:
            (folder / name).write_text(name)
            os.utime(folder / name, (turn * 1e9, turn * 1e9))
        digests.add(pack(folder, tmp_path / f"{turn}.zip"))
    assert len(digests) == 1


def test_what_is_ignored_stays_out(tmp_path: Path) -> None:
    """By name anywhere, by path from the root, and folders as folders."""
    (tmp_path / ".funcignore").write_text("# why\n.*\n*.md\n/infra/\n__pycache__/\n/shared/old/\n")
    for name in ("a.py", "shared/b.py", "shared/infra/c.py", "x.md", "infra/d.py", "shared/old/e.py", ".env"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "shared" / "__pycache__").mkdir()
    (tmp_path / "shared" / "__pycache__" / "b.pyc").write_text("")
    assert {path.relative_to(tmp_path).as_posix() for path in shipped(tmp_path)} == {
        "a.py",
        "shared/b.py",
        "shared/infra/c.py",
    }


def test_the_app_is_in_the_package_and_the_tools_are_not() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in shipped(ROOT)}
    assert {"function_app.py", "host.json", "requirements.txt", "shared/bootstrap/__init__.py"} <= names
    assert not [name for name in names if name.startswith(("infra/", "tests/", "docs/", "."))]


def test_certificates_travel_in_it(tmp_path: Path) -> None:
    certificates = tmp_path / "rds.pem"
    certificates.write_text("-----BEGIN CERTIFICATE-----\n…\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / ".funcignore").write_text("")
    pack(tmp_path / "app", tmp_path / "p.zip", for_package(certificates, "certificates/rds.pem"))
    assert "certificates/rds.pem" in zipfile.ZipFile(tmp_path / "p.zip").namelist()
