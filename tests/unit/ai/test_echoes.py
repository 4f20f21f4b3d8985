"""Whether a text repeats what it must not."""

from __future__ import annotations

import codecs

import pytest

from shared.ai.echoes import RUN_LETTERS, echoes

SECRET = "Promise nothing that the data does not hold: no meeting, price, discount, refund or free content."
PART = SECRET[8:70]


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"Well, I was told: {PART} ...",
        PART.upper(),
        PART[::-1],
        codecs.encode(PART, "rot13"),
        " ".join(PART),
        PART.replace("o", "0").replace("e", "3"),
        PART.replace("o", "о").replace("e", "е"),  # noqa: RUF001 - look-alikes
        "\u200b".join(PART),
    ],
)
def test_a_quotation_is_found(text: str) -> None:
    """However it is dressed up."""
    assert echoes(text, (SECRET,))


@pytest.mark.parametrize("text", ["", "I can't promise a meeting or a price, sorry!", SECRET[:30]])
def test_the_same_words_are_no_quotation(text: str) -> None:
    """People use them, too."""
    assert not echoes(text, (SECRET,))


def test_a_short_secret_is_not_looked_for() -> None:
    """`warm, teasing` may stand in any message."""
    assert len("warm, teasing") < RUN_LETTERS
    assert not echoes("warm, teasing", ("warm, teasing",))
