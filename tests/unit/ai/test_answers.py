"""Whatever a model writes is read or refused, never believed and never fatal."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.ai.answers import MAX_ANSWER_CHARACTERS, UnusableAnswerError, parse_answer, separate_thinking


class Reply(BaseModel):
    """What the model is asked for."""

    text: str
    score: float | None = None


GOOD = '{"text": "hi"}'


@pytest.mark.parametrize(
    ("answer", "thinking", "rest"),
    [
        ("plain", "", "plain"),
        ("<think>hm</think>\n\nplain", "hm", "plain"),
        ("\n <think>\nhm\n</think>plain", "hm", "plain"),
        ("hm, so</think>plain", "hm, so", "plain"),
        ("<think>cut off before the", "cut off before the", ""),
        ("<think></think>", "", ""),
        ('{"text": "say </think>"}', "", '{"text": "say </think>"}'),
        ('```json\n{"text": "</think>"}\n```', "", '```json\n{"text": "</think>"}\n```'),
        ("<think>a</think>b</think>c", "a", "b</think>c"),
    ],
)
def test_thinking_is_cut_off(answer: str, thinking: str, rest: str) -> None:
    """Only what stands before the answer is thinking."""
    assert separate_thinking(answer) == (thinking, rest)


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Sure! Here you go:\n{GOOD}\nAnything else?",
        f'{{"draft": 1}} {GOOD}',
        f'The form is {{"text": …}}, so: {GOOD}',
        f'{{"text": "a first draft"}} and better: {GOOD}',
        '{"text": "hi", "extra": [1, {"x": NaN}]} ' + GOOD,
        "{" * 10 + GOOD,
    ],
)
def test_the_json_is_found(answer: str) -> None:
    """Fences, prose, drafts and broken JSON around it are tolerated; the last fitting object counts."""
    assert parse_answer(answer, Reply).text == "hi"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no JSON at all",
        "[]",
        '"text"',
        '{"text": "cut o',
        '{"text": 1}',
        '{"txt": "hi"}',
        '{"text": "hi", "score": NaN}',
        '{"text": "hi", "score": Infinity}',
        '{"text": "hi", "score": ' + "9" * 5_000 + "}",
        '{"a": ' * 5_000 + "1" + "}" * 5_000,
        '{"text": "hi", "deep": ' + "[" * 80 + "]" * 80 + "}",
        "{" * MAX_ANSWER_CHARACTERS,
        '{"a":' * 20_000,
        " " * MAX_ANSWER_CHARACTERS + GOOD,
    ],
    ids=lambda answer: f"{answer[:24]!r}",
)
def test_what_is_no_answer_is_refused(answer: str) -> None:
    """Hostile answers end as one error, which says what is wrong."""
    with pytest.raises(UnusableAnswerError) as refusal:
        parse_answer(answer, Reply)
    assert refusal.value.problems


def test_half_an_emoji_and_a_number_too_large_are_mended() -> None:
    """What no column could take is replaced before anyone sees it."""
    reply = parse_answer('{"text": "a\\ud83d\\u0000b", "score": 1e999}', Reply)
    assert reply == Reply(text="a\ufffd\ufffdb", score=None)


def test_problems_name_fields_and_never_quote() -> None:
    """Problems go to logs and back to the model, so they hold nothing of the answer."""
    with pytest.raises(UnusableAnswerError) as refusal:
        parse_answer('{"text": ["my secret"]}', Reply)
    assert refusal.value.problems == ("text: Input should be a valid string",)
    assert "secret" not in refusal.value.message


@given(st.text())
def test_no_text_is_fatal(text: str) -> None:
    """Any text is an answer or an unusable answer."""
    with suppress(UnusableAnswerError):
        parse_answer(separate_thinking(text)[1], Reply)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_what_json_carries_arrives(text: str) -> None:
    """No text inside the JSON is mistaken for its end or for thinking."""
    answer = json.dumps({"text": text}, ensure_ascii=False)
    assert parse_answer(separate_thinking(answer)[1], Reply).text == text
