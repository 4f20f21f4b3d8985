"""The few lines that README shows, from the last run; the committed page begins with the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

BEGINNING, END = "<!-- proof -->", "<!-- /proof -->"


def lines(document: Mapping[str, Any]) -> list[str]:
    """Return one line for each part that has one."""
    parts = document["parts"]
    told = [f"- {line}" for name, tell in _TELLERS.items() if name in parts for line in tell(parts[name])]
    kept = [name for name, each in document["promises"].items() if each["holds"]]
    broken = [name for name, each in document["promises"].items() if each["holds"] is False]
    told.append(
        f"- Of the 24 promises of the list, {len(kept)} were measured and kept"
        + (
            f", {', '.join(broken)} not kept."
            if broken
            else "; the page says why the others were not measured."
        )
    )
    return told


def put(readme: Path, told: list[str]) -> None:
    """Put the lines between their marks."""
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGINNING)
    after = rest.partition(END)[2]
    readme.write_text("\n".join([before + BEGINNING, *told, END]) + after, encoding="utf-8")


def _main(part: Mapping[str, Any]) -> Iterator[str]:
    data = part["data"]
    yield (
        f"{data['acknowledged']:,} jobs, {data['duplicates']:,} of them sent twice, under {data['kills']}"
        f" SIGKILLs and {sum(data['faults'].values())} failures of PostgreSQL, Redis and the broker:"
        f" **{data['lost']} lost, {data['duplicated']} ended twice, {data['unannounced']} events missing,"
        f" {data['ledger_doubled'] + data['webhooks_doubled']} effects doubled.**"
    )


def _orderings(part: Mapping[str, Any]) -> Iterator[str]:
    found = dict(map(tuple, part["figures"])).get("broken orderings found", "")
    yield f"The same harness finds {found} orderings that look right and are not."


def _faults(part: Mapping[str, Any]) -> Iterator[str]:
    rows = part["tables"][0][1:]
    good = sum(row[-1] == "yes" for row in rows)
    yield f"{good} of {len(rows)} single faults, from wrong clocks to full disks, do no more than they may."


def _load(part: Mapping[str, Any]) -> Iterator[str]:
    figures = dict(map(tuple, part["figures"]))
    yield (
        f"One process on one core: {figures['messages a second, one process on one core']} messages a second"
        f" through the whole host, the evening peak of"
        f" {figures['one process keeps up with the evening peak of']}, in"
        f" {figures['most memory, host and its children']}."
    )


def _model(part: Mapping[str, Any]) -> Iterator[str]:
    for what, told in part["figures"]:
        yield f"Model check ({what}): {told}."


def _security(part: Mapping[str, Any]) -> Iterator[str]:
    figures = dict(map(tuple, part["figures"]))
    yield f"Canaries: {figures['secret canaries']}."


_TELLERS = {
    "main": _main,
    "orderings": _orderings,
    "faults": _faults,
    "load": _load,
    "model": _model,
    "security": _security,
}
