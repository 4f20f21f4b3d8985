"""The webhook's calls: which are believed, and what each is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from infra.local.speech_simulator.webhooks import signature
from shared.errors import JobTimeoutError, NetworkError
from shared.speech.memory import MemoryBatchTranscriber
from shared.speech.port import TranscriptionFailedError
from shared.speech.signatures import is_signed, signature_of
from workers.video_analysis.callbacks import MAX_BODY_BYTES, Call, Callbacks, Reply

SECRET = "a secret of the operator's"
ENDPOINT = "https://eastus2.api.cognitive.microsoft.com"
LINK = f"{ENDPOINT}/speechtotext/transcriptions/transcription-1?api-version=2024-11-15"


class World:
    """Our endpoint with one transcription, and a job that waits for it."""

    def __init__(self, secret: str = SECRET) -> None:
        self.woken: list[str] = []
        self.batches = MemoryBatchTranscriber()
        self.callbacks = Callbacks(
            secret=SecretStr(secret), endpoint=f"{ENDPOINT}/", batches=self.batches, wake=self._wake
        )

    async def _wake(self, job_id: str) -> bool:
        self.woken.append(job_id)
        return len(self.woken) == 1

    async def submit(self) -> str:
        """Submit the one transcription."""
        return await self.batches.submit("job_1.transcript", "https://x/y", seconds=1, languages=())

    async def called(self, body: Any = None, *, secret: str = SECRET, **changes: Any) -> Reply:
        """Call the webhook as the service does."""
        raw = body if isinstance(body, bytes) else json.dumps(body or {"self": LINK}).encode()
        told: dict[str, Any] = {"event": "TranscriptionCompletion", "signature": signature_of(raw, secret)}
        return await self.callbacks.answer(Call(body=raw, **{**told, **changes}))


@pytest.fixture
async def world() -> World:
    made = World()
    await made.submit()
    return made


async def test_the_job_is_woken(world: World) -> None:
    assert await world.called() == Reply(status=200)
    assert world.woken == ["job_1.transcript"]


async def test_a_repeated_call_does_no_harm(world: World) -> None:
    """The service repeats what it thinks was not heard."""
    assert [(await world.called()).status for _ in range(2)] == [200, 200]


async def test_a_replay_after_the_end_is_refused(world: World) -> None:
    """The job has deleted its transcription by then."""
    await world.batches.forget("transcription-1")
    assert await world.called() == Reply(status=410, code="UNKNOWN_TRANSCRIPTION")
    assert world.woken == []


@pytest.mark.parametrize(
    "forged",
    [
        {"signature": None},
        {"signature": ""},
        {"signature": "Zm9yZ2Vk"},
        {"signature": "ünïcode"},
        {"secret": "another"},
        {"secret": ""},
        {"signature": signature_of(b'{"self": "other"}', SECRET)},
    ],
)
async def test_forgeries_are_refused(world: World, forged: dict[str, Any]) -> None:
    assert await world.called(**forged) == Reply(status=401, code="BAD_SIGNATURE")
    assert world.woken == []


async def test_without_a_secret_nothing_is_believed() -> None:
    """Not even what is signed with nothing."""
    world = World(secret="")
    for changes in ({}, {"validation_token": "token"}):
        assert await world.called(secret="", **changes) == Reply(status=404, code="WEBHOOK_NOT_CONFIGURED")


async def test_a_long_body_is_not_even_signed(world: World) -> None:
    reply = await world.called(b" " * (MAX_BODY_BYTES + 1))
    assert reply == Reply(status=413, code="BODY_TOO_LARGE")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no JSON",
        b"[" * 10_000,
        b"[]",
        b"{}",
        {"self": 1},
        {"self": "transcription-1"},
        {"self": LINK.replace("eastus2", "evil")},
        {"self": LINK.replace("https://", "https://evil.example/?")},
        {"self": LINK.replace("https://eastus2", "https://user@eastus2")},
        {"self": LINK.replace("transcription-1", "..%2Fwebhooks")},
        {"self": LINK.replace("transcriptions/", "models/")},
        {"self": LINK.replace("transcription-1", "transcription-1/files")},
        {"self": f"\n{LINK}"},
        {"self": "https://[/"},
    ],
)
async def test_only_our_own_transcriptions_are_looked_up(world: World, body: Any) -> None:
    assert await world.called(body) == Reply(status=400, code="FOREIGN_TRANSCRIPTION")
    assert world.woken == []


@pytest.mark.parametrize("event", [None, "", "Ping", "TranscriptionCreation"])
async def test_other_events_are_none_of_ours(world: World, event: str | None) -> None:
    assert await world.called(event=event) == Reply(status=204)
    assert world.woken == []


async def test_the_challenge_is_echoed(world: World) -> None:
    """It comes unsigned, while the webhook is being registered."""
    reply = await world.called(b"", signature=None, event="Challenge", validation_token="a1-b2_c3")
    assert reply == Reply(status=200, text="a1-b2_c3")


@pytest.mark.parametrize("token", ["", "two words", "line\n", "x" * 513, "ünïcode"])
async def test_no_other_text_is_echoed(world: World, token: str) -> None:
    assert await world.called(validation_token=token) == Reply(status=400, code="BAD_CHALLENGE")


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (NetworkError(), Reply(status=503, code="NETWORK_ERROR")),
        (JobTimeoutError(), Reply(status=503, code="TIMEOUT")),
        (TranscriptionFailedError(), Reply(status=502, code="UNSUPPORTED_MEDIA")),
    ],
)
async def test_the_service_is_told_to_try_again(world: World, error: Exception, reply: Reply) -> None:
    async def away(_: str) -> str | None:
        raise error

    world.batches.name_of = away  # type: ignore[assignment, method-assign]  # a service that is away
    assert await world.called() == reply


def test_the_signature_is_the_services() -> None:
    """Written twice, here and in the simulator, and the same; and as OpenSSL makes it."""
    assert signature_of(b"body", "secret") == signature("secret", b"body")
    assert signature_of(b"body", "secret") == "3EaYNVf+oSe0OvchRn65s/3iM4/j4U9RlSqoR4wT01U="
    assert is_signed(b"body", " 3EaYNVf+oSe0OvchRn65s/3iM4/j4U9RlSqoR4wT01U= ", "secret")
    assert not is_signed(b"body ", "3EaYNVf+oSe0OvchRn65s/3iM4/j4U9RlSqoR4wT01U=", "secret")
