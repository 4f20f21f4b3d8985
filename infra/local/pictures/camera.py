"""A real Chromium that takes pictures of pages."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from infra.local.process import ROOT, ServiceError

_SHOOT = Path(__file__).with_name("shoot.mjs")
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, kw_only=True)
class Window:
    """A browser's window, and who looks through it."""

    #: In CSS pixels; 390 is a phone's.
    width: int = 900
    #: If only what is seen at once is to be shown; `None`: all of the page is.
    height: int | None = None
    #: What the browser prefers.
    language: str = "en-US"
    dark: bool = False
    #: What the page's session storage holds when it begins.
    session: Mapping[str, str] = field(default_factory=dict)


_WINDOW = Window()


class Camera:
    """Takes pictures, each with a browser of its own."""

    def take(
        self,
        url: str,
        target: Path,
        *,
        window: Window = _WINDOW,
        until: str = "document.readyState === 'complete'",
        opened: Callable[[], None] = lambda: None,
    ) -> None:
        """Take a picture of a page, at twice its size.

        Args:
            url: what to open; a file's address will do.
            target: the PNG to write.
            window: what it is seen in.
            until: JavaScript that is true once the page looks as it should.
            opened: called when the page is open and before it is waited for.

        Raises:
            ServiceError: there is no Chromium, or the page never looked so.
        """
        browser = next((found for name in _NAMES if (found := shutil.which(name))), None)
        if browser is None:
            raise ServiceError("Pictures are taken in Chromium: install it (`make browser`).")
        wanted = {"browser": browser, "url": url, "target": str(target), "until": until, **asdict(window)}
        process = subprocess.Popen(  # noqa: S603 - our own program
            ["node", str(_SHOOT), json.dumps(wanted)],  # noqa: S607
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            if process.stdout and process.stdout.readline():
                opened()
        if process.returncode:
            raise ServiceError(f"No picture of {url.partition('#')[0]} was taken.")
