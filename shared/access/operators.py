"""Operators and their keys. Only a key's hash is ever configured; the key itself is shown once, when made."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: 256 bits: nobody guesses it, so that a fast hash is enough.
_KEY_BYTES = 32
#: A longer key is nobody's; hashing it would be work for nothing.
_MAX_KEY_CHARACTERS = 512


class Role(StrEnum):
    """What an operator may do; each role may do what those before it may."""

    #: Looks at everything but bodies, and changes nothing.
    VIEWER = "viewer"
    #: Replays, archives, cancels.
    OPERATOR = "operator"
    #: Reads bodies, which are fans' words, and edits messages.
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        """Say whether who has this role may do what needs another."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Somebody with a key."""

    name: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class OperatorKey:
    """An operator, and the hash by which the operator's key is recognised."""

    operator: Operator
    #: SHA-256, in hexadecimal.
    digest: str

    @classmethod
    def parse(cls, entry: str) -> OperatorKey:
        """Read one entry of the setting: `name:role:sha256-hex`.

        Raises:
            ValueError: it is none; the message does not quote it.
        """
        name, role, digest = (*entry.split(":"), "", "")[:3]
        if entry.count(":") != 2 or not _NAME.fullmatch(name) or not _DIGEST.fullmatch(digest):  # noqa: PLR2004 - three parts
            raise ValueError("each entry has to be name:role:sha256-hex")
        if role not in list(Role):
            raise ValueError(f"a role is one of {', '.join(Role)}")
        return cls(operator=Operator(name=name, role=Role(role)), digest=digest)

    @override
    def __str__(self) -> str:
        return f"{self.operator.name}:{self.operator.role}:{self.digest}"


class OperatorKeys:
    """Recognises operators by their keys.

    Args:
        keys: those that count; without any, nobody is let in.
    """

    def __init__(self, keys: Sequence[OperatorKey]) -> None:
        self._keys = tuple(keys)

    def operator_of(self, key: str) -> Operator | None:
        """Return whose key this is. How long it takes tells nothing: every hash is compared, in full."""
        digest = digest_of(key[:_MAX_KEY_CHARACTERS])
        found = [known.operator for known in self._keys if hmac.compare_digest(known.digest, digest)]
        return found[0] if found and len(key) <= _MAX_KEY_CHARACTERS else None


def new_key() -> str:
    """Make a key."""
    return f"hzo_{secrets.token_urlsafe(_KEY_BYTES)}"


def digest_of(key: str) -> str:
    """Return the hash under which a key is configured."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
