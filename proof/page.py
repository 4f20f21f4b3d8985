"""The page: Markdown for people, JSON for machines, charts beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from proof.charts import svg
from proof.parts import Part
from proof.targets import TARGETS, Verdict, verdicts

_MARKS = {True: "kept", False: "**NOT KEPT**", None: "not here"}


def write(parts: Sequence[Part], machine: Mapping[str, str], output: Path) -> Path:
    """Write the page and its attachments; return the page."""
    output.mkdir(parents=True, exist_ok=True)
    for part in parts:
        for chart in part.charts:
            (output / f"{chart.name}.svg").write_text(svg(chart), encoding="utf-8")
    judged = verdicts(parts)
    document = {
        "machine": machine,
        "good": all(part.good for part in parts),
        "parts": {part.name: _as_json(part) for part in parts},
        "promises": {
            name: {"measured": verdict.measured, "holds": verdict.holds} for name, verdict in judged.items()
        },
    }
    (output / "proof.json").write_text(json.dumps(document, indent=1, default=str), encoding="utf-8")
    page = output / "proof.md"
    page.write_text("\n".join(_lines(parts, machine, judged, charts=True)) + "\n", encoding="utf-8")
    return page


def published(document: Mapping[str, Any]) -> str:
    """Return the short page that is committed: figures and verdicts, without charts."""
    lines = [
        "# Proof",
        "",
        "Written by `python -m proof --publish` from the last run of `make prove`; not by hand. The full page, its",
        (
            "charts and its JSON are under `.local/proof/` after a run. Repeat it: "
            f"`make prove ARGS='--seed {document['machine'].get('seed', '')}'`."
        ),
        "",
        *_table([("", ""), *document["machine"].items()]),
        "",
    ]
    for part in document["parts"].values():
        lines += [
            f"## {part['title']}",
            "",
            *_table([("what", "measured"), *map(tuple, part["figures"])]),
            "",
        ]
        for table in part["tables"]:
            lines += [*_table(table), ""]
        lines += [*(f"- {note}" for note in part["notes"]), ""] if part["notes"] else []
    rows = [
        (name, TARGETS[name].scenario, TARGETS[name].target, told["measured"], _MARKS[told["holds"]])
        for name, told in document["promises"].items()
    ]
    lines += ["## R1 to R24", "", *_table([("", "scenario", "target", "measured", "verdict"), *rows])]
    return "\n".join(lines) + "\n"


def _as_json(part: Part) -> dict[str, Any]:
    return {name: value for name, value in asdict(part).items() if name != "charts"}


def _lines(
    parts: Sequence[Part], machine: Mapping[str, str], judged: Mapping[str, Verdict], *, charts: bool
) -> Iterator[str]:
    good = all(part.good for part in parts)
    yield from ("# Proof", "", f"**{'All promises kept.' if good else 'NOT all promises kept.'}**", "")
    yield from _table([("", ""), *machine.items()])
    for part in parts:
        mark = "" if part.good else " (NOT GOOD)"
        yield from ("", f"## {part.title}{mark}", "", f"{part.seconds:.0f} s.", "")
        if part.figures:
            yield from _table([("what", "measured"), *part.figures])
        for table in part.tables:
            yield from ("", *_table(table))
        for note in part.notes:
            yield from ("", f"- {note}")
        for chart in part.charts if charts else ():
            yield from ("", f"![{chart.title}]({chart.name}.svg)")
    rows = [
        (name, TARGETS[name].scenario, TARGETS[name].target, verdict.measured, _MARKS[verdict.holds])
        for name, verdict in judged.items()
    ]
    yield from ("", "## R1 to R24", "", *_table([("", "scenario", "target", "measured", "verdict"), *rows]))


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *rest = ([str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows)
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rest),
    ]
