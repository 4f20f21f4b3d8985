"""Letters as they arrive: on a desk and on two phones, one of them dark."""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path

from infra.local.pictures.camera import Camera, Window
from infra.local.pictures.letters import samples

_SHOWN = (("digest", 640, "light"), ("completed", 390, "dark"), ("failed", 390, "light"))
_HEIGHT = 1_250
#: A window within a page has the page's scheme: the dark one has to be asked for in the letter itself.
_IN_THE_DARK = "(prefers-color-scheme: dark)"
_LOOK = """[...document.querySelectorAll('iframe')]
    .every((frame) => frame.contentDocument.readyState === 'complete')"""
_STYLE = f"""
body {{ margin: 0; padding: 24px; display: flex; gap: 24px; background: #c9c4d6 }}
iframe {{ border: 0; border-radius: 16px; height: {_HEIGHT}px; flex: none }}
"""


def take(camera: Camera, target: Path) -> None:
    """Put three letters side by side, each in a window of its own."""
    letters = samples()
    windows = "".join(
        f'<iframe style="width: {width}px" srcdoc="{escape(_in_scheme(letters[name], scheme))}"></iframe>'
        for name, width, scheme in _SHOWN
    )
    with tempfile.TemporaryDirectory(prefix="huntaze-picture-") as name:
        page = Path(name) / "mail.html"
        page.write_text(
            f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{windows}", encoding="utf-8"
        )
        width = sum(width + 24 for _, width, _ in _SHOWN) + 24
        camera.take(page.as_uri(), target, window=Window(width=width), until=_LOOK)


def _in_scheme(html: str, scheme: str) -> str:
    return html.replace(_IN_THE_DARK, "all") if scheme == "dark" else html
