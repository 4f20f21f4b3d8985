"""Only a token that the front end signed, for us, and that still holds, proves who a client is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared.errors import ConfigurationError, RequestError
from shared.realtime.front_end_tokens import MAX_TOKEN_CHARACTERS, FrontEndTokens, TokenRules

SECRET = "a secret of the front end, 32 bytes or more"
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
PUBLIC_KEY = PRIVATE_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
RULES = TokenRules(secret=SecretStr(SECRET), issuer="https://huntaze.example", audience="workers")
ASYMMETRIC = TokenRules(public_key=PUBLIC_KEY)


def claims(**changed: Any) -> dict[str, Any]:
    """Return what a good token says, or one that differs as told; `None` leaves a claim out."""
    said = {
        "sub": "123",
        "iss": "https://huntaze.example",
        "aud": "workers",
        "exp": int(time.time()) + 60,
        **changed,
    }
    return {name: value for name, value in said.items() if value is not None}


def signed(said: Mapping[str, Any], key: Any = SECRET, algorithm: str = "HS256", **header: Any) -> str:
    return "Bearer " + jwt.encode(dict(said), key, algorithm=algorithm, headers=header)


def forged(header: Mapping[str, Any], said: Mapping[str, Any], key: bytes | None = None) -> str:
    """Write a token by hand, as no library would."""
    parts = [_segment(json.dumps(part).encode()) for part in (header, said)]
    signature = hmac.digest(key, ".".join(parts).encode(), hashlib.sha256) if key else b""
    return "Bearer " + ".".join([*parts, _segment(signature)])


def _segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def refused(rules: TokenRules, authorization: str | None) -> None:
    with pytest.raises(RequestError) as raised:
        FrontEndTokens(rules).creator_of(authorization)
    assert (raised.value.status, raised.value.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("creator", ["123", 123, "usr_a-b"])
def test_a_creator_becomes_himself(creator: str | int) -> None:
    """As text, whether the front end counts or names its creators."""
    assert FrontEndTokens(RULES).creator_of(signed(claims(sub=creator))) == str(creator)


def test_a_public_key_does_as_well() -> None:
    """Also as app settings carry it, in one line."""
    token = signed(claims(), PRIVATE_KEY, "RS256")
    for key in (PUBLIC_KEY, PUBLIC_KEY.replace("\n", "\\n")):
        assert FrontEndTokens(TokenRules(public_key=key, audience="workers")).creator_of(token) == "123"


def test_the_claim_has_the_name_that_was_configured() -> None:
    rules = TokenRules(secret=SecretStr(SECRET), creator_claim="creatorId")
    token = signed(claims(creatorId="7", sub="somebody"))
    assert FrontEndTokens(rules).creator_of(token) == "7"
    refused(rules, signed(claims(sub="7")))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": None},
        {"exp": int(time.time()) - 3_600},
        {"exp": "soon"},
        {"nbf": int(time.time()) + 3_600},
        {"aud": "others"},
        {"aud": None},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "two words"},
        {"sub": "x" * 129},
        {"sub": True},
        {"sub": ["123"]},
    ],
)
def test_a_token_that_says_something_else_is_refused(changed: dict[str, Any]) -> None:
    """Expired, for others, from others, or of nobody: though the signature is right."""
    said = claims(**changed)
    refused(RULES, forged({"alg": "HS256", "typ": "JWT"}, said, SECRET.encode()))


def test_nobody_signs_in_without_a_signature() -> None:
    """However `none` is spelt, and whether there is a signature or not."""
    for algorithm in ("none", "None", "NONE", "nOnE", ""):
        for key in (None, SECRET.encode()):
            refused(RULES, forged({"alg": algorithm, "typ": "JWT"}, claims(), key))


def test_the_public_key_is_no_secret() -> None:
    """A token signed with the public key's text as a secret, which everybody may know."""
    for text in (PUBLIC_KEY, PUBLIC_KEY.strip()):
        refused(ASYMMETRIC, forged({"alg": "HS256"}, claims(), text.encode()))


def test_the_key_decides_on_the_algorithm() -> None:
    """A stronger one, or another kind of key, is no better."""
    refused(RULES, signed(claims(), SECRET * 2, "HS512"))
    refused(RULES, signed(claims(), PRIVATE_KEY, "RS256"))
    refused(ASYMMETRIC, signed(claims(), PRIVATE_KEY, "PS256"))
    refused(ASYMMETRIC, signed(claims(), rsa.generate_private_key(65_537, 2_048), "RS256"))


def test_a_token_brings_no_key_of_its_own() -> None:
    """Headers that point at a key, or carry one, change nothing; what must be understood is refused."""
    header = {"jku": "https://evil.example/keys", "kid": "../../dev/null", "x5u": "https://evil.example"}
    assert FrontEndTokens(RULES).creator_of(signed(claims(), **header)) == "123"
    refused(RULES, signed(claims(), "another secret of at least 32 bytes!", **header))
    refused(RULES, forged({"alg": "HS256", "crit": ["b64"], "b64": False}, claims(), SECRET.encode()))


def test_what_was_changed_on_the_way_is_refused() -> None:
    """Any character of any part."""
    token = signed(claims())
    for position in range(len("Bearer "), len(token), 7):
        other = "A" if token[position] not in "Aw=." else "Z"
        if token[position] != ".":
            refused(RULES, token[:position] + other + token[position + 1 :])


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic MTIzOnB3",
        "123",
        "Bearer 123",
        "Bearer a.b.c",
        "Bearer ..",
        "Bearer " + "." * 100,
        "Bearer " + "x" * (MAX_TOKEN_CHARACTERS + 1),
        "Bearer \ud800.\ud800.\ud800",
        "Bearer é.é.é",
    ],
)
def test_what_is_no_token_is_refused(authorization: str | None) -> None:
    refused(RULES, authorization)


def test_a_large_token_is_not_looked_at() -> None:
    """Even a good one."""
    refused(RULES, signed(claims(much="x" * MAX_TOKEN_CHARACTERS)))


def test_a_header_that_is_nested_too_deeply_is_refused() -> None:
    deep = _segment(b"[" * 3_000)
    refused(RULES, f"Bearer {deep}.{deep}.{deep}")


@given(st.text(max_size=200))
def test_any_text_is_refused_in_the_same_way(text: str) -> None:
    refused(RULES, text)
    refused(RULES, f"Bearer {text}")


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (TokenRules(), "either"),
        (TokenRules(secret=SecretStr(SECRET), public_key=PUBLIC_KEY), "either"),
        (TokenRules(secret=SecretStr("short")), "at least 32 bytes"),
        (TokenRules(secret=SecretStr(PUBLIC_KEY)), "PEM"),
        (TokenRules(public_key="no key"), "no public key"),
        (
            TokenRules(
                public_key=ec.generate_private_key(ec.SECP256R1())
                .public_key()
                .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
                .decode()
            ),
            "RSA",
        ),
    ],
)
def test_a_key_that_protects_nobody_is_refused_at_once(rules: TokenRules, says: str) -> None:
    """Before the first client comes, and without a word of the key."""
    with pytest.raises(ConfigurationError, match=says) as raised:
        FrontEndTokens(rules)
    assert "MII" not in raised.value.message
