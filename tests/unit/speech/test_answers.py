"""Reading the speech service's JSON."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.speech.answers import batch_text, fast_text
from shared.speech.port import Way

#: As Azure's documentation shows it, shortened.
BATCH = {
    "source": "https://account.blob.core.windows.net/speech/sound.flac?sig=secret",
    "durationInTicks": 600_000_000,
    "durationMilliseconds": 60_000,
    "combinedRecognizedPhrases": [{"channel": 0, "lexical": "hello bonjour", "display": "Hello. Bonjour."}],
    "recognizedPhrases": [
        {
            "recognitionStatus": "Success",
            "channel": 0,
            "offsetInTicks": 25_000_000,
            "durationInTicks": 5_000_000,
            "locale": "fr-FR",
            "nBest": [{"confidence": 0.9, "display": "Bonjour tout le monde."}, {"display": "worse"}],
        },
        {
            "recognitionStatus": "Success",
            "channel": 0,
            "offset": "PT0.7S",
            "offsetInTicks": 7_000_000.0,
            "durationInTicks": 15_900_000.0,
            "durationMilliseconds": 1_590,
            "locale": "en-US",
            "nBest": [
                {
                    "display": " Hello. ",
                    "words": [{"word": "hello", "offsetInTicks": 7_000_000, "durationInTicks": 4_000_000}],
                }
            ],
        },
        {"recognitionStatus": "InitialSilenceTimeout", "offsetInTicks": 0, "nBest": []},
        {"recognitionStatus": "Success", "nBest": [{"display": "  "}]},
        {"recognitionStatus": "Success", "nBest": None},
        None,
    ],
}


def test_a_batchs_result() -> None:
    spoken = batch_text(BATCH)
    assert spoken is not None
    assert (spoken.text, spoken.way, spoken.audio_seconds) == ("Hello. Bonjour.", Way.BATCH, 60)
    assert spoken.language == "fr-FR"  # more is said in it
    hello, bonjour = spoken.phrases
    assert (hello.text, hello.language, hello.start_seconds) == ("Hello.", "en-US", 0.7)
    assert hello.end_seconds == pytest.approx(2.29)
    assert (bonjour.start_seconds, bonjour.end_seconds) == (2.5, 3.0)
    (word,) = hello.words
    assert (word.text, word.start_seconds, word.end_seconds) == ("hello", 0.7, 1.1)


def test_a_fast_answer() -> None:
    answer = {
        "durationMilliseconds": 2_000,
        "combinedPhrases": [{"text": "Hi there."}],
        "phrases": [
            {
                "offsetMilliseconds": 40,
                "durationMilliseconds": 960,
                "text": "Hi there.",
                "locale": "en-US",
                "words": [{"text": "Hi", "offsetMilliseconds": 40, "durationMilliseconds": 240}],
            }
        ],
    }
    spoken = fast_text(answer)
    assert spoken is not None
    assert (spoken.text, spoken.language, spoken.way, spoken.audio_seconds) == (
        *("Hi there.", "en-US", Way.FAST),
        2,
    )
    assert (spoken.phrases[0].start_seconds, spoken.phrases[0].end_seconds) == (0.04, 1.0)
    assert spoken.phrases[0].words[0].text == "Hi"


def test_silence_has_no_words() -> None:
    spoken = batch_text({"recognizedPhrases": [], "combinedRecognizedPhrases": [], "durationInTicks": 1e7})
    assert spoken is not None
    assert (spoken.text, spoken.phrases, spoken.language) == ("", (), None)


@pytest.mark.parametrize("odd", [None, [], {}, "text", {"recognizedPhrases": "x", "phrases": 1}])
def test_what_is_no_answer(odd: Any) -> None:
    assert batch_text(odd) is None
    assert fast_text(odd) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["recognitionStatus", "nBest", "display", "words", "word", "offsetInTicks", "locale", "text"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(_JSON, _JSON)
def test_no_phrase_is_too_odd_to_be_left_out(phrase: Any, combined: Any) -> None:
    """Whatever comes, nothing is raised."""
    phrases = [{"recognitionStatus": "Success", "nBest": [phrase]}, phrase]
    assert batch_text({"recognizedPhrases": phrases, "combinedRecognizedPhrases": combined}) is not None
    assert fast_text({"phrases": phrases, "combinedPhrases": combined}) is not None
