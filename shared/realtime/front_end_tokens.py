"""Signed tokens of the front end: the only thing that proves who a client is.

The front end, which knows its creators, signs `{"sub": "<creatorId>", "exp": …}`. Which algorithm it uses is
decided by the key that is configured here, never by the token: otherwise a public key could be used as the
secret of a forged one, or `none` as a signature.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import jwt
from pydantic import SecretStr, TypeAdapter, ValidationError

from shared.contracts import CreatorId
from shared.errors import ConfigurationError, RequestError

logger = logging.getLogger(__name__)

#: Clocks differ.
LEEWAY_SECONDS = 30
#: A token names a creator and little else; what is larger is not looked at.
MAX_TOKEN_CHARACTERS = 8_192
_MIN_SECRET_BYTES = 32
_MIN_RSA_BITS = 2_048
_SCHEME = "bearer"

_CREATOR_ID: TypeAdapter[str] = TypeAdapter(CreatorId)


@dataclass(frozen=True, kw_only=True)
class TokenRules:
    """What a token must be to be believed."""

    #: Exactly one of the two keys is set.
    secret: SecretStr | None = None
    #: In PEM; a text with `\\n` in place of line ends, as app settings carry it, will do.
    public_key: str = ""
    #: Empty: whoever holds the key.
    issuer: str = ""
    #: Empty: any, or none.
    audience: str = ""
    creator_claim: str = "sub"


class FrontEndTokens:
    """Believes tokens by rules: `Identities`.

    Args:
        rules: what is believed.

    Raises:
        ConfigurationError: no key or two are given, or one that is too weak or of another kind.
    """

    def __init__(self, rules: TokenRules) -> None:
        self._rules = rules
        self._algorithm, self._key = _key(rules)
        self._options: Any = {
            "require": ["exp"],
            "verify_aud": bool(rules.audience),
            "verify_iss": bool(rules.issuer),
            "verify_sub": False,  # the creator's claim is checked here; it may be a number
            "verify_jti": False,
        }

    def creator_of(self, authorization: str | None) -> str:
        """See `Identities.creator_of`."""
        claims = self._claims(_token(authorization))
        try:
            return _CREATOR_ID.validate_python(claims.get(self._rules.creator_claim))
        except ValidationError:
            raise _refused("claim") from None

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                options=self._options,
                issuer=self._rules.issuer or None,
                audience=self._rules.audience or None,
                leeway=LEEWAY_SECONDS,
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise _refused(type(error).__name__) from None


def _token(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").strip().partition(" ")
    token = token.strip()
    if scheme.casefold() != _SCHEME or not token or len(token) > MAX_TOKEN_CHARACTERS:
        raise _refused("header")
    return token


def _refused(reason: str) -> RequestError:
    """Tell the operator why, and whoever asks nothing: it may be somebody who tries."""
    logger.info("A client was refused.", extra={"action": "negotiate_refused", "reason": reason})
    return RequestError("A valid token is needed.", status=401, code="UNAUTHENTICATED")


def _key(rules: TokenRules) -> tuple[str, Any]:
    secret = rules.secret.get_secret_value() if rules.secret else ""
    if bool(secret) == bool(rules.public_key):
        raise ConfigurationError("Set either AUTH_JWT_SECRET or AUTH_JWT_PUBLIC_KEY.")
    return ("HS256", _secret(secret)) if secret else ("RS256", _public_key(rules.public_key))


def _secret(secret: str) -> str:
    if len(secret.encode()) < _MIN_SECRET_BYTES:
        raise ConfigurationError(f"AUTH_JWT_SECRET must have at least {_MIN_SECRET_BYTES} bytes.")
    if "-----BEGIN" in secret:
        raise ConfigurationError("AUTH_JWT_SECRET is a key in PEM; a public one goes to AUTH_JWT_PUBLIC_KEY.")
    return secret


def _public_key(pem: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem.replace("\\n", "\n").encode())
    except ValueError:
        raise ConfigurationError("AUTH_JWT_PUBLIC_KEY is no public key in PEM.") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < _MIN_RSA_BITS:
        raise ConfigurationError(f"AUTH_JWT_PUBLIC_KEY must be RSA, of at least {_MIN_RSA_BITS} bits.")
    return key
