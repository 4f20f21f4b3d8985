"""An example value for a JSON Schema of the kind that Pydantic writes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.model_simulator.phrases import LABEL
from infra.local.model_simulator.words import SELDOM, known_phrases

_MAX_DEPTH = 12
_CHOICES = ("anyOf", "oneOf", "allOf")


class Example:
    """Makes up one value of a schema; every text in it is labelled.

    Args:
        schema: what it satisfies.
        chance: chooses.
        language: BCP 47 of its texts, as far as the simulator speaks it.
    """

    def __init__(self, schema: Mapping[str, Any], chance: random.Random, language: str = "en") -> None:
        self._root = schema
        self._chance = chance
        self._language = language
        self._said: set[str] = set()

    def value(self) -> Any:
        """Return a value that satisfies the schema."""
        return self._value(self._root, "answer", 0)

    def _value(self, part: Any, name: str, depth: int) -> Any:
        schema = self._resolved(part)
        if depth > _MAX_DEPTH:
            return None
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._chance.choice(schema["enum"])
        if choices := next((schema[key] for key in _CHOICES if schema.get(key)), None):
            return self._value(choices[0], name, depth + 1)
        return self._of_kind(schema, name, depth)

    def _of_kind(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            parts = schema.get("properties", {})
            return {key: self._value(part, key, depth + 1) for key, part in parts.items()}
        if kind == "array":
            return self._array(schema, name, depth)
        scalars: dict[str, Callable[[], Any]] = {
            "integer": lambda: int(self._number(schema, name)),
            "number": lambda: self._number(schema, name),
            "boolean": lambda: self._chance.choice((True, False)),
            "null": lambda: None,
        }
        return scalars.get(kind, lambda: self._text(schema, name))()

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        usual = 0 if name in SELDOM else 2
        length = max(int(schema.get("minItems", 0)), min(int(schema.get("maxItems", usual)), usual))
        items = schema.get("items", {})
        return [self._value(items, f"{name} {number + 1}", depth + 1) for number in range(length)]

    def _number(self, schema: Mapping[str, Any], name: str) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + 4))
        if name.endswith("count"):
            high = min(high, low + 4)  # there are few of most things
        return round(float(low + (high - low) * self._chance.choice((0.25, 0.5, 0.75))), 3)

    def _text(self, schema: Mapping[str, Any], name: str) -> str:
        """Return a phrase that goes with the name, or the name itself."""
        if name == "language":
            return self._language
        known = known_phrases("number" if name.isdigit() else name.rstrip(" 0123456789"), self._language)
        fresh = [phrase for phrase in known if phrase not in self._said] or known
        said = self._chance.choice(fresh) if fresh else name.replace("_", " ")
        self._said.add(said)
        text = f"{LABEL}{said}".ljust(int(schema.get("minLength", 0)), ".")
        return text[: int(schema.get("maxLength", len(text)))]

    def _resolved(self, part: Any) -> Mapping[str, Any]:
        """Follow `$ref`s inside the document."""
        for _ in range(_MAX_DEPTH):
            reference = part.get("$ref") if isinstance(part, Mapping) else None
            if not isinstance(reference, str):
                break
            part = self._root
            for step in reference.removeprefix("#/").split("/"):
                part = part.get(step, {}) if isinstance(part, Mapping) else {}
        return part if isinstance(part, Mapping) else {}
