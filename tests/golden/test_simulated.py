"""The golden sets against the simulator, through the app's router: what a real endpoint is asked by hand."""

from __future__ import annotations

import pytest

from infra.local.model_simulator import Endpoint
from tests.golden.asked import router
from tests.golden.report import as_json, markdown
from tests.golden.running import run
from tests.golden.subjects import SUBJECTS


@pytest.mark.parametrize("name", SUBJECTS)
async def test_every_case_passes_every_check(name: str, model_endpoint: Endpoint) -> None:
    """And the report says so."""
    async with router(model_endpoint.url, model_endpoint.key) as model:
        outcomes = await run(SUBJECTS[name], model, at_once=16)
    remarks = [
        f"{outcome.case.id}: {outcome.error or outcome.problems}"
        for outcome in outcomes
        if outcome.error or any(outcome.problems.values())
    ]
    assert not remarks
    assert "Nothing to remark." in markdown({name: outcomes}, "the simulator")
    assert as_json({name: outcomes}, "the simulator")["workers"][name]["cases"]
