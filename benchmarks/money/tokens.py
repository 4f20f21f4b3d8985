"""Tokens, counted as the models count them, without a network.

Phi-4-mini reads OpenAI's `o200k_base` (its model card: a vocabulary of 200,064) and DeepSeek its own; both
are in LiteLLM's wheel.
Any other model is counted with Llama 2's, which is in WordLlama's and takes more tokens.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from benchmarks.money.embedding import tokens as llama_tokens

Tokens = Callable[[str, str], int]


@lru_cache(maxsize=20_000)  # every call begins with the same rules
def tokens(family: str, text: str) -> int:
    """Return how many tokens a text takes at a model of a family."""
    if family.startswith("Phi-4"):
        return len(_o200k().encode(text, disallowed_special=()))
    if family.startswith("DeepSeek"):
        return len(_deepseek().encode(text, add_special_tokens=False).ids)
    return llama_tokens(text)


def _directory() -> Path:
    """Return where LiteLLM keeps tokenizers; importing it would take seconds."""
    from importlib.metadata import distribution

    return Path(str(distribution("litellm").locate_file("litellm/litellm_core_utils/tokenizers")))


@cache
def _o200k() -> Any:
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(_directory()))
    import tiktoken

    return tiktoken.get_encoding("o200k_base")


@cache
def _deepseek() -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(_directory() / "deepseek_tokenizer.json"))
