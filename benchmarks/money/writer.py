"""A model that writes answers of the usual form and length, and counts its tokens.

Its sentences are made of a fan's own words at random and mean nothing; no two are alike. So what is measured
is what calls cost and who repeats whom, not how good answers are; for that there are the golden sets.
"""

from __future__ import annotations

import json
import random

from benchmarks.money.tokens import Tokens
from benchmarks.money.traffic import words
from shared.ai.deployment import Deployment
from shared.ai.port import Complexity, FinishReason, ModelCall, ModelReply, ModelRequest, Usage
from workers.chat_suggestions.bank_prompt import LINES_PER_TONE

#: The chat template around a turn.
_TURN_TOKENS = 4
_TONES = ("warm", "playful", "curious")
#: Words of a reply: one short sentence or two, about as long as the rules allow (15, 17 and 15 words).
_LIGHT_WORDS = (7, 15)
_WORDS = (7, 17)
_BANK_WORDS = (7, 15)
#: Of a small model's answers these are of no use, so that the larger one is asked as well. An assumption.
SPOILT = 0.03


class Writer:
    """One deployment's model."""

    def __init__(self, deployment: Deployment, chance: random.Random, tokens: Tokens) -> None:
        self._deployment = deployment
        self._tokens = tokens
        self._chance = chance

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Write what the task asks for."""
        text = self._bank(request) if request.task.name == "chat.bank" else self._suggestions(request)
        if self._deployment.family.startswith("Phi") and self._chance.random() < SPOILT:
            text = text[: len(text) * 2 // 3]
        family = self._deployment.family
        usage = Usage(
            input_tokens=sum(
                _TURN_TOKENS + self._tokens(family, message.text) for message in request.messages
            ),
            output_tokens=self._tokens(family, text),
        )
        cost = self._deployment.price_usd_micros(usage.input_tokens, usage.output_tokens)
        request.spent(
            ModelCall(
                task=request.task.name,
                role=request.task.role,
                deployment=self._deployment.name,
                usage=usage,
                cost_usd_micros=cost,
            )
        )
        return ModelReply(
            text=text,
            deployment=self._deployment.name,
            finish_reason=FinishReason.STOP,
            usage=usage,
            cost_usd_micros=cost,
        )

    def _suggestions(self, request: ModelRequest) -> str:
        language = request.language or "en"
        length = _LIGHT_WORDS if request.complexity is Complexity.SIMPLE else _WORDS
        replies = [self._sentence(language, tone, length) for tone in _TONES]
        return json.dumps({"replies": replies}, ensure_ascii=False)

    def _bank(self, request: ModelRequest) -> str:
        language = request.language or "en"
        lines = {
            tone: [self._sentence(language, tone, _BANK_WORDS) for _ in range(LINES_PER_TONE)]
            for tone in _TONES
        }
        return json.dumps(lines, ensure_ascii=False)

    def _sentence(self, language: str, tone: str, length: tuple[int, int]) -> str:
        chosen = self._chance.choices(words(language), k=self._chance.randint(*length))
        end = "?" if tone == "curious" else self._chance.choice((".", "!", " 😘"))
        return " ".join(chosen).capitalize() + end
