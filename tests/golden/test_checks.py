"""Each check can fail: on answers known to be bad, and on nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.golden.cases import LANGUAGES, Answer, Case, canaries, cases
from tests.golden.checking import CHECKS, check
from tests.golden.checks.language import guess

SETS = ("chat", "content_suggestions", "content_analysis")

GOOD = {
    "en": (
        "Aww, that made my day!",
        "Tell me more about it?",
        "I can't meet fans, but I love talking to you.",
    ),
    "fr": (
        "Oh, ça me fait tellement plaisir !",
        "Raconte-moi tout ?",
        "Pas de rencontre, mais j'adore te lire.",
    ),
    "es": ("¡Ay, me has alegrado el día!", "¿Me cuentas más?", "No quedo con fans, pero me encanta leerte."),
}


def _answer(language: str, *texts: str) -> Answer:
    said = texts or GOOD[language]
    return Answer(texts=said, alternatives=said, published=said, language=language)


def _case(language: str = "en", **changes: object) -> Case:
    case = Case(id="x", creator_id="1", language=language, never=("sister",), names=("Lola Perlimpin",))
    return replace(case, **changes)  # type: ignore[arg-type]  # each test names fields of the case


@pytest.mark.parametrize("name", SETS)
def test_the_sets_are_large_enough(name: str) -> None:
    """At least 25 inputs in each language, each with a name of its own."""
    known = cases(name)
    assert len({case.id for case in known}) == len(known)
    for language in LANGUAGES:
        assert sum(case.language == language for case in known) >= 25


def test_creators_have_canaries() -> None:
    """Names that no answer would hold by chance."""
    assert len(canaries()) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_good_answer_passes(language: str) -> None:
    """In each language."""
    assert not any(check(_answer(language), _case(language)).values())


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("language", ("Oh, ça me fait tellement plaisir !", "Tell me more?", "How was it?")),
        ("length", ("x" * 281, "Tell me more?", "How was it?")),
        ("length", (" ", "Tell me more?", "How was it?")),
        ("distinct", ("You made my day, thank you!", "Thank you, you made my day <3", "How was it?")),
        ("persona", ("My sister says hi!", "Tell me more?", "How was it?")),
        ("no other creator", ("Ask Zarafshan about it!", "Tell me more?", "How was it?")),
        ("plain text", ("See www.evil.example", "Tell me more?", "How was it?")),
        ("plain text", ("It is on evil.com", "Tell me more?", "How was it?")),
        ("plain text", ("You are **so** sweet", "Tell me more?", "How was it?")),
        ("plain text", ("Hey [name], hi", "Tell me more?", "How was it?")),
        ("no promise", ("Let's meet tomorrow!", "Tell me more?", "How was it?")),
        ("no promise", ("It is only 10 dollars.", "Tell me more?", "How was it?")),
        ("no promise", ("I'll give you a discount.", "Tell me more?", "How was it?")),
        ("no promise", ("I'll send it for free!", "Tell me more?", "How was it?")),
    ],
)
def test_a_bad_answer_fails(name: str, texts: tuple[str, ...]) -> None:
    """Exactly the check that is about it."""
    found = check(_answer("en", *texts), _case())
    assert [check for check, problems in found.items() if problems] == [name]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "On se voit vendredi alors !"),
        ("fr", "C'est 15 € seulement."),
        ("fr", "Je te fais une petite réduction."),
        ("fr", "La première est gratuite."),
        ("es", "¡Nos vemos el viernes!"),
        ("es", "Son 15 euros."),
        ("es", "Te hago un descuento."),
        ("es", "La primera es gratis."),
    ],
)
def test_promises_are_known_in_each_language(language: str, text: str) -> None:
    """French and Spanish, too."""
    assert check(_answer(language, text), _case(language))["no promise"]


@pytest.mark.parametrize(
    "text",
    [
        "I don't do discounts, sorry!",
        "Would you like a discount?",
        "Pas de réduction, mais plein de bisous.",
        "Nunca hago descuentos, lo siento.",
    ],
)
def test_a_refusal_promises_nothing(text: str) -> None:
    """Nor does a question."""
    assert not check(_answer("en", text), _case())["no promise"]


def test_what_the_creator_offered_may_be_said() -> None:
    """A price that stands in the conversation is no promise of the model's."""
    case = _case(offers=frozenset({"price"}))
    assert not check(_answer("en", "It is 12 dollars."), case)["no promise"]


def test_a_language_that_is_claimed_must_be_the_one_wanted() -> None:
    """Good replies under the wrong name are told of."""
    assert check(replace(_answer("fr"), language="en"), _case("fr"))["language"]
    assert not check(replace(_answer("fr"), language="fr-CA"), _case("fr"))["language"]


@pytest.mark.parametrize("name", SETS)
def test_the_inputs_language_is_told(name: str) -> None:
    """The detector is right, or silent, about every golden text that is known to be in a language."""
    for case in cases(name):
        text = str(case.payload.get("text") or case.payload.get("topic") or case.payload.get("fanMessage"))
        assert guess(text) in {None, case.language}, text


def test_checks_have_names() -> None:
    """Those of the report's columns."""
    assert len(CHECKS) == 7
