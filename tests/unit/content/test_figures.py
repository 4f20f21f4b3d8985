"""Numbers are computed here, from whatever front ends send."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.content_analysis.figures import figures_of, quantile
from workers.content_analysis.findings import Outlook

PAST = [{"views": n * 100, "likes": n * 10, "comments": n} for n in range(1, 11)]


def test_a_figure_stands_beside_the_past() -> None:
    figures = figures_of({"views": 800, "likes": "120", "past": PAST})
    views = next(each for each in figures.measured() if each.metric == "views")
    assert (views.value, views.median, views.percentile, views.sample) == (800, 550, 75.0, 10)
    assert figures.percentile("likes") == 100.0
    assert figures.past_count == 10


def test_the_rate_of_engagement_is_computed() -> None:
    figures = figures_of({"views": 200, "likes": 20, "comments": 10, "past": PAST})
    assert figures.current["engagement_rate"] == 0.15
    assert list(figures.past["engagement_rate"]) == [0.11] * 10
    assert figures.percentile("engagement_rate") == 100.0


@pytest.mark.parametrize(
    ("outlook", "low", "typical", "high"),
    [(Outlook.LOW, 190, 325, 550), (Outlook.MEDIUM, 325, 550, 775), (Outlook.HIGH, 550, 775, 910)],
)
def test_an_outlook_is_a_part_of_the_past(outlook: Outlook, low: float, typical: float, high: float) -> None:
    views = figures_of(PAST).expected(outlook)[0]
    assert (views.metric, views.low, views.typical, views.high) == ("views", low, typical, high)


def test_an_anecdote_is_no_distribution() -> None:
    figures = figures_of({"views": 5, "past": PAST[:2]})
    assert figures.expected(Outlook.HIGH) == []
    assert figures.percentile("views") is None
    assert figures.standing() is None


def test_where_content_stands_is_the_mean_of_its_percentiles() -> None:
    assert figures_of({"views": 2_000, "likes": 0, "past": PAST}).standing() == pytest.approx(33, abs=1)
    assert figures_of({"views": 550, "past": PAST}).standing() == 50


@pytest.mark.parametrize(
    "metrics",
    [
        {"views": 7, "history": [{"Views": 1}, {"view_count": "2"}, {"impressions": 3.0}]},
        {"current": {"plays": 7}, "previous": [{"views": 1}, {"views": 2}, {"views": 3}]},
    ],
)
def test_front_ends_have_names_of_their_own(metrics: dict[str, Any]) -> None:
    figures = figures_of(metrics)
    assert figures.current == {"views": 7}
    assert list(figures.past["views"]) == [1, 2, 3]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -1,
        "-1",
        "many",
        "1e9",
        "１２",  # noqa: RUF001 - that is the point
        "",
        [],
        {},
        float("nan"),
        float("inf"),
        1e16,
        10**400,
        "9" * 400,
    ],
)
def test_what_is_no_plain_number_is_left_out(value: object) -> None:
    assert figures_of({"views": value, "past": [{"views": value}] * 5}).names == []


@pytest.mark.parametrize("metrics", [None, [], {}, {"past": None}, {"past": {}}, {"past": [1, None, "x"]}])
def test_nothing_is_known_of_nothing(metrics: Any) -> None:
    figures = figures_of(metrics)
    assert (figures.names, figures.measured(), figures.standing()) == ([], [], None)


@given(st.lists(st.floats(0, 1e9), min_size=3, max_size=50))
def test_quantiles_are_the_statistics_modules(values: list[float]) -> None:
    ordered = sorted(values)
    expected = statistics.quantiles(ordered, n=4, method="inclusive")
    assert [quantile(ordered, share) for share in (0.25, 0.5, 0.75)] == pytest.approx(expected, abs=1e-3)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_NAMED = st.dictionaries(st.sampled_from(["views", "likes", "revenue", "past", "current", "x"]), _ANYTHING)


@given(_NAMED | st.lists(_NAMED, max_size=5))
def test_whatever_is_sent_yields_figures_in_their_bounds(metrics: Any) -> None:
    figures = figures_of(metrics)
    for each in figures.measured():
        assert each.percentile is None or 0 <= each.percentile <= 100
    standing = figures.standing()
    assert standing is None or 0 <= standing <= 100
    for outlook in Outlook:
        for expected in figures.expected(outlook):
            assert expected.low <= expected.typical <= expected.high
