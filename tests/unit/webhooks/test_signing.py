"""Signatures by Standard Webhooks, held against its reference libraries."""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from shared.webhooks.signing import key_of, new_secret, signature_headers

#: Of the reference libraries' own tests.
SECRET, WEBHOOK_ID = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#: The content to be signed, letter for letter as in the specification.
SPECIFIED = (
    b'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W.1674087231.{"type":"contact.created",'
    b'"timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"1f81eb52-5198-4599-803e-771906343485"}}'
)


def test_the_reference_libraries_vector() -> None:
    headers = signature_headers(
        [SECRET], webhook_id=WEBHOOK_ID, timestamp=1_614_265_330, body=b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": WEBHOOK_ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_the_content_that_is_signed_is_the_specifications() -> None:
    secret = new_secret()
    webhook_id, timestamp, body = SPECIFIED.split(b".", 2)
    headers = signature_headers([secret], webhook_id=webhook_id.decode(), timestamp=int(timestamp), body=body)
    mac = hmac.new(key_of(secret), SPECIFIED, sha256).digest()
    assert headers["webhook-signature"] == f"v1,{b64encode(mac).decode()}"


@given(st.text(max_size=500), st.integers(min_value=24, max_value=64))
def test_the_reference_library_signs_and_verifies_alike(text: str, size: int) -> None:
    """Whatever is said, with a secret of any allowed length."""
    secret = "whsec_" + b64encode(bytes(range(size))).decode()
    now = int(time.time())
    body = text.encode("utf-8", "replace")
    headers = signature_headers([secret], webhook_id="msg_1", timestamp=now, body=body)
    Webhook(secret).verify(body, dict(headers), json_parse=False)
    signed = Webhook(secret).sign("msg_1", datetime.fromtimestamp(now, UTC), body.decode())
    assert headers["webhook-signature"] == signed


@pytest.mark.parametrize("change", ["id", "timestamp", "body", "secret"])
def test_whatever_is_changed_is_noticed(change: str) -> None:
    secret, now = new_secret(), int(time.time())
    headers = dict(signature_headers([secret], webhook_id="msg_1", timestamp=now, body=b"{}"))
    body = b"{ }" if change == "body" else b"{}"
    if change in {"id", "timestamp"}:
        headers[f"webhook-{change}"] = "msg_2" if change == "id" else str(now + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret() if change == "secret" else secret).verify(body, headers)


def test_new_secrets_are_secrets_and_differ() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(key_of(secret)) for secret in made} == {32}


@pytest.mark.parametrize(
    "secret",
    [
        *("", "whsec_", "whsec_short", "whsec_" + "A" * 28, "whsec_" + b64encode(bytes(65)).decode()),
        *(b64encode(bytes(32)).decode(), "whsk_" + b64encode(bytes(32)).decode(), "whsec_" + "ä" * 40),
    ],
)
def test_what_is_no_secret_is_refused_and_not_quoted(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_") as refused:
        key_of(secret)
    assert secret.removeprefix("whsec_")[:10] not in str(refused.value) or not secret.removeprefix("whsec_")


def test_an_id_with_a_full_stop_would_be_ambiguous() -> None:
    with pytest.raises(ValueError, match="full stop"):
        signature_headers([new_secret()], webhook_id="msg_1.2", timestamp=1, body=b"")
