"""Pictures are counted by their size, as the model that sees them counts."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest

from infra.local.model_simulator.completions import completion


def _url(width: int, height: int) -> str:
    _, data = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8))
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}"


def _prompt_tokens(*urls: str) -> int:
    content = [
        {"type": "text", "text": "Look."},
        *({"type": "image_url", "image_url": {"url": url}} for url in urls),
    ]
    asked = {"model": "Phi-4-multimodal-instruct", "messages": [{"role": "user", "content": content}]}
    answered = completion(asked, 1, None, thinking_apart=False)
    tokens: int = answered["usage"]["prompt_tokens"]
    return tokens


@pytest.mark.parametrize(
    ("width", "height", "tokens"), [(756, 1344, 1_617), (504, 896, 881), (448, 448, 545)]
)
def test_a_picture_takes_what_its_size_says(width: int, height: int, tokens: int) -> None:
    assert _prompt_tokens(_url(width, height)) - _prompt_tokens() == tokens


def test_a_picture_of_unknown_size_takes_what_azures_sample_took() -> None:
    assert _prompt_tokens("https://example.com/x.jpg") - _prompt_tokens() == 2_380
