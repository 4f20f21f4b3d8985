"""What the simulator answers: labelled as simulated, determined by the question, of the form asked for.

Chat suggestions are recognised by the fan's message in the question's data block, ideas by their number,
banks of lines by the situation. For any other question with a JSON Schema (in `response_format` or written
into the prompt), an example value of that schema is made up.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.local.model_simulator.banks import bank
from infra.local.model_simulator.examples import Example
from infra.local.model_simulator.ideas import ideas
from infra.local.model_simulator.phrases import LABEL, REPLIES, guess_language

_SUGGESTIONS = 3


def answer(messages: Sequence[Mapping[str, Any]], response_format: Any, seed: int) -> str:
    """Return the simulated model's answer to a conversation."""
    chance = random.Random(seed)  # noqa: S311 - the same question must get the same answer
    if (data := _data_with("fan_message", messages)) is not None:
        return json.dumps(_suggestions(data, chance), ensure_ascii=False)
    if (data := _data_with("number_of_ideas", messages)) is not None:
        return json.dumps(ideas(data, chance), ensure_ascii=False)
    if (data := _data_with("situation", messages)) is not None:
        return json.dumps(bank(data, chance), ensure_ascii=False)
    if (schema := _schema(messages, response_format)) is not None:
        language = (_data_with("answer_language", messages) or {}).get("answer_language", "en")
        return json.dumps(Example(schema, chance, language).value(), ensure_ascii=False)
    text = f"{LABEL}An answer to a question of {sum(len(text_of(m)) for m in messages)} characters."
    wants_json = isinstance(response_format, Mapping) and response_format.get("type") == "json_object"
    return json.dumps({"text": text}) if wants_json else text


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a turn, whose content may come in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    position = text.find("{")
    while position >= 0:
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            yield value
        position = text.find("{", end)


def _data_with(name: str, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the data block of the last question that has one with a text of this name."""
    for message in reversed(messages):
        if message.get("role") == "user":
            for data in _json_objects(text_of(message)):
                if isinstance(data.get(name), str):
                    return data
    return None


def _suggestions(data: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    hint = data.get("language") or data.get("language_hint")
    language = guess_language(data["fan_message"], hint if isinstance(hint, str) else None)
    name = str(data.get("fan_name") or "").strip()
    called = f" {name}" if name else ""
    replies = chance.sample(REPLIES[language], _SUGGESTIONS)
    return {
        "language": language,
        "replies": [LABEL + text.replace("{name}", called) for text, _, _ in replies],
    }


def _schema(messages: Sequence[Mapping[str, Any]], response_format: Any) -> dict[str, Any] | None:
    """Return the JSON Schema that the answer is to satisfy, wherever the request states it."""
    if isinstance(response_format, Mapping) and response_format.get("type") == "json_schema":
        stated = response_format.get("json_schema")
        schema = stated.get("schema") if isinstance(stated, Mapping) else None
        return schema if isinstance(schema, dict) else None
    for message in messages:
        for value in _json_objects(text_of(message)):
            if value.get("type") == "object" and isinstance(value.get("properties"), dict):
                return value
    return None
