"""Part 6: the hostile corpora, canaries in every secret, and what is shipped."""

from __future__ import annotations

from pathlib import Path

from proof import canaries, dependencies
from proof.canaries import KEPT
from proof.parts import Part, Promise, Setting

_ROOT = Path(__file__).resolve().parents[1]


async def security(setting: Setting) -> Part:
    """Count the corpora, let canaries sing, and write the bill of materials."""
    setting.tell("canaries in every secret and payload")
    found = await canaries.sung(setting.directory / "security")
    setting.tell("dependencies")
    parts = dependencies.components()
    bill = setting.output / "sbom.cdx.json"
    dependencies.write_bill(parts, bill)
    unpinned, binding = dependencies.unpinned(), dependencies.binding(parts)
    good = not found.found and not unpinned and not binding
    nowhere = (
        f"{found.secrets} secrets of settings, {found.payloads} canaries in payloads, URLs, headers and"
        f" properties: {len(found.found)} found in {found.log_bytes / 1_000:.0f} KB of log (DEBUG),"
        f" {found.columns} columns and {found.answers} HTTP answers"
    )
    return Part(
        name="security",
        title="Security",
        good=good,
        figures=[
            ("secret canaries", nowhere),
            ("columns that have to hold payloads, and did", ", ".join(sorted(found.kept))),
            *corpora(),
            (
                "dependencies shipped, all pinned to one version",
                f"{len(parts)}, {'yes' if not unpinned else 'NO'}",
            ),
            ("licences that bind what is shipped with them (GPL and the like)", ", ".join(binding) or "none"),
            ("bill of materials (CycloneDX 1.5)", f"{len(parts)} components in `{bill.name}`"),
        ],
        notes=[
            (
                "No advisory source was reachable from the machine of this run, so that no audit of known"
                " vulnerabilities is part of it; elsewhere:"
                " `uvx pip-audit -r requirements.txt --no-deps --disable-pip`."
            ),
            "Where payloads have to be: "
            + "; ".join(f"`{name}` ({why})" for name, why in KEPT.items())
            + ".",
            "The log is the app's own; the embedded services, which never ship, keep theirs.",
            *(f"FOUND: {canary} in {where}" for canary, where in found.found),
        ],
        promises=[Promise(name="R20", measured=nowhere, holds=not found.found)],
        data={"found": found.found, "secrets": found.secrets, "kept": sorted(found.kept)},
    )


def corpora() -> list[tuple[str, str]]:
    """Return how large the hostile corpora are; the tests that use them run in another part."""
    from tests.e2e.corpus.encodings import encodings
    from tests.e2e.corpus.fields import fields
    from tests.e2e.corpus.identities import identities
    from tests.e2e.corpus.numbers import numbers
    from tests.e2e.corpus.properties import properties
    from tests.e2e.corpus.structures import structures
    from tests.e2e.corpus.texts import texts
    from tests.hostile_sample import CASES

    makers = (encodings, fields, identities, numbers, properties, structures, texts)
    bodies = sum(len(list(make())) for make in makers)
    return [
        ("hostile messages", f"{bodies}"),
        ("SSRF vectors", f"{_lines('tests/integration/ssrf/corpus.jsonl')}"),
        ("broken and hostile media files", f"{len(CASES)}"),
        ("prompt injections", f"{_lines('tests/injection/attacks.jsonl')}"),
    ]


def _lines(path: str) -> int:
    return len((_ROOT / path).read_text(encoding="utf-8").splitlines())
