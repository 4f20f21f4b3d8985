"""The console's files: what is served, under which policy, and that its words and its library are whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workers.operations.console_files import Served, asset, content_security_policy, page

ROOT = Path(__file__).resolve().parents[3]
CONSOLE = ROOT / "workers" / "operations" / "console"
LIBRARY = "signalr.min.js"
SCRIPTS = sorted(path for path in CONSOLE.glob("*.js") if path.name != LIBRARY)
DICTIONARIES = {"en.js", "fr.js", "en-codes.js", "fr-codes.js"}
_SVG = "http://www.w3.org/2000/svg"


def version() -> str:
    found = re.search(r"/api/console/([0-9a-f]+)/main\.js", page(None).body.decode())
    assert found
    return found[1]


def served(name: str) -> Served:
    found = asset(version(), name)
    assert found is not None
    return found


def words(language: str) -> dict[str, str]:
    """Return a dictionary's words; each stands on a line of its own."""
    found = {}
    for name in (f"{language}.js", f"{language}-codes.js"):
        for line in (CONSOLE / name).read_text().splitlines():
            if entry := re.fullmatch(r"  '?([\w.-]+)'?: '(.*)',", line):
                assert entry[1] not in found, f"{entry[1]} is there twice"
                found[entry[1]] = entry[2]
    return found


def test_the_page_loads_its_own_files_and_nothing_inline() -> None:
    text = page(None).body.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert loaded
    for address in loaded:
        prefix, _, name = address.rpartition("/")
        assert prefix == f"/api/console/{version()}"
        assert served(name).body


def test_the_policy_names_no_third_party() -> None:
    """Only the app and its SignalR service are talked to; the browser itself refuses markup from text."""
    policy = content_security_policy("https://huntaze.service.signalr.net/client/?hub=huntaze")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self' https://huntaze.service.signalr.net wss://huntaze.service.signalr.net",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert "connect-src 'self'" in content_security_policy(None).split("; ")


def test_the_page_is_asked_for_anew_and_its_files_once() -> None:
    found = page(None)
    assert found.headers["Cache-Control"] == "no-cache"
    assert found.headers["Referrer-Policy"] == "no-referrer"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in served("main.js").headers["Cache-Control"]
    assert (served("main.js").mimetype, served("look.css").mimetype) == ("text/javascript", "text/css")


@pytest.mark.parametrize(
    "name",
    ["page.html", "", ".", "..", "../answers.py", "..%2fanswers.py", "/etc/passwd", "main.js/", "MAIN.JS"],
)
def test_nothing_else_is_served(name: str) -> None:
    assert asset(version(), name) is None


def test_another_version_has_no_files() -> None:
    """A page that an older app served finds out by itself, and never mixes two versions."""
    assert asset("0" * 12, "main.js") is None


def test_the_client_library_is_the_one_that_is_tested() -> None:
    package = ROOT / "node_modules" / "@microsoft" / "signalr"
    assert (CONSOLE / LIBRARY).read_bytes() == (package / "dist" / "browser" / LIBRARY).read_bytes()
    told = json.loads((package / "package.json").read_text())
    licence = (CONSOLE / "signalr.LICENSE.txt").read_text()
    assert f"@microsoft/signalr {told['version']}," in licence
    assert told["license"] == "MIT"
    assert "The MIT License" in licence


def test_both_languages_say_everything() -> None:
    english, french = words("en"), words("fr")
    assert english.keys() == french.keys()
    assert all(english.values())
    assert all(french.values())
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) >= set(re.findall(r"\{\w+\}", french[key])), key


def test_every_word_that_is_used_is_there_and_none_is_left_over() -> None:
    """Words with a count have two endings, for one and for more; codes are looked up as they come."""
    known = words("en")
    text = "\n".join(path.read_text() for path in SCRIPTS if path.name not in DICTIONARIES)
    quoted = set(re.findall(r"'([\w-]+(?:\.[\w-]+)*)'", text))
    beginnings = set(re.findall(r"`([\w.-]+\.)\$\{", text)) | {
        f"{family}." for family in [*re.findall(r"word\('(\w+)'", text), "type", "state", "code"]
    }
    used = quoted | {key for key in known if any(key.startswith(each) for each in beginnings)}
    missing = {
        key for key in re.findall(r"\bt\('([\w.-]+)'", text) if not {key, f"{key}.other"} & known.keys()
    }
    assert not missing
    left_over = {
        key for key in known if not {key, key.removesuffix(".one"), key.removesuffix(".other")} & used
    }
    assert not left_over


def test_text_never_becomes_markup() -> None:
    """There is one way to make an element, and it takes text as text."""
    for path in SCRIPTS:
        text = path.read_text()
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Function\(", text
        )
        assert re.findall(r"https?://[^\s'\"`]+", text) in ([], [_SVG]), path.name


def test_keys_leave_as_headers_only() -> None:
    """They are read in one module, which makes headers of them; the address never gets them."""
    for path in SCRIPTS:
        if path.name != "keys.js":
            assert "sessionStorage" not in path.read_text(), path.name
        assert not re.search(r"localStorage\.setItem\((?!REMEMBERED)", path.read_text()), path.name


def test_modules_are_small() -> None:
    for path in [*SCRIPTS, *CONSOLE.glob("*.css")]:
        assert len(path.read_text().splitlines()) < 300, path.name
