"""The parts of the embedded stack: what each stands in for, and how it starts.

Each part yields environment variables: the ones by which the workers, and everybody else, find it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from infra import speech_webhook
from infra.local import azurite, mailing, postgres, redis, s3
from infra.local.process import (
    LOCALHOST,
    ROOT,
    ServiceError,
    accepts_connections,
    free_port,
    python_module,
    spawn,
)
from infra.operators import make
from shared.access.operators import Role

#: A subscription to every event that the stack adds to the topology, so that watching steals from nobody.
WATCH_SUBSCRIPTION = "local-watch"

#: No secret: it signs what the simulator of speech calls.
_WEBHOOK_SECRET = "simulated-webhook-secret"  # noqa: S105 - as it says

#: No secret: it signs the tokens of creators who exist on this machine only.
_FRONT_END_SECRET = "local-front-end-secret-of-no-value"  # noqa: S105 - as it says

#: No secret: it seals those of webhooks in a database on this machine.
_WEBHOOK_KEY = "c2ltdWxhdGVkLXdlYmhvb2sta2V5LW9mLTMyLWJ5dGU="

#: The port on which Microsoft's tools serve a function app; another one if somebody has it.
_HOST_PORT = 7071

Variables = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One service of the stack."""

    name: str
    #: What production has in its place.
    replaces: str
    #: The variable that finds it. Set by the caller, it names the caller's own service, and none is started.
    variable: str
    #: Starts it, given the stack's directory and the variables of the parts before it.
    start: Callable[[Path, Variables], AbstractContextManager[Variables]]


@contextmanager
def _postgres(directory: Path, _: Variables) -> Iterator[Variables]:
    from shared.persistence.migrations import upgrade

    with postgres.running(directory) as server_url:
        database_url = f"{server_url.rpartition('/')[0]}/huntaze"
        with psycopg.connect(server_url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'huntaze'").fetchone():
                connection.execute("CREATE DATABASE huntaze")
        upgrade(database_url)
        yield {"DATABASE_URL": database_url}


@contextmanager
def _redis(directory: Path, _: Variables) -> Iterator[Variables]:
    with redis.running(directory) as url:
        yield {"REDIS_URL": url}


@contextmanager
def _broker(directory: Path, _: Variables) -> Iterator[Variables]:
    topology = directory / "topology.json"
    topology.write_text(json.dumps(_with_watch(json.loads((ROOT / "infra" / "topology.json").read_text()))))
    with _ours("broker", directory, "--port", "0", "--topology", str(topology)) as variables:
        yield {**variables, "EVENTS_SUBSCRIPTION": WATCH_SUBSCRIPTION}


def _with_watch(topology: Any) -> Any:
    """Add the subscription that watches events; what nobody looks at is gone after an hour."""
    for namespace in topology["UserConfig"]["Namespaces"]:
        for topic in namespace["Topics"]:
            if topic["Name"] == "huntaze-events":
                watch = {"DefaultMessageTimeToLive": "PT1H", "LockDuration": "PT1M", "MaxDeliveryCount": 10}
                subscription = {"Name": WATCH_SUBSCRIPTION, "Properties": watch, "Rules": []}
                topic["Subscriptions"].append(subscription)
    return topology


@contextmanager
def _s3(directory: Path, _: Variables) -> Iterator[Variables]:
    with s3.running(directory) as url:
        yield {"S3_ENDPOINT_URL": url, "S3_BUCKET": s3.BUCKET, "VIDEO_BUCKETS": s3.BUCKET, **s3.CREDENTIALS}


@contextmanager
def _azurite(directory: Path, _: Variables) -> Iterator[Variables]:
    with azurite.running(directory) as connection:
        yield {"AZURE_STORAGE_CONNECTION_STRING": connection}


@contextmanager
def _inbox(directory: Path, _: Variables) -> Iterator[Variables]:
    with _ours("inbox", directory, "--port", "0", "--directory", str(directory / "mails")) as variables:
        yield {**mailing.SETTINGS, **variables}


@contextmanager
def _model_simulator(directory: Path, _: Variables) -> Iterator[Variables]:
    with _ours("model_simulator", directory, "--port", "0") as variables:
        yield {**variables, "AZURE_AI_SIMULATED": "1"}


@contextmanager
def _speech_simulator(directory: Path, _: Variables) -> Iterator[Variables]:
    with _ours("speech_simulator", directory, "--port", "0") as variables:
        yield {**variables, "AZURE_SPEECH_WEBHOOK_SECRET": _WEBHOOK_SECRET}


@contextmanager
def _signalr(directory: Path, _: Variables) -> Iterator[Variables]:
    """Start the service, and let its own page ask for updates in place of the front end's."""
    with _ours("signalr", directory, "--port", "0") as variables:
        front_end = {"ALLOWED_ORIGINS": os.environ.get("ALLOWED_ORIGINS") or variables["SIGNALR_URL"]}
        if not (os.environ.get("AUTH_JWT_SECRET") or os.environ.get("AUTH_JWT_PUBLIC_KEY")):
            front_end["AUTH_JWT_SECRET"] = _FRONT_END_SECRET
        yield {**variables, **front_end}


@contextmanager
def _host(directory: Path, variables: Variables) -> Iterator[Variables]:
    """Start the host on its usual port, or on another one if somebody has that, or takes it meanwhile."""
    with ExitStack() as host:
        own = {**_operators(), **_webhooks()}
        started = {**_started_host(host, directory, {**variables, **own}), **own}
        if variables.get("AZURE_SPEECH_WEBHOOK_SECRET") == _WEBHOOK_SECRET:
            asyncio.run(speech_webhook.register(started["FUNCTIONS_URL"], variables))
        yield started


def _operators() -> dict[str, str]:
    """Make a key for each role, unless the caller has keys of their own."""
    if os.environ.get("OPERATOR_KEYS"):
        return {}
    made = {role: make(f"local-{role}", role) for role in Role}
    keys = {f"{role.upper()}_KEY": key for role, (key, _) in made.items()}
    return {**keys, "OPERATOR_KEYS": ",".join(str(entry) for _, entry in made.values())}


def _webhooks() -> dict[str, str]:
    """Have webhooks, with the caller's own key if there is one."""
    return {"WEBHOOK_SECRETS_KEYS": os.environ.get("WEBHOOK_SECRETS_KEYS") or _WEBHOOK_KEY}


def _started_host(host: ExitStack, directory: Path, variables: Variables) -> Variables:
    if not accepts_connections(_HOST_PORT):
        try:
            return host.enter_context(_host_on(_HOST_PORT, directory, variables))
        except ServiceError:
            if not accepts_connections(_HOST_PORT):
                raise
    return host.enter_context(_host_on(free_port(), directory, variables))


def _host_on(port: int, directory: Path, variables: Variables) -> AbstractContextManager[Variables]:
    environment = {
        **variables,
        "FUNCTIONS_URL": f"http://{LOCALHOST}:{port}",
        "HOST_DRAIN_SECONDS": "4",  # its guard waits no longer than five
    }
    return _ours("host", directory, "--root", str(ROOT), "--port", str(port), environment=environment)


@contextmanager
def _ours(
    module: str, directory: Path, *arguments: str, environment: Variables | None = None
) -> Iterator[Variables]:
    """Run one of our own services: its READY line is its variables."""
    command = python_module(f"infra.local.{module}", *arguments)
    with spawn(command, directory=directory, name=module, environment=environment) as service:
        yield {name: str(value) for name, value in service.ready.items()}


SERVICES = (
    Part(name="PostgreSQL", replaces="Amazon RDS", variable="DATABASE_URL", start=_postgres),
    Part(name="Redis", replaces="Amazon ElastiCache", variable="REDIS_URL", start=_redis),
    Part(name="Service Bus", replaces="Azure Service Bus", variable="SERVICEBUS_CONNECTION", start=_broker),
    Part(name="Model simulator", replaces="Azure AI", variable="AZURE_AI_ENDPOINT", start=_model_simulator),
    Part(
        name="Speech simulator",
        replaces="Azure Speech",
        variable="AZURE_SPEECH_ENDPOINT",
        start=_speech_simulator,
    ),
    Part(name="S3", replaces="Amazon S3", variable="S3_ENDPOINT_URL", start=_s3),
    Part(
        name="Blob storage",
        replaces="Azure Storage",
        variable="AZURE_STORAGE_CONNECTION_STRING",
        start=_azurite,
    ),
    Part(
        name="SignalR",
        replaces="Azure SignalR Service",
        variable="AzureSignalRConnectionString",
        start=_signalr,
    ),
    Part(name="Inbox", replaces="an SMTP relay", variable="SMTP_HOST", start=_inbox),
)

#: It needs the address of every service.
HOST = Part(name="Functions host", replaces="Azure Functions", variable="FUNCTIONS_URL", start=_host)


def address(part: Part, variables: Variables) -> str:
    """Return where a part listens, without its credentials."""
    value = variables[part.variable]
    if part.variable == "SMTP_HOST":
        return f"{value}:{variables.get('SMTP_PORT', '25')}"
    found = re.search(r"://(?:[^@/;]*@)?([^/;,?]+)", value)
    return found[1] if found else "set"


def check_database(database_url: str) -> None:
    """Refuse a database of the caller's own that lacks the schema: migrating it is the caller's decision.

    Raises:
        ServiceError: it does not answer, or was never migrated.
    """
    try:
        with psycopg.connect(database_url, connect_timeout=5) as connection:
            row = connection.execute("SELECT to_regclass('huntaze_workers.jobs') IS NOT NULL").fetchone()
    except psycopg.OperationalError as error:
        raise ServiceError("The database that DATABASE_URL names does not answer.") from error
    if row != (True,):
        raise ServiceError(
            "The database that DATABASE_URL names lacks the schema huntaze_workers; this creates it:"
            " python -m shared.persistence.migrations"
        )
