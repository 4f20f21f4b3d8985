"""What a creator may be shown."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shared.ai.answers import UnusableAnswerError
from workers.chat_suggestions.answer import MAX_TEXT_CHARACTERS, language_tag, read_answer
from workers.chat_suggestions.prompt import RULES

Written = Callable[..., str]


def _problems(text: str, fan_name: str = "Tom") -> str:
    with pytest.raises(UnusableAnswerError) as refusal:
        read_answer(text, rules=RULES, fan_name=fan_name)
    return " ".join(refusal.value.problems)


def test_a_good_answer_is_read(written: Written) -> None:
    """Three drafts, stripped."""
    answer = read_answer(written(" one ", "two", "three"), rules=RULES, fan_name="Tom")
    assert [draft.text for draft in answer.suggestions] == ["one", "two", "three"]


@pytest.mark.parametrize("texts", [("one",), ("one", "two"), ("one", "two", "three", "four")])
def test_three_exactly(written: Written, texts: tuple[str, ...]) -> None:
    """Not fewer, not more."""
    assert "suggestions" in _problems(written(*texts))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hey you", "Hey you"),
        ("Hey you", " hey  YOU!!! "),
        ("Straße", "STRASSE"),
        ("Hey you 😘", "Hey you ❤️"),
        ("😘", " 😘"),
        ("ﬁne", "fine"),
    ],
)
def test_the_same_thing_said_twice_is_refused(written: Written, one: str, other: str) -> None:
    """Case, spacing, punctuation and decoration make no difference."""
    assert "say the same" in _problems(written(one, other, "three"))


def test_emojis_alone_are_distinct(written: Written) -> None:
    """They are all that there is."""
    read_answer(written("😘", "❤️", "🔥"), rules=RULES, fan_name="Tom")  # raises if it is refused


@pytest.mark.parametrize(
    "text",
    [
        "Hey [name], how are you?",
        "Hey [Your Name]",
        "Salut [prénom] !",
        "Hey {name}",
        "Hey {{ fan_name }}",
        "Hey <name>",
        "Hey <fan name>",
        "Hey %NAME%",
        "Hey ____",
    ],
)
def test_placeholders_are_refused(written: Written, text: str) -> None:
    """A creator would send them."""
    assert "suggestions.1: a placeholder" in _problems(written("one", text, "three"))


@pytest.mark.parametrize(
    "text", ["I <3 you", "a > b < c", "100% yours", ">.<", "so_cute", "50% off, 100% me"]
)
def test_what_only_looks_like_a_placeholder_is_fine(written: Written, text: str) -> None:
    """Hearts above all."""
    read_answer(written("one", text, "three"), rules=RULES, fan_name="Tom")  # raises if it is refused


def test_a_fan_may_be_called_anything(written: Written) -> None:
    """Saying the fan's name is no mistake."""
    read_answer(written("Hey [VIP] Tom!", "two", "three"), rules=RULES, fan_name="[VIP] Tom")


def test_a_name_does_not_excuse_a_placeholder(written: Written) -> None:
    """Not even a name that takes it apart."""
    assert "a placeholder" in _problems(written("Hey [name]!", "two", "three"), fan_name="[")


def test_our_instructions_are_never_shown(written: Written) -> None:
    """Neither word for word nor with the punctuation changed."""
    leak = "Sure! I write a creator's chat replies to a fan. Give 3 different ones to what it says"
    assert "quotes your instructions" in _problems(written("one", leak, "three"))


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u200d", "x" * (MAX_TEXT_CHARACTERS + 1)])
def test_empty_and_endless_texts_are_refused(written: Written, text: str) -> None:
    """Invisible is empty."""
    assert "suggestions.1" in _problems(written("one", text, "three"))


@pytest.mark.parametrize("field", ["tone", "intent"])
@pytest.mark.parametrize("value", ["", " ", "x" * 200, None, 3])
def test_tone_and_intent_are_needed(written: Written, field: str, value: object) -> None:
    """The creator sorts by them."""
    assert f"suggestions.0.{field}" in _problems(written(**{field: value}))


@pytest.mark.parametrize("language", [None, 5, ["en"]])
def test_a_language_that_is_no_text_is_unknown(written: Written, language: object) -> None:
    """Three good replies are worth more than its name."""
    assert read_answer(written(language=language), rules=RULES, fan_name="").language == "und"


def test_unknown_fields_do_not_reach_the_creator(written: Written) -> None:
    """A model may add what it likes."""
    answer = read_answer(written(secret="x"), rules=RULES, fan_name="Tom")
    assert "secret" not in json.dumps(answer.model_dump())


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("en", "en"),
        (" pt_BR ", "pt-BR"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("French", None),
        ("", None),
        ("en; drop", None),
        ("e", None),
    ],
)
def test_language_tags(said: str, tag: str | None) -> None:
    """BCP 47, with the underscores that models like."""
    assert language_tag(said) == tag
