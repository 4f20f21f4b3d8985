"""A twin of `az` with the few commands that the scripts use, for when the real one is not installed.

It sends the requests that the real one sends, to the same stand-in for Azure, in a tenth of a second each.
Standard library only: it starts as a program of its own. `make scripts` runs the same tests with the real
one.
"""

from __future__ import annotations

import argparse
import json
import os
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

URL = os.environ["AZ_TWIN_URL"]
SUBSCRIPTION = os.environ["AZ_TWIN_SUBSCRIPTION"]


def main() -> None:
    words, asked = _parsed(sys.argv[1:])
    printed = _COMMANDS[" ".join(words)](asked)
    if printed is not None and asked.output == "json":
        sys.stdout.write(json.dumps(printed))


def _parsed(arguments: list[str]) -> tuple[list[str], argparse.Namespace]:
    count = next((at for at, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    parser = argparse.ArgumentParser(prog="az")
    for name in (
        "resource-group",
        "name",
        "file",
        "outfile",
        "template-file",
        "src",
        "slot",
        "location",
        "resource",
        "build-remote",
        "namespace",
    ):
        parser.add_argument(f"--{name}")
    parser.add_argument("--output", default="json")
    parser.add_argument("--parameters", nargs="*", default=[])
    parser.add_argument("--tags", nargs="*", default=[])
    parser.add_argument("--no-pretty-print", action="store_true")
    parser.add_argument("--wait", action="store_true")
    return arguments[:count], parser.parse_args(arguments[count:])


def _send(method: str, url: str, body: bytes | None = None) -> Any:
    context = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)  # noqa: S310
    for attempt in range(4):
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as answer:  # noqa: S310
                content = answer.read()
                return json.loads(content) if content else None
        except urllib.error.HTTPError as error:
            said = error.read().decode()
            if error.code == 429 and attempt < 3:  # as the real one does
                time.sleep(0.01)
                continue
            sys.exit(f"ERROR: ({json.loads(said)['error']['code']}) {said}")
    return None


def _scope(asked: argparse.Namespace) -> str:
    return f"{URL}/subscriptions/{SUBSCRIPTION}/resourcegroups/{asked.resource_group}"


def _deployment(asked: argparse.Namespace) -> bytes:
    parameters: dict[str, Any] = {}
    for each in asked.parameters:
        if each.startswith("@"):
            parameters |= json.loads(Path(each[1:]).read_text())["parameters"]
        else:
            name, _, value = each.partition("=")
            parameters[name] = {"value": value}
    template = json.loads(Path(asked.template_file).read_text())
    return json.dumps(
        {"properties": {"mode": "Incremental", "template": template, "parameters": parameters}}
    ).encode()


def _bicep(asked: argparse.Namespace) -> None:
    done = subprocess.run(["bicep", "build", asked.file, "--outfile", asked.outfile], check=False)  # noqa: S603, S607
    if done.returncode:
        sys.exit("ERROR: bicep")


def _what_if(asked: argparse.Namespace) -> Any:
    path = f"{_scope(asked)}/providers/Microsoft.Resources/deployments/what-if/whatIf"
    answer = _send("POST", path, _deployment(asked))
    return {"status": answer["status"], "changes": answer["properties"]["changes"]}


def _create(asked: argparse.Namespace) -> Any:
    path = f"{_scope(asked)}/providers/Microsoft.Resources/deployments/{asked.name}"
    _send("POST", f"{path}/validate", _deployment(asked))
    return _send("PUT", path, _deployment(asked))


def _site(asked: argparse.Namespace) -> str:
    slot = f"/slots/{asked.slot}" if asked.slot else ""
    return f"{_scope(asked)}/providers/Microsoft.Web/sites/{asked.name}{slot}"


def _zip(asked: argparse.Namespace) -> None:
    host = _send("GET", _site(asked))["properties"]["defaultHostName"]
    _send("POST", f"https://{host}/api/zipdeploy?isAsync=true", Path(asked.src).read_bytes())


_COMMANDS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "version": lambda _: {"azure-cli": "2.91.0"},
    "account show": lambda _: {"id": SUBSCRIPTION, "name": "stand-in"},
    "account get-access-token": lambda _: {"accessToken": "twin"},
    "cloud show": lambda _: {"endpoints": {"resourceManager": f"{URL}/"}},
    "bicep build": _bicep,
    "group create": lambda asked: _send(
        "PUT", f"{URL}/subscriptions/{SUBSCRIPTION}/resourcegroups/{asked.name}", b"{}"
    ),
    "deployment group what-if": _what_if,
    "deployment group create": _create,
    "functionapp deployment source config-zip": _zip,
    "functionapp deployment slot swap": lambda asked: _send("POST", f"{_site(asked)}/slotsswap", b"{}"),
    "provider register": lambda _: None,
}

if __name__ == "__main__":
    main()
