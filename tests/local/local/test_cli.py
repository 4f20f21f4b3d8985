"""What the command line takes, and what it makes of it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from docs.contracts.catalogue import MESSAGES
from infra.local.cli import main, parser
from infra.local.commands.events import event_line
from infra.local.commands.publish import payload_of
from infra.local.parts import HOST, SERVICES, address
from infra.local.publishing import new_job_id
from infra.local.samples import SAMPLES
from shared.contracts import Envelope


def test_a_chat_job_is_made_of_options() -> None:
    arguments = parser().parse_args(
        ["publish", "chat.suggest", "--message", "Hi", "--fan-name", "Bob", "--tier", "vip", "--creator", "7"]
    )
    assert payload_of(arguments) == {"fanMessage": "Hi", "context": {"fanName": "Bob", "tier": "vip"}}
    assert arguments.creator == "7"


def test_options_go_on_top_of_a_whole_payload() -> None:
    payload = '{"fanMessage": "Hi", "context": {"tier": "new", "recentMessages": []}}'
    arguments = parser().parse_args(["publish", "chat.suggest", "--payload", payload, "--tier", "vip"])
    assert payload_of(arguments) == {"fanMessage": "Hi", "context": {"tier": "vip", "recentMessages": []}}


@pytest.mark.parametrize("payload", ["{", "[]", "1"])
def test_a_payload_is_a_json_object(payload: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args(["publish", "chat.suggest", "--payload", payload])
    assert "not" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [["events"], ["live"], ["jobs", "job_1"], ["publish", "chat.suggest", "--message", "Hi"]]
)
def test_without_a_stack_every_command_says_how_to_start_it(
    argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUNTAZE_LOCAL_DIRECTORY", str(tmp_path))
    for part in (*SERVICES, HOST):
        monkeypatch.delenv(part.variable, raising=False)
    output = io.StringIO()
    assert main(argv, Console(file=output, width=200)) == 1
    assert "make run" in output.getvalue()


def test_job_ids_look_like_the_front_ends_and_differ() -> None:
    job_ids = {new_job_id() for _ in range(1_000)}
    assert len(job_ids) == 1_000
    for job_id in job_ids:
        Envelope(job_id=job_id, job_type="chat.suggest", creator_id="1", payload={})


def test_every_sample_is_a_valid_payload() -> None:
    for sample in SAMPLES:
        uploaded = {sample.url_field: "https://bucket.s3.amazonaws.com/file"} if sample.file else {}
        MESSAGES[sample.job_type][0].model_validate({**sample.payload, **uploaded})


def test_an_address_shows_no_credentials() -> None:
    part = SERVICES[0]
    assert (
        address(part, {"DATABASE_URL": "postgresql://me:secret@db.example:5432/huntaze"}) == "db.example:5432"
    )
    broker = next(part for part in SERVICES if part.variable == "SERVICEBUS_CONNECTION")
    connection = "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=k;SharedAccessKey=secret"
    assert address(broker, {"SERVICEBUS_CONNECTION": connection}) == "127.0.0.1:5672"


def test_an_event_is_a_line() -> None:
    event = {
        "status": "failed",
        "jobType": "chat.suggest",
        "creatorId": "7",
        "jobId": "job_1",
        "updatedAt": "2026-11-25T10:00:00.000Z",
        "error": {"code": "INVALID_PAYLOAD", "message": "…"},
    }
    line = "10:00:00.000Z  failed  chat.suggest  creator 7  job_1  INVALID_PAYLOAD"
    assert event_line(event).plain == line
