"""The page says what was measured: the worst counts, nothing unmeasured is called kept, charts are whole."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from proof import page
from proof.charts import svg
from proof.load_page import Burst, memory_growth_mib, percentile
from proof.load_watch import Sample
from proof.parts import Chart, Part, Promise
from proof.targets import TARGETS, verdicts


def test_the_worst_of_several_measurements_counts() -> None:
    told = verdicts(
        [
            Promise(name="R4", measured="a", holds=True),
            Promise(name="R4", measured="b", holds=False),
            Promise(name="R22", measured="c", holds=None),
            Promise(name="R22", measured="d", holds=True),
        ]
    )
    assert (told["R4"].measured, told["R4"].holds) == ("a; b", False)
    assert (told["R22"].measured, told["R22"].holds) == ("c; d", True)
    assert told["R2"].holds is None
    assert list(told) == list(TARGETS) == [f"R{number}" for number in range(1, 25)]


def test_parts_of_several_runs_make_one_page(tmp_path: Path) -> None:
    for name, good in (("main", True), ("model", False)):
        document = page.begun(tmp_path, afresh=False)
        page.add(document, Part(name=name, title=f"The {name} part", good=good), tmp_path)
        written = page.write(document, {"seed": "7"}, ["main", "model"], tmp_path)
    text = written.read_text()
    assert "**NOT all promises kept.**" in text
    assert text.index("The main part") < text.index("The model part (NOT GOOD)")
    assert json.loads((tmp_path / "proof.json").read_text())["good"] is False


def test_a_chart_is_well_formed_and_escaped() -> None:
    chart = Chart(name="n", title="a < b", x="s", y="jobs", lines={"<one>": [(0, 1), (2, 3)], "none": []})
    root = ET.fromstring(svg(chart))  # noqa: S314 - our own
    assert len(root.findall("{http://www.w3.org/2000/svg}polyline")) == 2


def test_a_slope_is_not_bent_by_spikes() -> None:
    heights = [100 + 0.01 * number + (500 if number % 17 == 0 else 0) for number in range(300)]
    samples = [
        Sample(at=float(number), host_mib=height, children_mib=0, backlog=0)
        for number, height in enumerate(heights)
    ]
    burst = Burst(
        messages=1, one_per_second=1, two_per_second=1, videos_per_second=1, soak=samples, soaked=299
    )
    assert 9 < memory_growth_mib(burst) < 11
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.99) == 4.0
