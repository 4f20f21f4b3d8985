"""Amazon's certificates for RDS, without which nobody can tell its PostgreSQL from another.

They are no part of any system's own list, so they travel in the package; `DATABASE_URL` names the file.
"""

from __future__ import annotations

from pathlib import Path

from infra.deploying.stopping import RefusedError

_BEGIN = "-----BEGIN CERTIFICATE-----"
SOURCE = "https://truststore.pki.rds.amazonaws.com/us-east-2/us-east-2-bundle.pem"


def for_package(path: Path | None, name: str) -> dict[str, bytes]:
    """Return the file of certificates under its name in the package; none without a file.

    Raises:
        RefusedError: it is not there, or holds something else, such as a key.
    """
    if path is None:
        return {}
    if not path.is_file():
        raise RefusedError(f"There is no {path}: curl -o {path} {SOURCE}, or say --database-ca - for no RDS.")
    content = path.read_text(encoding="ascii", errors="replace")
    if _BEGIN not in content or "PRIVATE KEY" in content:
        raise RefusedError(f"{path} holds no certificates, or more than that: take {SOURCE}.")
    return {name: path.read_bytes()}
