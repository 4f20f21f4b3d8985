"""The page about deployment names what can be chosen and what has to be given."""

from __future__ import annotations

import json
from pathlib import Path

from infra.check.checking import MAIN, read_file
from infra.check.syntax import Kind, parse
from tests.unit.infra.faults_of_language import FAULTS_OF_LANGUAGE
from tests.unit.infra.faults_of_types import FAULTS_OF_TYPES

PAGE = (MAIN.parents[2] / "docs" / "deployment.md").read_text()


def test_the_page_names_every_parameter() -> None:
    """But for the one that has a section of its own."""
    template = parse(MAIN, MAIN.name, read_file(MAIN))
    unnamed = [each.name for each in template.of(Kind.PARAM) if f"`{each.name}`" not in PAGE]
    assert not unnamed


def test_the_page_names_every_secret_that_the_operator_gives() -> None:
    """With the setting that it becomes, or what it is for."""
    said = json.loads(Path(MAIN.parent / "settings.json").read_text())
    given = [each for each in said["secrets"] if each["by"] != "template"]
    assert not [each["secret"] for each in given if f"`{each['secret']}`" not in PAGE]


def test_the_page_names_every_alert() -> None:
    """So that whoever is woken by one finds it."""
    said = json.loads((MAIN.parents[1] / "alerts.json").read_text())
    assert not [event["event"] for event in said["events"] if f"`{event['event']}`" not in PAGE]


def test_the_documents_count_the_faults_as_they_are() -> None:
    """Where they say how far the checker has been tried."""
    count = len(FAULTS_OF_TYPES) + len(FAULTS_OF_LANGUAGE)
    docs = MAIN.parents[2] / "docs"
    assert f"{count} seeded faults" in (docs / "unverified.md").read_text()
    assert f"put {count} faults" in (docs / "adr" / "0016-bicep-read-by-our-own-checker.md").read_text()
