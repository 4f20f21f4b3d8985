"""Tokens and sentence embeddings without a network: WordLlama's, which are in its wheel.

WordLlama 0.4 (MIT): 256 dimensions, the average of trained token vectors, mostly of English. A model hub
cannot be reached from where this runs, so no larger encoder was tried; published reports have the same
kinds of pairs go wrong with those, too (vllm-project/semantic-router#2691, zilliztech/GPTCache#694). The
tokenizer is Llama 2's, which takes rather more tokens for a text than DeepSeek's larger one.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any


@cache
def _loaded() -> Any:
    import wordllama

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)


def embedded(text: str, **_: Any) -> Any:
    """Return a text's vector."""
    return _loaded().embed([text])[0].astype("float32")


@lru_cache(maxsize=10_000)  # every call begins with the same rules
def tokens(text: str) -> int:
    """Return how many tokens a text takes."""
    return len(_loaded().tokenizer.encode(text, add_special_tokens=False).ids)
