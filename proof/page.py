"""The page: Markdown for people, JSON for machines, charts beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from proof import summary
from proof.charts import svg
from proof.parts import Part, Promise
from proof.targets import TARGETS, verdicts

_MARKS = {True: "kept", False: "**NOT KEPT**", None: "not measured here"}
_DOCUMENT = "proof.json"

Document = dict[str, Any]


def begun(output: Path, *, afresh: bool) -> Document:
    """Return an empty document, or the one that is there, whose other parts stay as they are."""
    if not afresh and (output / _DOCUMENT).exists():
        return read(output)
    return {"machine": {}, "parts": {}}


def read(output: Path) -> Document:
    """Return what the last run left."""
    document: Document = json.loads((output / _DOCUMENT).read_text(encoding="utf-8"))
    return document


def add(document: Document, part: Part, output: Path) -> None:
    """Put a part into the document, in place of an older one of its name."""
    output.mkdir(parents=True, exist_ok=True)
    for chart in part.charts:
        (output / f"{chart.name}.svg").write_text(svg(chart), encoding="utf-8")
    kept = {name: value for name, value in asdict(part).items() if name != "charts"}
    document["parts"][part.name] = {**kept, "charts": {each.name: each.title for each in part.charts}}


def write(document: Document, machine: Mapping[str, str], order: Sequence[str], output: Path) -> Path:
    """Write the page and its JSON; return the page."""
    output.mkdir(parents=True, exist_ok=True)
    document["machine"] = dict(machine)
    document["parts"] = {name: document["parts"][name] for name in order if name in document["parts"]}
    document["good"] = all(part["good"] for part in document["parts"].values())
    document["promises"] = {
        name: {"measured": verdict.measured, "holds": verdict.holds}
        for name, verdict in verdicts(promises_of(document)).items()
    }
    (output / _DOCUMENT).write_text(json.dumps(document, indent=1, default=str), encoding="utf-8")
    page = output / "proof.md"
    page.write_text("\n".join(_whole(document)) + "\n", encoding="utf-8")
    return page


def promises_of(document: Document) -> list[Promise]:
    """Return what all parts say of the list."""
    return [Promise(**told) for part in document["parts"].values() for told in part["promises"]]


def published(document: Document) -> str:
    """Return the page that is committed: figures and verdicts, without charts."""
    seed = document["machine"].get("seed", "")
    head = [
        "# Proof",
        "",
        "Written by `python -m proof --publish` from the last run of `make prove`, not by hand. A run leaves",
        "the same page with charts, and its JSON, under `.local/proof/`. To repeat this one:",
        f"`make prove ARGS='--seed {seed}'`.",
        "",
        *summary.lines(document),
        "",
    ]
    return "\n".join([*head, *_body(document, charts=False)]) + "\n"


def _whole(document: Document) -> Iterator[str]:
    yield from ("# Proof", "")
    yield "**All promises kept.**" if document["good"] else "**NOT all promises kept.**"
    yield ""
    yield from _body(document, charts=True)


def _body(document: Document, *, charts: bool) -> Iterator[str]:
    yield from _table([("", ""), *document["machine"].items()])
    for part in document["parts"].values():
        yield from _section(part, charts=charts)
    rows = [
        (name, TARGETS[name].scenario, TARGETS[name].target, told["measured"], _MARKS[told["holds"]])
        for name, told in document["promises"].items()
    ]
    yield from ("", "## R1 to R24", "", *_table([("", "scenario", "target", "measured", "verdict"), *rows]))


def _section(part: Mapping[str, Any], *, charts: bool) -> Iterator[str]:
    yield from (
        "",
        f"## {part['title']}{'' if part['good'] else ' (NOT GOOD)'}",
        "",
        f"{part['seconds']:.0f} s.",
    )
    if part["figures"]:
        yield from ("", *_table([("what", "measured"), *part["figures"]]))
    for table in part["tables"]:
        yield from ("", *_table(table))
    if part["notes"]:
        yield ""
        yield from (f"- {note}" for note in part["notes"])
    if charts:
        for name, title in part["charts"].items():
            yield from ("", f"![{title}]({name}.svg)")


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *rest = ([str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows)
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rest),
    ]
