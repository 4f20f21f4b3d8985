"""What a request will cost before it is asked: estimates, for choosing among deployments.

What is held of a budget, and what is charged when a service counts nothing, are upper bounds of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.ai.deployment import Deployment
from shared.ai.pictures import tokens_of
from shared.ai.port import Message, ModelRequest

#: English takes about four letters a token; prompts in JSON, and names, take fewer.
_ASCII_PER_TOKEN = 3
#: An accented letter (2 bytes) about one token, a Chinese character (3) at most two, an emoji (4) two.
_OTHER_BYTES_PER_TOKEN = 2
#: The chat template around a turn.
_TOKENS_PER_TURN = 8
#: A picture of unknown size; the one of Azure's sample for Phi-4-multimodal takes 2,380.
_TOKENS_PER_IMAGE = 2_400
#: Answers are half as long as they may be; thoughts are those of Azure's sample of DeepSeek-R1.
_ANSWER_SHARE = 2
_THOUGHT_TOKENS = 836


def input_tokens(messages: Sequence[Message]) -> int:
    """Return about how many tokens a conversation takes, rather more than fewer."""
    pictures = sum(tokens_of(image, unknown=_TOKENS_PER_IMAGE) for m in messages for image in m.images)
    return pictures + sum(_TOKENS_PER_TURN + _text_tokens(m.text) for m in messages)


def expected_usd_micros(request: ModelRequest, deployment: Deployment, asked_tokens: int) -> int:
    """Return what a request probably costs at a deployment.

    Args:
        request: the request.
        deployment: where it would be asked.
        asked_tokens: its `input_tokens`, which are the same everywhere.
    """
    thoughts = _THOUGHT_TOKENS if deployment.reasoning else 0
    answer = min(request.task.max_output_tokens // _ANSWER_SHARE + thoughts, deployment.max_output_tokens)
    return deployment.price_usd_micros(asked_tokens, answer)


def most_usd_micros(request: ModelRequest, deployment: Deployment, asked_tokens: int) -> int:
    """Return what a request costs at a deployment if the answer is as long as it may be."""
    answer = deployment.most_output_tokens(request.task.max_output_tokens)
    return deployment.price_usd_micros(asked_tokens, answer)


def _text_tokens(text: str) -> int:
    if text.isascii():
        return -(-len(text) // _ASCII_PER_TOKEN)
    letters = len(text.encode("ascii", "ignore"))
    others = len(text.encode(errors="replace")) - letters
    return -(-letters // _ASCII_PER_TOKEN) + -(-others // _OTHER_BYTES_PER_TOKEN)
