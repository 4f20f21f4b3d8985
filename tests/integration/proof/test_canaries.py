"""A canary in every secret, URL, header and payload of a run of the whole app, and a search for all."""

from __future__ import annotations

from pathlib import Path

from proof.canaries import KEPT, sung


async def test_no_secret_and_no_payload_is_where_it_has_no_business(stack_directory: Path) -> None:
    """The search itself finds what has to be there: payloads, in the columns that keep them."""
    found = await sung(stack_directory / "canaries")
    assert found.found == []
    assert found.secrets > 10
    assert {"jobs.body", "quarantine.body"} <= found.kept <= set(KEPT)
    assert found.log_bytes > 10_000
    assert found.answers > 100
