"""Mail in the embedded stack: who the samples' creators are, and what lies in the inbox."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import psycopg

#: How the app sends to the inbox; the secret signs nothing but this machine's own links.
SETTINGS = {
    "MAIL_SENDER": "news@huntaze.example",
    "MAIL_OPERATOR": "operator@huntaze.example",
    "MAIL_FRONT_END_URL": "http://localhost:3000",
    "MAIL_UNSUBSCRIBE_SECRETS": "the embedded stack's own",
    "SMTP_SECURITY": "none",
}

#: The samples' creators, as the front end would tell of them; nobody lives at such addresses.
_CONTACTS = (
    ("101", "lea@creators.example", "fr"),
    ("102", "maya@creators.example", "en"),
    ("103", "sofia@creators.example", "es"),
)

_INTRODUCE = """
INSERT INTO huntaze_workers.contacts (creator_id, email, language) VALUES (%s, %s, %s)
ON CONFLICT (creator_id) DO NOTHING
"""


def is_ours(variables: Mapping[str, str]) -> bool:
    """Whether mail goes to the embedded inbox, and not to a relay of the caller's."""
    return variables.get("MAIL_SENDER") == SETTINGS["MAIL_SENDER"]


def introduce(database_url: str) -> None:
    """Give the samples' creators addresses, unless they have some."""
    with psycopg.connect(database_url) as connection:
        connection.cursor().executemany(_INTRODUCE, _CONTACTS)


def arrived(mails: Path, *, since: float, within_seconds: float) -> Sequence[EmailMessage]:
    """Return the mails that came since then, once there is one or time is up.

    Args:
        mails: the inbox's directory.
        since: seconds since the epoch.
        within_seconds: how long to wait for the first.
    """
    until = time.monotonic() + within_seconds
    while not (found := _newer(mails, since)) and time.monotonic() < until:
        time.sleep(0.1)
    return [message_from_bytes(path.read_bytes(), policy=default) for path in found]


def _newer(mails: Path, since: float) -> Sequence[Path]:
    return sorted(path for path in mails.glob("*.eml") if path.stat().st_mtime >= since)
