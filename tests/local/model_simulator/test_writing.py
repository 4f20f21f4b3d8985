"""What the simulator writes is labelled, of the right form, and always the same for the same question."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest

from infra.local.model_simulator.examples import Example
from infra.local.model_simulator.phrases import LABEL, REPLIES, guess_language
from infra.local.model_simulator.writing import answer
from shared.contracts import JobType
from shared.messaging.worker import JobContext
from workers.chat_suggestions.answer import read_answer
from workers.chat_suggestions.messages import ChatPayload, ChatResult
from workers.chat_suggestions.prompt import RULES, suggestion_request
from workers.content_analysis.messages import ContentAnalysisResult
from workers.content_suggestions.messages import ContentSuggestionsResult
from workers.video_analysis.messages import VideoResult


def _chat(fan_message: str, **context: Any) -> Sequence[dict[str, Any]]:
    job = JobContext(
        job_id="j", job_type=JobType.CHAT_SUGGEST, creator_id="1", attempt=0, epoch=0, deadline=1.0
    )
    payload = ChatPayload.model_validate({"fanMessage": fan_message, "context": context})
    return [{"role": turn.role, "content": turn.text} for turn in suggestion_request(job, payload).messages]


@pytest.mark.parametrize(
    ("fan_message", "hint", "language"),
    [
        ("Hey, how are you?", None, "en"),
        ("Salut ma belle, tu fais quoi ?", None, "fr"),
        ("Hola guapa, ¿cómo estás?", None, "es"),
        ("Oi linda, tudo bem?", None, "pt"),
        ("Hallo, wie geht es dir?", None, "de"),
        ("Ciao bella, come stai?", None, "it"),
        ("元気ですか", None, "ja"),
        ("😘", None, "en"),
        ("😘", "de-AT", "de"),
        ("😘", "tlh", "en"),
        ("Bonjour, je suis là", "en", "fr"),
    ],
)
def test_it_answers_in_the_fans_language(fan_message: str, hint: str | None, language: str) -> None:
    """The text decides; the hint where the text doesn't."""
    assert guess_language(fan_message, hint) == language
    written = json.loads(answer(_chat(fan_message, language=hint), None, 1))
    assert written["language"] == language


@pytest.mark.parametrize("language", list(REPLIES))
@pytest.mark.parametrize("seed", range(10))
def test_chat_answers_pass_the_workers_checks(language: str, seed: int) -> None:
    """Three distinct ones, by name, each labelled."""
    text = answer(_chat("😘", fanName="Tom", tier="vip", language=language), {"type": "json_object"}, seed)
    drafts = read_answer(text, rules=RULES, fan_name="Tom").suggestions
    assert all(draft.text.startswith(LABEL) for draft in drafts)
    assert all("Tom" in draft.text for draft in drafts)


def test_the_same_question_is_answered_the_same() -> None:
    """And another one may be answered otherwise."""
    answers = [answer(_chat("Hi"), None, seed) for seed in (1, 1, *range(20))]
    assert answers[0] == answers[1]
    assert len(set(answers)) > 1


@pytest.mark.parametrize("shape", [ChatResult, ContentSuggestionsResult, ContentAnalysisResult, VideoResult])
@pytest.mark.parametrize("seed", range(5))
def test_examples_satisfy_their_schema(shape: Any, seed: int) -> None:
    """Every schema that the product has, checked by an independent reader."""
    schema = shape.model_json_schema()
    jsonschema.validate(Example(schema, random.Random(seed)).value(), schema)  # noqa: S311 - no secret


@pytest.mark.parametrize(
    ("system", "response_format"),
    [
        ('Answer with {"type": "object", "properties": {"mood": {"enum": ["happy"]}}} only.', None),
        (
            "Answer.",
            {
                "type": "json_schema",
                "json_schema": {"schema": {"type": "object", "properties": {"mood": {"const": "happy"}}}},
            },
        ),
    ],
)
def test_a_schema_is_found_where_it_is_stated(system: str, response_format: Any) -> None:
    """In the prompt or in the request."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": "Hi"}]
    assert json.loads(answer(messages, response_format, 1)) == {"mood": "happy"}


def test_without_a_schema_it_writes_labelled_text() -> None:
    """As JSON when JSON is asked for."""
    messages = [{"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image_url"}]}]
    assert answer(messages, None, 1).startswith(LABEL)
    assert json.loads(answer(messages, {"type": "json_object"}, 1))["text"].startswith(LABEL)


def test_a_schema_that_refers_to_itself_ends() -> None:
    """A tree is cut off somewhere."""
    schema = {
        "type": "object",
        "properties": {"child": {"$ref": "#"}, "lost": {"$ref": "#/nowhere"}, "loop": {"$ref": "#/loop"}},
        "loop": {"$ref": "#/loop"},
    }
    assert Example(schema, random.Random(1)).value()["lost"].startswith(LABEL)  # noqa: S311 - no secret
