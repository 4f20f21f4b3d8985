"""The table of platforms is whole, and found under the names that people write."""

from __future__ import annotations

import re

import pytest

from workers.content_suggestions.platforms import DEFAULT, PLATFORMS, Explicitness, rules_for

ALL = [*PLATFORMS.values(), DEFAULT]


def test_every_platform_is_there() -> None:
    assert set(PLATFORMS) == {
        "onlyfans",
        "fansly",
        "instagram",
        "tiktok",
        "x",
        "reddit",
        "youtube",
        "snapchat",
        "threads",
        "facebook",
    }


@pytest.mark.parametrize("rules", ALL, ids=lambda rules: rules.name)
def test_every_figure_is_sane_and_has_a_source(rules: object) -> None:
    """What is said to be verified names where and when it was read."""
    for each in [each for each in ALL if each is rules]:
        assert 200 <= each.text_length <= 5_000
        assert 0 <= each.hashtags <= 10
        assert 80 <= each.title_length <= 300
        assert all(re.compile(word) for word in each.forbidden_words)
        assert each.source
        assert not each.is_verified or re.search(r"\d{4}-\d{2}-\d{2}", each.source)
        assert each.prices is None or 0 < each.prices.lowest_usd < each.prices.highest_usd <= 100


def test_only_those_that_sell_have_prices() -> None:
    assert {rules.name for rules in ALL if rules.prices} == {"onlyfans", "fansly"}


def test_networks_for_everybody_are_mild() -> None:
    mild = {rules.name for rules in ALL if rules.explicitness is Explicitness.MILD}
    assert mild == {"instagram", "tiktok", "youtube", "snapchat", "threads", "facebook", "other"}


def test_nowhere_is_there_less_room_than_on_an_unknown_platform() -> None:
    assert rules_for("myspace") is DEFAULT
    assert min(rules.text_length for rules in PLATFORMS.values()) == 250


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("OnlyFans", "onlyfans"),
        ("only fans", "onlyfans"),
        ("onlyfans.com", "onlyfans"),
        ("Twitter", "x"),
        ("X/Twitter", "x"),
        ("x.com", "x"),
        ("IG", "instagram"),
        ("Tik Tok", "tiktok"),
        ("YouTube Shorts", "youtube"),
        ("fb", "facebook"),
        ("  Reddit  ", "reddit"),
        ("VK", "other"),
        ("…", "other"),
    ],
)
def test_a_platform_has_many_names(written: str, name: str) -> None:
    assert rules_for(written).name == name
