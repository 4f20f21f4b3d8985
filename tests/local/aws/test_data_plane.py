"""The CloudFormation template: clean by cfn-lint and by our own rules, and every rule finds its fault."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest

from infra.aws import clock
from infra.check.aws import Template, parameter_problems, problems, read
from shared.contracts import Envelope

AWS = Path(__file__).resolve().parents[3] / "infra" / "aws"


@cache
def _template() -> Template:
    return read(AWS / "data-plane.yaml")


def _faulty(change: Callable[[Any], object]) -> list[str]:
    broken = copy.deepcopy(_template())
    change(broken)
    return problems(broken)


def test_cfn_lint_finds_nothing() -> None:
    linted = subprocess.run(  # noqa: S603 - our own arguments
        [str(Path(sys.executable).with_name("cfn-lint")), str(AWS / "data-plane.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_our_own_rules_find_nothing() -> None:
    assert problems(_template()) == []


@pytest.mark.parametrize("name", ["beta", "prod"])
def test_the_parameters_fit(name: str) -> None:
    values = json.loads((AWS / "params" / f"{name}.json").read_text())
    assert parameter_problems(_template(), values) == []
    assert values["Environment"] == name


def _resource(name: str) -> Callable[[Any], Any]:
    return lambda template: template["Resources"][name]["Properties"]


FAULTS: dict[str, tuple[Callable[[Any], object], str]] = {
    "a class that Graviton does not have, through a parameter": (
        lambda t: t["Parameters"]["DatabaseClass"]["AllowedValues"].append("db.t4g.smal"),
        "DatabaseClass",
    ),
    "a cache's class, through a parameter": (
        lambda t: t["Parameters"]["CacheClass"]["AllowedValues"].append("cache.t2.micro"),
        "CacheClass",
    ),
    "less storage than gp3 takes": (
        lambda t: t["Parameters"]["DatabaseStorageGb"].update(MinValue=5),
        "DatabaseStorageGb",
    ),
    "transitions in the wrong order": (
        lambda t: _resource("Content")(t)["LifecycleConfiguration"]["Rules"][0]["Transitions"].reverse(),
        "not in order",
    ),
    "a transition that S3 refuses": (
        lambda t: _resource("Content")(t)["LifecycleConfiguration"]["Rules"][0]["Transitions"][0].update(
            TransitionInDays=7
        ),
        "before S3 lets it",
    ),
    "an eleventh alarm": (
        lambda t: t["Resources"].update(
            {f"Alarm{n}": copy.deepcopy(t["Resources"]["DatabaseBusy"]) for n in range(5)}
        ),
        "10 are free",
    ),
    "an alarm that nobody hears": (
        lambda t: _resource("DatabaseFull")(t).pop("AlarmActions"),
        "nobody hears",
    ),
    "a database that goes with the stack": (
        lambda t: t["Resources"]["Database"].pop("DeletionPolicy"),
        "Database: its data",
    ),
    "videos that go with the stack": (
        lambda t: t["Resources"]["Content"].update(UpdateReplacePolicy="Delete"),
        "Content: its data",
    ),
    "a database in the clear": (
        lambda t: _resource("Database")(t).update(StorageEncrypted=False),
        "Encrypted",
    ),
    "a database that anyone may delete": (
        lambda t: _resource("Database")(t).pop("DeletionProtection"),
        "DeletionProtection",
    ),
    "a password in the template": (
        lambda t: _resource("Database")(t).update(MasterUserPassword="hunter2hunter2"),
        "a password is in",
    ),
    "no backups": (lambda t: _resource("Database")(t).update(BackupRetentionPeriod=0), "backups"),
    "connections without TLS": (
        lambda t: _resource("DatabaseParameters")(t)["Parameters"].update({"rds.force_ssl": "0"}),
        "without TLS are taken",
    ),
    "a cache without TLS": (
        lambda t: _resource("Cache")(t).update(TransitEncryptionEnabled=False),
        "TransitEncryption",
    ),
    "a cache without a password": (lambda t: _resource("Cache")(t).pop("AuthToken"), "nobody for a password"),
    "PostgreSQL open to the world": (
        lambda t: _resource("DatabaseGuard")(t).update(
            SecurityGroupIngress=[{"IpProtocol": "tcp", "CidrIp": "0.0.0.0/0"}]
        ),
        "whole Internet",
    ),
    "a bucket that could be made public": (
        lambda t: _resource("Content")(t)["PublicAccessBlockConfiguration"].update(BlockPublicPolicy=False),
        "made public",
    ),
    "a bucket that answers without TLS": (lambda t: t["Resources"].pop("ContentPolicy"), "without TLS"),
    "rights to everything": (
        lambda t: _resource("Workers")(t)["Policies"][0]["PolicyDocument"]["Statement"][0].update(
            Resource="*"
        ),
        "grants everything",
    ),
    "a secret as a parameter": (
        lambda t: t["Parameters"].update(ServiceBusKey={"Type": "String"}),
        "a secret as a parameter",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(fault: str) -> None:
    change, words = FAULTS[fault]
    found = _faulty(change)
    assert any(words in problem for problem in found), found


@pytest.mark.parametrize(
    "values", [{"DatabaseClass": "db.m5.large"}, {"DatabaseStorageGb": "5"}, {"Nothing": "x"}]
)
def test_parameters_that_do_not_fit_are_named(values: dict[str, str]) -> None:
    (problem,) = parameter_problems(_template(), values)
    assert problem.startswith(next(iter(values)))


def test_what_holds_data_costs_what_the_founding_document_chose() -> None:
    parameters = _template()["Parameters"]
    assert parameters["DatabaseClass"]["Default"] == "db.t4g.small"
    assert parameters["DatabaseStorageGb"]["Default"] == 50
    assert "cache.t4g.small" in parameters["CacheClass"]["AllowedValues"]


# --- The Lambda that publishes by the clock ---------------------------------------------------------------

CONNECTION = "Endpoint=sb://127.0.0.1:{port}/;SharedAccessKeyName=send-only;SharedAccessKey=c2VjcmV0"
EVENT = {
    "jobType": "content.suggest",
    "creatorId": "c 1.é",
    "time": "2026-11-22T18:00:00Z",
    "payload": {"platform": "instagram", "contentType": "post"},
}


def test_the_template_holds_the_code_that_is_tested() -> None:
    code = _resource("Clock")(_template())["Code"]["ZipFile"]
    assert code.strip() == (AWS / "clock.py").read_text().strip()
    assert len(code) <= 4096


def test_a_repeated_call_is_the_same_job_and_the_front_ends_shape() -> None:
    job = clock.job_of(EVENT)
    assert job == clock.job_of(EVENT)
    assert Envelope.model_validate({**job, "creatorId": "c1"}).job_id == job["jobId"]
    assert clock.job_of({**EVENT, "time": "2026-11-22T18:01:00Z"})["jobId"] != job["jobId"]


def test_it_publishes_with_the_properties_that_subscriptions_filter_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []

    class ServiceBus(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, dict(self.headers), body))
            self.send_response(201)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # type: ignore[explicit-override]  # noqa: A002 - the library's name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), ServiceBus)
    thread = Thread(target=server.serve_forever)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("TOPIC", "huntaze-jobs")
    monkeypatch.setattr(clock, "connection_string", lambda: CONNECTION.format(port=server.server_port))
    monkeypatch.setattr(clock, "parts_of", lambda _text: (endpoint, "send-only", "c2VjcmV0"))
    try:
        answer = clock.handler(EVENT, None)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    path, headers, body = seen[0]
    assert answer["status"] == 201
    assert path.startswith("/huntaze-jobs/messages")
    assert json.loads(headers["Jobtype"] if "Jobtype" in headers else headers["jobType"]) == "content.suggest"
    assert json.loads(body)["payload"] == EVENT["payload"]
    assert json.loads(headers["Brokerproperties"])["MessageId"] == json.loads(body)["jobId"]
    assert _signed(headers["Authorization"], "c2VjcmV0")


def test_a_connection_string_is_read_in_any_order() -> None:
    parts = clock.parts_of(
        "SharedAccessKey=a=b==;Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=n;"
    )
    assert parts == ("https://x.servicebus.windows.net", "n", "a=b==")


def _signed(authorization: str, key: str) -> bool:
    """Check a shared access signature as Service Bus does."""
    parts = {
        name: values[0]
        for name, values in parse_qs(authorization.removeprefix("SharedAccessSignature ")).items()
    }
    resource = authorization.partition("sr=")[2].partition("&")[0]
    expected = hmac.new(key.encode(), f"{resource}\n{parts['se']}".encode(), hashlib.sha256).digest()
    return base64.b64decode(parts["sig"]) == expected and unquote_plus(resource).endswith("/messages")
