"""An operator brings creators from the front end's database, with the query that the documentation has."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg

from infra.creators import keep_lines
from infra.local.process import ROOT
from shared.clock import ManualClock
from shared.mail.memory_letters import MemoryContacts
from shared.persistence.creators import CreatorProfile
from shared.persistence.memory_creators import MemoryCreatorTable

_USERS = """
CREATE TABLE users (
    id integer PRIMARY KEY, name text, language text, persona text, limits text[], platforms text[],
    preferences jsonb, password text, role text, email text, mail jsonb
);
INSERT INTO users VALUES
    (101, 'Léa', 'fr', E'warm,\nteasing "always"', '{no meetings}', '{onlyfans}', '{"currency": "EUR"}', 'x',
     'creator', 'lea@creators.example', '{"completed": false, "daily": true}'),
    (102, 'Maya', NULL, NULL, NULL, NULL, NULL, 'y', 'creator', NULL, NULL),
    (103, 'An operator', 'en', NULL, NULL, NULL, NULL, 'z', 'admin', 'op@huntaze.example', NULL);
"""


def _documented_query() -> str:
    """Return the query of the manual, as its reader would copy it."""
    found = re.search(r"<!-- creators' query -->\n+```sql\n(.+?)```", _manual(), re.DOTALL)
    assert found
    return found[1]


def _manual() -> str:
    return (ROOT / "docs" / "operations.md").read_text()


def _tell(lines: str, database_url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.creators"],
        input=lines,
        text=True,
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        timeout=240,
    )


def test_the_documented_query_and_the_command_fit_together(database_url: str) -> None:
    """Only creators come, with nothing that is not theirs to tell; and coming again changes nothing."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_USERS)
        lines = [row[0] for row in connection.execute(_documented_query().encode())]
    told = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    for _ in range(2):
        answer = _tell(told, database_url)
        assert (answer.returncode, answer.stderr) == (0, "")
        assert answer.stdout == "2 creators are known now as they were told.\n"
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT creator_id, name, persona_style, limits, language, platforms, preferences"
            " FROM huntaze_workers.creators ORDER BY creator_id"
        ).fetchall()
    assert rows == [
        (
            "101",
            "Léa",
            'warm,\nteasing "always"',
            ["no meetings"],
            "fr",
            ["onlyfans"],
            {"currency": "EUR"},
        ),
        ("102", "Maya", None, [], None, [], {}),
    ]
    with psycopg.connect(database_url) as connection:
        contacts = connection.execute(
            "SELECT creator_id, email, language, completed, failed, daily"
            " FROM huntaze_workers.contacts ORDER BY creator_id"
        ).fetchall()
    assert contacts == [
        ("101", "lea@creators.example", "fr", False, True, True),
        ("102", None, None, True, True, False),
    ]


def test_lines_that_cannot_be_used_are_named_and_the_rest_is_kept(database_url: str) -> None:
    answer = _tell('{"creatorId": 7}\nsecret words\n\n{"name": "secret"}\n', database_url)
    assert answer.returncode == 1
    assert answer.stdout == "1 creators are known now as they were told.\n"
    assert answer.stderr.splitlines()[0] == "line 2: not JSON that can be stored"
    assert answer.stderr.splitlines()[1].startswith("line 4: creatorId: ")
    assert "secret" not in answer.stderr


def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    answer = _tell("", f"postgresql://nobody@/none?host={tmp_path}&connect_timeout=1")
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1] == "The database did not answer; run this again."


async def test_lines_are_kept_whatever_they_hold() -> None:
    """Characters that no column takes are replaced; what is too long, too much or no object is refused."""
    table, complaints = MemoryCreatorTable(), io.StringIO()
    lines = [
        json.dumps({"creatorId": "1", "name": "a\x00b\ud800", "isAdmin": True}),
        json.dumps({"creatorId": "2", "personaStyle": "x" * 4_001}),
        json.dumps({"creatorId": "3", "limits": ["no"] * 51}),
        json.dumps({"creatorId": "4 4"}),
        json.dumps({"creatorId": "5", "preferences": ["no", "object"]}),
        "[1]",
        "null",
        "[" * 100_000,
        json.dumps({"creatorId": "7", "email": "a@b.example\r\nBcc: c@d.example"}),
        json.dumps({"creatorId": "6", "preferences": {"deep": json.loads("[" * 80 + "]" * 80)}}),
    ]
    assert await keep_lines(lines, table, MemoryContacts(ManualClock()), complaints) == (1, 9)
    assert await table.find(list("123456")) == {"1": CreatorProfile(creator_id="1", name="a\ufffdb\ufffd")}
    assert [line.partition(":")[0] for line in complaints.getvalue().splitlines()] == [
        f"line {number}" for number in range(2, 11)
    ]


async def test_many_lines_come_in_batches() -> None:
    table, contacts = MemoryCreatorTable(), MemoryContacts(ManualClock())
    lines = (json.dumps({"creatorId": number}) for number in range(1_203))
    assert await keep_lines(lines, table, contacts, io.StringIO()) == (1_203, 0)
    assert len(await table.find([str(number) for number in range(1_203)])) == 1_203
