"""A real Chromium that takes pictures of pages."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from infra.local.process import ROOT, ServiceError

_SHOOT = Path(__file__).with_name("shoot.mjs")
_NAMES = ("chromium", "chromium-browser", "google-chrome")


class Camera:
    """Takes pictures, each with a browser of its own."""

    def take(
        self,
        url: str,
        target: Path,
        *,
        width: int = 900,
        until: str = "document.readyState === 'complete'",
        opened: Callable[[], None] = lambda: None,
    ) -> None:
        """Take a picture of a whole page, at twice its size.

        Args:
            url: what to open; a file's address will do.
            target: the PNG to write.
            width: of the window, in CSS pixels; 390 is a phone's.
            until: JavaScript that is true once the page looks as it should.
            opened: called when the page is open and before it is waited for.

        Raises:
            ServiceError: there is no Chromium, or the page never looked so.
        """
        browser = next((found for name in _NAMES if (found := shutil.which(name))), None)
        if browser is None:
            raise ServiceError("Pictures are taken in Chromium: install it (`make browser`).")
        wanted = {"browser": browser, "url": url, "target": str(target), "width": width, "until": until}
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
