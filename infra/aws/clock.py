"""Publishes the jobs that come by the clock: what EventBridge Scheduler calls, with the job as its input.

Standard library only, so that it fits into the template as it is; a test holds the two together. Service Bus
takes a message over HTTPS, with the properties that the subscriptions filter on as headers.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from typing import Any

TOKEN_SECONDS = 300
TIMEOUT_SECONDS = 10


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Publish one job: `event` has `jobType`, `creatorId`, `payload`, and the schedule's own `time`."""
    job = job_of(event)
    endpoint, name, key = parts_of(connection_string())
    url = f"{endpoint}/{os.environ['TOPIC']}/messages?timeout={TIMEOUT_SECONDS}"
    headers = {
        "Authorization": token(url, name, key, int(time.time()) + TOKEN_SECONDS),
        "Content-Type": "application/json",
        "BrokerProperties": json.dumps({"MessageId": job["jobId"]}),
    }
    headers.update({name: json.dumps(job[name]) for name in ("jobType", "jobId", "creatorId")})
    request = urllib.request.Request(url, json.dumps(job).encode(), headers, method="POST")  # noqa: S310 - https, by parts_of
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
        return {"jobId": job["jobId"], "status": answer.status}


def job_of(event: dict[str, Any]) -> dict[str, Any]:
    """Make the job; its id comes from the schedule's minute, so that a repeated call is the same job."""
    at = datetime.fromisoformat(event["time"]).astimezone(UTC)
    words = re.sub(r"[^A-Za-z0-9_:-]", "-", f"{event['jobType']}-{event['creatorId']}")
    return {
        "jobId": f"cron_{at:%Y%m%d%H%M}_{words}"[:96],
        "jobType": event["jobType"],
        "creatorId": str(event["creatorId"]),
        "payload": event["payload"],
        "attempt": 0,
        "createdAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def connection_string() -> str:
    """Read the send-only connection string; never kept longer than a call."""
    import boto3

    secrets = boto3.client("secretsmanager")
    return str(secrets.get_secret_value(SecretId=os.environ["SECRET_ARN"])["SecretString"])


def parts_of(text: str) -> tuple[str, str, str]:
    """Split a connection string into its HTTPS endpoint, the policy's name and its key."""
    parts = dict(part.split("=", 1) for part in text.strip().strip(";").split(";"))
    endpoint = "https://" + parts["Endpoint"].split("://", 1)[1].rstrip("/")
    return endpoint, parts["SharedAccessKeyName"], parts["SharedAccessKey"]


def token(url: str, name: str, key: str, expires: int) -> str:
    """Sign a shared access signature for a URL."""
    resource = urllib.parse.quote_plus(url.split("?", 1)[0])
    digest = hmac.new(key.encode(), f"{resource}\n{expires}".encode(), hashlib.sha256).digest()
    signature = urllib.parse.quote_plus(base64.b64encode(digest))
    return f"SharedAccessSignature sr={resource}&sig={signature}&se={expires}&skn={name}"
