"""Secrets pass through one file for as long as one command runs; none is shown."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from infra.deploying.certificates import for_package
from infra.deploying.programs import redacted
from infra.deploying.secrets import as_parameters, missing, supplied
from infra.deploying.stopping import RefusedError


def test_the_file_is_its_owners_and_gone_afterwards() -> None:
    """Also when the command fails."""
    seen: list[Path] = []
    with pytest.raises(RuntimeError):
        _fail_with(seen)
    assert not seen[0].exists()


def _fail_with(seen: list[Path]) -> None:
    with as_parameters({"a": "secret"}) as path:
        assert path is not None
        seen.append(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_text())["parameters"]["secretValues"]["value"] == {"a": "secret"}
        raise RuntimeError


def test_without_secrets_there_is_no_file() -> None:
    with as_parameters({}) as path:
        assert path is None


def test_what_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"parameters": {"secretValues": {"value": {"a": "b"}}}}))
    path.chmod(0o640)
    with pytest.raises(RefusedError, match="chmod"):
        supplied(path)
    path.chmod(0o600)
    assert supplied(path) == {"a": "b"}
    path.write_text("[]")
    with pytest.raises(RefusedError, match="no file of parameters"):
        supplied(path)


def test_only_what_is_nowhere_is_missing() -> None:
    assert missing(["a", "b", "c"], frozenset(["a"]), {"b": "x"}) == ["c"]


def test_a_key_is_no_certificate(tmp_path: Path) -> None:
    """It would travel in the package."""
    path = tmp_path / "both.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n")
    with pytest.raises(RefusedError):
        for_package(path, "certificates/rds.pem")
    with pytest.raises(RefusedError, match="There is no"):
        for_package(tmp_path / "none.pem", "certificates/rds.pem")


@pytest.mark.parametrize(
    "said",
    [
        "Endpoint=sb://n/;SharedAccessKeyName=k;SharedAccessKey=canary==",
        "DefaultEndpointsProtocol=https;AccountKey=canary;EndpointSuffix=x",
        "connection to postgresql://user:canary@host/db failed",
        "https://h/c?sig=canary&se=1",
    ],
)
def test_what_a_program_says_is_told_without_keys(said: str) -> None:
    assert "canary" not in redacted(said)
