"""Each service of the embedded stack comes up, answers its official client, and goes away."""

from __future__ import annotations

import os
import pwd
import shutil
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from infra.local import azurite, inbox, postgres, redis, s3
from infra.local.process import ROOT, accepts_connections

#: moto asks for a signature and does not check it.
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=local/20261125/us-east-2/s3/aws4_request"}


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def ask(
    host: str, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> tuple[int, str, bytes]:
    with closing(HTTPConnection(host, timeout=10)) as connection:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Server", ""), answer.read()


def test_postgresql_keeps_its_data_from_one_start_to_the_next(tmp_path: Path) -> None:
    with postgres.running(tmp_path) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert connection.info.server_version // 10_000 == 18
    assert not accepts_connections(port_of(url))
    with postgres.running(tmp_path) as url, psycopg.connect(url) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    assert row == (42,)


def test_an_interrupted_creation_of_the_data_is_started_over(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18")
    with postgres.running(tmp_path) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.fixture
def private_directory() -> Iterator[Path]:
    """A directory that only its owner may enter, as `/root` is."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def test_postgresql_runs_where_only_we_may_enter(private_directory: Path) -> None:
    directory = private_directory / "checkout" / ".local"
    with postgres.running(directory) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test already runs as an ordinary user")
def test_postgresql_runs_for_an_ordinary_user(private_directory: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(private_directory, nobody.pw_uid, nobody.pw_gid)
    program = (
        "import sys, pathlib, psycopg; from infra.local import postgres\n"
        "with postgres.running(pathlib.Path(sys.argv[1])) as url, psycopg.connect(url) as connection:\n"
        "    print(connection.execute('SELECT 40 + 2').fetchone()[0])"
    )
    # Our interpreter may lie under /root: one capability lets the user read it.
    user = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    reach = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--")
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [*user, *reach, sys.executable, "-c", program, str(private_directory)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "42"), done.stderr


def test_redis_answers_and_keeps_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        with redis.running(tmp_path) as url, Redis.from_url(url) as client:
            assert client.set("key", "value", nx=True)
            assert client.get("key") == b"value"
        assert not accepts_connections(port_of(url))


def test_azurite_answers_and_asks_who_we_are(tmp_path: Path) -> None:
    with azurite.running(tmp_path) as connection_string:
        settings = dict(part.split("=", 1) for part in connection_string.rstrip(";").split(";"))
        host, _, path = settings["BlobEndpoint"].removeprefix("http://").partition("/")
        status, server, _ = ask(host, "GET", f"/{path}/videos/clip.mp4", {"x-ms-version": "2024-08-04"})
    assert (status, server.partition("/")[0]) == (403, "Azurite-Blob")


def test_s3_has_its_bucket(tmp_path: Path) -> None:
    with s3.running(tmp_path) as url:
        host = url.removeprefix("http://")
        assert ask(host, "PUT", f"/{s3.BUCKET}/clip.mp4", SIGNED, b"moving pictures")[0] == 200
        assert ask(host, "GET", f"/{s3.BUCKET}/clip.mp4", SIGNED)[2] == b"moving pictures"
        assert ask(host, "GET", "/another-bucket/clip.mp4", SIGNED)[0] == 404


def test_the_inbox_keeps_each_mail_as_a_file(tmp_path: Path) -> None:
    with inbox.running(tmp_path) as box, smtplib.SMTP(box.host, box.port) as client:
        client.sendmail("workers@huntaze.test", ["creator@huntaze.test"], "Subject: Done\r\n\r\nYour video.")
        (mail,) = box.mails.iterdir()
        message = message_from_bytes(mail.read_bytes(), policy=default)
    assert (message["Subject"], message["X-Rcpt-To"]) == ("Done", "creator@huntaze.test")


@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is how root runs PostgreSQL")
def test_two_of_each_run_side_by_side(tmp_path: Path) -> None:
    with (
        postgres.running(tmp_path / "a") as one,
        postgres.running(tmp_path / "b") as two,
        redis.running(tmp_path / "a") as three,
        redis.running(tmp_path / "b") as four,
    ):
        assert len({port_of(url) for url in (one, two, three, four)}) == 4
