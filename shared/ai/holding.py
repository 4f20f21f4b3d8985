"""How much of a budget to hold for a request: the most it can cost, which is more than it will."""

from __future__ import annotations

from collections.abc import Sequence

from shared.ai.deployment import Deployment
from shared.ai.pictures import tokens_of
from shared.ai.port import ModelRequest

#: The chat template around a turn, and the schema's name in words.
_TOKENS_PER_TURN = 16
#: A picture of unknown size; the one of Azure's sample takes 2,380.
_TOKENS_PER_IMAGE = 5_000
#: Nobody has compared the formula with Azure's bill yet.
_PICTURE_MARGIN = 2
#: A router asks no third deployment after two answers that were of no use.
PAID_ANSWERS = 2


def most_usd_micros(request: ModelRequest, deployments: Sequence[Deployment]) -> int:
    """Return the most that a request costs at the dearest of some deployments, a useless answer included."""
    input_tokens = most_input_tokens(request)
    return PAID_ANSWERS * max((_most_at(request, each, input_tokens) for each in deployments), default=0)


def most_input_tokens(request: ModelRequest) -> int:
    """Return the most tokens that a request's messages and schema can be: one for each byte."""
    schema = request.answer_schema
    told = len(repr(schema.json_schema)) if schema is not None else 0
    return told + sum(
        _TOKENS_PER_TURN
        + len(message.text.encode(errors="replace"))
        + sum(_PICTURE_MARGIN * tokens_of(image, unknown=_TOKENS_PER_IMAGE) for image in message.images)
        for message in request.messages
    )


def _most_at(request: ModelRequest, deployment: Deployment, input_tokens: int) -> int:
    output_tokens = deployment.most_output_tokens(request.task.max_output_tokens)
    fitting = min(input_tokens, deployment.context_tokens)
    return deployment.price_usd_micros(fitting, output_tokens)
