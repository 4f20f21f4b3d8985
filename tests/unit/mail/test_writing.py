"""What letters say, in which words, and what can't get into them."""

from __future__ import annotations

import json
import re
import string
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.pictures.letters import (
    ANALYSIS,
    BUDGET,
    ENDPOINT,
    FAILURE,
    IDEAS,
    LINKS,
    ROOT,
    VIDEO,
    WRITER,
    letter,
    told,
)
from shared.contracts import JobType
from shared.errors import ConfigurationError
from shared.mail.composing import LetterWriter
from shared.mail.letters import Told
from shared.mail.links import FrontEnd, UnsubscribeLinks
from shared.mail.notices import OPERATOR
from shared.mail.telling import shortened
from shared.mail.wording import LANGUAGES, words_for

_WORDS = Path(__file__).parents[3] / "shared" / "mail" / "words"
_HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} {0} \r\nBcc: all@c.example"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_languages_say_the_same_things() -> None:
    """No phrase, and no value in one, is missing in a translation."""
    said = {
        language: {
            name: _placeholders(text)
            for name, text in json.loads((_WORDS / f"{language}.json").read_text(encoding="utf-8")).items()
        }
        for language in LANGUAGES
    }
    assert said["en"] == said["fr"]


def test_every_code_is_explained() -> None:
    """A new code without an explanation would be told as our own failure."""
    from docs.contracts.catalogue import error_codes

    # Nothing that a creator could do anything about, or that is mailed at all.
    own = {"POISON_MESSAGE", "INTERNAL_ERROR", "CANCELLED"}
    assert {entry.code for entry in error_codes() if not words_for("en").has(f"why.{entry.code}")} == own


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", "fr"), ("fr-CA", "fr"), ("FR_fr", "fr"), ("en-GB", "en"), ("es", "en"), ("", "en"), (None, "en")],
)
def test_a_language_that_nobody_translated_is_english(language: str | None, expected: str) -> None:
    assert words_for(language).language == expected


def test_a_letter_of_one_thing_is_about_it() -> None:
    written = letter(VIDEO, language="fr")
    assert written.subject == "Ta vidéo est analysée"
    for text in ("Bonjour Léa,", "Une matinée dans l\u2019atelier", "1:02", "6,5 sur 10", "Voir le résultat"):
        assert text in written.html
        assert text in written.text
    assert written.html.count("Ta vidéo est analysée") == 2  # the title and the headline


def test_a_letter_of_several_things_counts_them_the_newest_first() -> None:
    written = letter(ANALYSIS, IDEAS, FAILURE, VIDEO)
    assert written.subject == "4 updates from Huntaze"
    assert "3 done · 1 failed" in written.text
    places = [written.text.index(text) for text in ("onzième", "The file was gone", "Rainy", "82 of 100")]
    assert places == sorted(places)


def test_what_there_is_no_room_for_is_counted() -> None:
    many = [replace(VIDEO, happened_at=VIDEO.happened_at + timedelta(seconds=n)) for n in range(40)]
    written = letter(*many)
    assert "and 28 more" in written.text
    assert len(written.html.encode()) < 100_000  # Gmail cuts what is larger


def test_the_operator_is_told_without_a_way_out() -> None:
    written = letter(told(BUDGET), recipient=OPERATOR)
    assert written.unsubscribe_url is None
    assert "Unsubscribe" not in written.html
    assert "$180.40" in written.text
    assert "180,40\u00a0$" in letter(told(BUDGET), recipient=OPERATOR, language="fr").text


@pytest.mark.parametrize("mark", [70, 90, 100])
def test_every_mark_of_the_budget_has_its_words(mark: int) -> None:
    body = {**BUDGET.body, "mark": mark}
    for language in LANGUAGES:
        assert letter(replace(told(BUDGET), body=body), recipient=OPERATOR, language=language).subject


@pytest.mark.parametrize("kind", ["job.completed", "job.failed"])
@pytest.mark.parametrize("job_type", [*JobType, "video.tomorrow"])
def test_a_job_of_any_type_can_be_told(kind: str, job_type: str) -> None:
    body = {"jobId": "job_1", "jobType": job_type, "code": "SOMETHING_NEW"}
    for language in LANGUAGES:
        assert letter(Told(kind=kind, body=body, happened_at=VIDEO.happened_at), language=language).subject


def test_what_others_wrote_stays_text() -> None:
    """Neither a tag, a template nor a header gets through by what a model, a fan or a creator wrote."""
    body = {**VIDEO.body, "summary": _HOSTILE, "advice": _HOSTILE, "jobId": '"><script>'}
    hostile = replace(VIDEO, body=body)
    ideas = replace(IDEAS, body={**IDEAS.body, "ideas": [_HOSTILE] * 3})
    endpoint = replace(told(ENDPOINT), body={"host": _HOSTILE})
    for written in (letter(hostile, ideas, endpoint, name=_HOSTILE), letter(endpoint)):
        assert "<script" not in written.html
        assert "<img" not in written.html
        assert "onerror=alert(2)&gt;" in written.html
        assert "49" not in re.sub(r"[\w.-]+=", "", written.subject)
        assert "\n" not in written.subject


def test_letters_lead_to_the_front_end_only() -> None:
    """Whatever stands in a result, such as a link."""
    body = {**VIDEO.body, "summary": "https://evil.example/", "jobId": "../../evil?x=//evil.example"}
    for notices in ((replace(VIDEO, body=body),), (replace(VIDEO, body=body), FAILURE), (told(ENDPOINT),)):
        links = re.findall(r'href="([^"]+)"', letter(*notices).html)
        assert links
        for link in links:
            assert link == ROOT or link.startswith(
                (f"{ROOT}/", "https://functions.example/api/unsubscribe?token=")
            )
            assert "evil.example" not in link.replace("%2F%2Fevil.example", "")


def test_without_a_front_end_there_are_no_links_to_it() -> None:
    html = letter(VIDEO, FAILURE, writer=LetterWriter(FrontEnd(), LINKS)).html
    assert re.findall(r'href="([^"]+)"', html) == [
        f"https://functions.example/api/unsubscribe?token={LINKS.token('101')}&amp;lang=en"
    ]


@pytest.mark.parametrize(
    "root",
    [
        "http://app.huntaze.example",
        "javascript:alert(1)",
        "app.huntaze.example",
        "https://a@b.example",
        "https://b.example?x",
    ],
)
def test_a_front_end_is_an_https_address(root: str) -> None:
    with pytest.raises(ConfigurationError):
        FrontEnd(root=root)


def test_a_front_end_on_this_machine_needs_no_tls() -> None:
    assert FrontEnd(root="http://localhost:3000/").job("a/b") == "http://localhost:3000/jobs/a%2Fb"


def test_a_token_is_its_creator_s_alone() -> None:
    token = LINKS.token("101")
    assert LINKS.creator(token) == "101"
    other = UnsubscribeLinks([b"another secret"], "https://functions.example")
    name, signature = token.split(".")[1:]
    for wrong in (
        *(
            "",
            "v1",
            "v1..",
            token[:-1],
            token + "a",
            f"v2.{name}.{signature}",
            token.replace("v1.MTAx", "v1.MTAy"),
        ),
        *(
            other.token("101"),
            "v1." + "A" * 10_000,
            "v1.é.é",
            "v1.\0.\0",
            f"v1.{name}.{name}",
            "....",
            token.upper(),
        ),
    ):
        assert LINKS.creator(wrong) is None


def test_a_secret_is_replaced_without_breaking_old_links() -> None:
    old, new = b"the old secret", b"the new secret"
    both = UnsubscribeLinks([new, old], "https://functions.example")
    assert both.creator(UnsubscribeLinks([old], "").token("1 0")) == "1 0"
    assert both.token("101") == UnsubscribeLinks([new], "").token("101")


def test_a_long_text_is_cut_at_a_word() -> None:
    assert shortened("one two\n three", 30) == "one two three"
    assert shortened("one two, three", 10) == "one two…"
    assert len(shortened("x" * 1_000)) <= 280


@pytest.mark.parametrize("page", ["confirm", "done", "invalid"])
def test_the_pages_have_words_in_each_language(page: str) -> None:
    pages: list[Any] = [WRITER.page(page, language) for language in LANGUAGES]
    assert len(set(pages)) == len(LANGUAGES)
    assert all(("<form" in html) == (page == "confirm") for html in pages)
