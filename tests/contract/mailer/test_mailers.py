"""What every way for mail must do: SMTP against the embedded inbox, Azure's against its API, and the twin."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.local.inbox import Inbox
from shared.clock import SystemClock
from shared.errors import MailDeferredError, MailRefusedError, MailUncertainError
from shared.mail.azure_email import AzureEmailMailer
from shared.mail.memory import MemoryMailer
from shared.mail.port import Effect, Letter, Mailer
from shared.mail.sender import Sender
from shared.mail.smtp import Relay, Security, SmtpMailer
from tests.azure_email import KEY

UNSUBSCRIBE = "https://fn.example/api/unsubscribe?token=v1.abc"


def letter(**changes: Any) -> Letter:
    return replace(
        Letter(
            letter_id=uuid4(),
            address="lea@creators.example",
            subject="Ta vidéo est prête 🎬",
            html="<p>Ta vidéo est prête.</p>" + "x" * 2_000,
            text="Ta vidéo est prête.",
            language="fr",
            unsubscribe_url=UNSUBSCRIBE,
        ),
        **changes,
    )


def smtp(port: int, sender: Sender, **changes: Any) -> SmtpMailer:
    relay = Relay(host="127.0.0.1", port=port, security=Security.NONE, timeout_seconds=5)
    return SmtpMailer(replace(relay, **changes), sender, SystemClock())


@pytest.fixture(params=["memory", "smtp", "azure"])
async def mailer(request: pytest.FixtureRequest, azure: Any, sender: Sender) -> AsyncIterator[Mailer]:
    async with AsyncExitStack() as opened:
        if request.param == "memory":
            yield MemoryMailer()
        elif request.param == "smtp":
            yield smtp(request.getfixturevalue("mailbox").port, sender)
        else:
            through_azure = AzureEmailMailer(endpoint=azure.origin, key=KEY, sender=sender)
            opened.push_async_callback(through_azure.close)
            yield through_azure


async def test_a_letter_is_taken(mailer: Mailer) -> None:
    sent = letter()
    receipt = await mailer.send(sent)
    assert str(sent.letter_id) in receipt.reference
    assert not receipt.repeated


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lea",
        "lea@",
        "lea@localhost",
        "a@b.example\r\nBcc: all@c.example",
        "a@b.example,c@d.example",
        "<a@b.example>",
        "Léa <a@b.example>",
        "a b@c.example",
        "a@b..example",
        "é@b.example",
        "a@b.example\0",
        f"{'a' * 250}@b.example",
    ],
)
async def test_what_is_no_plain_address_is_refused(mailer: Mailer, address: str) -> None:
    """Nobody gets at a header, or at a second recipient, by way of an address."""
    with pytest.raises(MailRefusedError):
        await mailer.send(letter(address=address))


async def test_a_mail_arrives_as_it_was_written(mailbox: Inbox, sender: Sender) -> None:
    sent = letter()
    await smtp(mailbox.port, sender).send(sent)
    arrived = _arrived(mailbox, lambda mail: str(sent.letter_id) in mail["Message-ID"])
    assert arrived["Subject"] == sent.subject
    assert arrived["From"] == "Huntaze — les nouvelles <news@huntaze.example>"
    assert arrived["To"] == arrived["X-Rcpt-To"] == sent.address
    assert arrived["Reply-To"] == "help@huntaze.example"
    assert arrived["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    bodies = {kind: arrived.get_body((kind,)) for kind in ("plain", "html")}
    contents = {kind: body.get_content().strip() for kind, body in bodies.items() if body}
    assert contents == {"plain": sent.text, "html": sent.html}


async def test_a_subject_is_one_line(mailbox: Inbox, sender: Sender) -> None:
    sent = letter(subject="Hello\r\nBcc: all@c.example\r\n\r\nbody\u202e\u2028x\0")
    await smtp(mailbox.port, sender).send(sent)
    arrived = _arrived(mailbox, lambda mail: str(sent.letter_id) in mail["Message-ID"])
    assert arrived["Subject"] == "Hello Bcc: all@c.example body x"
    assert arrived["Bcc"] is None


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ({"CONNECT": "421 not now"}, MailDeferredError),
        ({"CONNECT": None}, MailDeferredError),
        ({"EHLO": "421 not now", "HELO": "421 not now"}, MailDeferredError),
        ({"MAIL": "451 not now"}, MailDeferredError),
        ({"MAIL": None}, MailDeferredError),
        ({"MAIL": "550 not you"}, MailRefusedError),
        ({"RCPT": "450 not now"}, MailDeferredError),
        ({"RCPT": "550 nobody of that name"}, MailRefusedError),
        ({"DATA": "451 not now"}, MailDeferredError),
        ({".": "452 full"}, MailDeferredError),
        ({".": "554 spam"}, MailRefusedError),
        ({".": None}, MailUncertainError),
    ],
)
async def test_each_step_of_smtp_says_what_it_means(
    relay: Any, sender: Sender, replies: dict[str, str | None], error: type[Exception]
) -> None:
    """Only the answer to the letter itself can leave its fate open."""
    relay.replies = replies
    with pytest.raises(error) as raised:
        await smtp(relay.port, sender).send(letter())
    assert type(raised.value) is error


async def test_a_relay_that_says_no_good_bye_has_taken_the_letter(relay: Any, sender: Sender) -> None:
    relay.replies = {"QUIT": None}
    await smtp(relay.port, sender).send(letter())
    assert len(relay.taken) == 1


async def test_no_answer_in_time_leaves_it_open(relay: Any, sender: Sender) -> None:
    relay.replies = {".": "250-and"}  # it begins to answer, and never ends
    with pytest.raises(MailUncertainError):
        await smtp(relay.port, sender, timeout_seconds=0.2).send(letter())


async def test_smtp_sends_nothing_again(relay: Any, sender: Sender) -> None:
    with pytest.raises(MailUncertainError):
        await smtp(relay.port, sender).send(letter(), again=True)
    assert relay.taken == []


async def test_starttls_is_demanded(relay: Any, sender: Sender) -> None:
    """A relay, or somebody between, that offers none gets no letter."""
    with pytest.raises(MailDeferredError):
        await smtp(relay.port, sender, security=Security.STARTTLS).send(letter())
    assert relay.taken == []


async def test_a_relay_that_nobody_vouches_for_gets_no_letter(
    relay: Any, sender: Sender, tmp_path: Path
) -> None:
    """Whoever sits between, with a certificate of their own, learns nothing."""
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0, ssl=_self_signed(tmp_path))
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(MailDeferredError):
        await smtp(port, sender, security=Security.TLS).send(letter())
    assert relay.taken == []
    server.close()
    await server.wait_closed()


async def test_a_relay_that_greets_for_ever_is_left(relay: Any, sender: Sender) -> None:
    relay.replies = {"EHLO": "250-and"}
    with pytest.raises(MailDeferredError):
        await smtp(relay.port, sender, timeout_seconds=0.2).send(letter())


@pytest.fixture
async def azure_mailer(azure: Any, sender: Sender) -> AsyncIterator[AzureEmailMailer]:
    mailer = AzureEmailMailer(endpoint=azure.origin, key=KEY, sender=sender)
    yield mailer
    await mailer.close()


async def test_azure_is_told_all_of_it_signed(azure: Any, azure_mailer: AzureEmailMailer) -> None:
    sent = letter()
    await azure_mailer.send(sent)
    assert azure.unsigned == 0
    assert azure.operations == {
        str(sent.letter_id): {
            "senderAddress": "news@huntaze.example",
            "recipients": {"to": [{"address": sent.address}]},
            "content": {"subject": sent.subject, "html": sent.html, "plainText": sent.text},
            "headers": {
                "List-Unsubscribe": f"<{UNSUBSCRIBE}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            "userEngagementTrackingDisabled": True,
            "replyTo": [{"address": "help@huntaze.example"}],
        }
    }


async def test_azure_recognises_a_letter_that_it_has(azure: Any, azure_mailer: AzureEmailMailer) -> None:
    """The answer is lost; the next attempt asks first, and sends nothing."""
    azure.faults = [None]
    sent = letter()
    with pytest.raises(MailUncertainError):
        await azure_mailer.send(sent)
    assert (await azure_mailer.send(sent, again=True)).repeated
    assert azure.sends == 1


async def test_azure_is_sent_again_what_it_does_not_have(azure: Any, azure_mailer: AzureEmailMailer) -> None:
    azure.faults = [500]
    sent = letter()
    with pytest.raises(MailUncertainError):
        await azure_mailer.send(sent)
    assert not (await azure_mailer.send(sent, again=True)).repeated
    assert list(azure.operations) == [str(sent.letter_id)]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, MailRefusedError),
        (401, MailDeferredError),
        (404, MailRefusedError),
        (429, MailDeferredError),
        (500, MailUncertainError),
        (503, MailDeferredError),
    ],
)
async def test_each_answer_of_azure_says_what_it_means(
    azure: Any, azure_mailer: AzureEmailMailer, status: int, error: type[Exception]
) -> None:
    """One request each: how often is for us to decide, not for the SDK."""
    azure.faults = [status]
    with pytest.raises(error) as raised:
        await azure_mailer.send(letter())
    assert azure.sends == 1
    if status == 429:
        assert isinstance(raised.value, MailDeferredError)
        assert raised.value.retry_after_seconds == 7


async def test_a_conflict_is_a_letter_that_azure_has(azure: Any, azure_mailer: AzureEmailMailer) -> None:
    azure.faults = [409]
    assert (await azure_mailer.send(letter())).repeated


async def test_a_service_that_cannot_be_reached_has_got_nothing(sender: Sender) -> None:
    azure = AzureEmailMailer(endpoint="http://127.0.0.1:9", key=KEY, sender=sender)
    with pytest.raises(MailDeferredError):
        await azure.send(letter())
    await azure.close()
    with pytest.raises(MailDeferredError):
        await smtp(9, sender).send(letter())


async def test_the_twin_is_of_either_class() -> None:
    sent, repeatable = letter(), MemoryMailer(Effect(mailer="memory", repeatable_seconds=60))
    repeatable.lost_answers = [MailUncertainError()]
    with pytest.raises(MailUncertainError):
        await repeatable.send(sent)
    assert (await repeatable.send(sent, again=True)).repeated
    assert repeatable.sent == [sent]


def _arrived(mailbox: Inbox, wanted: Callable[[EmailMessage], bool]) -> EmailMessage:
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in mailbox.mails.glob("*.eml")]
    (found,) = [mail for mail in mails if wanted(mail)]
    return found


def _self_signed(directory: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = directory / "relay.pem"
    encoding, bare = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, bare)
        + certificate.public_bytes(encoding)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
