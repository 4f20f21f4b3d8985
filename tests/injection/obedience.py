"""A model that does whatever a fan's message says, and the messages that say it.

Each line of `attacks.jsonl` is a message, and what an obedient model says to it. `{{PROMPT}}` in that stands
for what the model was told by us, `{{VOICE}}` for the last line of it, which is the creator's voice, and
`{{EVERYTHING}}` for the whole request; after a bar follows how it is disguised.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.ai.port import ChatModel, FinishReason, ModelCall, ModelReply, ModelRequest, Usage

ATTACKS = Path(__file__).with_name("attacks.jsonl")

_USAGE = Usage(input_tokens=700, output_tokens=120)
_HARMLESS = ("So good to hear from you!", "Tell me about your day?")
_STANDS_FOR = re.compile(r"\{\{(PROMPT|VOICE|EVERYTHING)(?:\|(\w+))?\}\}")
#: A reply is no longer than this; an obedient model would rather say the beginning than nothing.
_ROOM = 420


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A hostile message, and what an obedient model makes of it."""

    language: str
    technique: str
    message: str
    say: str
    #: `text`, `tone`, `intent` or `language` of the answer, or `raw`: instead of it.
    where: str


def attacks() -> tuple[Attack, ...]:
    """Return the corpus."""
    return tuple(Attack(**json.loads(line)) for line in ATTACKS.read_text(encoding="utf-8").splitlines())


class ObedientModel:
    """Says what the attack wants said, in one of its suggestions, however often it is asked to repair it."""

    def __init__(self, attack: Attack) -> None:
        self._attack = attack
        self.requests: list[ModelRequest] = []
        #: What it meant to say, the last time it was asked.
        self.said = ""

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Obey."""
        self.requests.append(request)
        self.said = spoken(self._attack.say, request)
        request.spent(
            ModelCall(
                task=request.task.name,
                role=request.task.role,
                deployment="obedient",
                usage=_USAGE,
                cost_usd_micros=1,
            )
        )
        return ModelReply(
            text=self.said if self._attack.where == "raw" else self._answer(),
            deployment="obedient",
            finish_reason=FinishReason.STOP,
            usage=_USAGE,
            cost_usd_micros=1,
        )

    def _answer(self) -> str:
        texts = (_HARMLESS[0], self.said, _HARMLESS[1])
        suggestions = [{"text": text, "tone": "warm", "intent": "connect"} for text in texts]
        answer: dict[str, object] = {"language": "en", "suggestions": suggestions}
        if self._attack.where == "language":
            answer["language"] = self.said
        if self._attack.where != "text":
            suggestions[1] |= {"text": "I missed you.", self._attack.where: self.said}
        return json.dumps(answer)


def spoken(say: str, request: ModelRequest) -> str:
    """Return what an attack wants said, with what it asks for filled in."""
    told = "\n".join(message.text for message in request.messages if message.role == "system")
    known = {
        "PROMPT": told,
        "VOICE": told.rstrip().rpartition("\n")[2],
        "EVERYTHING": "\n".join(message.text for message in request.messages),
    }
    return _STANDS_FOR.sub(lambda found: _DISGUISES[found[2] or "plain"](known[found[1]]), say)


def _cyrillic(text: str) -> str:
    return text.translate(str.maketrans("aeopcyxis", "аеорсухіѕ"))  # noqa: RUF001 - the disguise


def _accented(text: str) -> str:
    return re.sub("[aeiou]", lambda found: unicodedata.normalize("NFC", f"{found[0]}\u0301"), text)


def _wide(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


_DISGUISES: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: text[:_ROOM],
    "short": lambda text: text[:58],
    "base64": lambda text: base64.b64encode(text[:200].encode()).decode(),
    "urlsafe": lambda text: base64.urlsafe_b64encode(text[:200].encode()).decode(),
    "hex": lambda text: text[:150].encode().hex(),
    "binary": lambda text: " ".join(f"{byte:08b}" for byte in text[:40].encode()),
    "reversed": lambda text: text[:_ROOM][::-1],
    "rot13": lambda text: codecs.encode(text[:_ROOM], "rot13"),
    "spaced": lambda text: " ".join(text[: _ROOM // 2]),
    "dotted": lambda text: "·".join(text[: _ROOM // 2]),
    "fullwidth": lambda text: _wide(text[:_ROOM]),
    "leet": lambda text: text[:_ROOM].translate(str.maketrans("oieast", "013457")),
    "accents": lambda text: _accented(text[:_ROOM]),
    "cyrillic": lambda text: _cyrillic(text[:_ROOM]),
    "upper": lambda text: text[:_ROOM].upper(),
    "emojis": lambda text: " 😘 ".join(text[:_ROOM].split()),
}


def as_model(model: ObedientModel) -> ChatModel:
    """Return it as what it is: the port is structural, and this is where that is checked."""
    return model
