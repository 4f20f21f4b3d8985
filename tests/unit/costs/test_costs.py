"""The cost model: its sums, its honesty about prices, and its answers to a command line."""

from __future__ import annotations

import json
from collections import UserDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typing_extensions import override

from infra.costs.__main__ import main
from infra.costs.bill import Bill, Group, bill, in_use
from infra.costs.chart import chart
from infra.costs.comparing import differences
from infra.costs.founding import Table, tables
from infra.costs.ledger import Spent, held
from infra.costs.optimisations import optimisations
from infra.costs.prices import Price, PriceBook
from infra.costs.usage import Choices, Month, Plan, Reach, Usage
from shared.errors import ConfigurationError

_ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 24)
BOOK, USAGE = PriceBook.read(), Usage.read()


def _month(creators: int = 50, choices: Choices | None = None) -> Month:
    return Month(usage=USAGE, creators=creators, choices=choices or Choices())


def _bill(creators: int = 50, choices: Choices | None = None) -> Bill:
    return bill(_month(creators, choices), BOOK, TODAY)


@pytest.mark.parametrize(
    ("title", "low", "high"),
    [
        ("AWS", "98", "120"),
        ("Workers", "156.88", "156.88"),
        ("Models", "62.40", "62.40"),
        ("Total", "316.88", "338.88"),
        ("DeepSeek-V3, by cache hits", "171", "171"),
        ("Option D: Functions EP1 and Service Bus", "156.88", "156.88"),
        ("Option C: Upstash QStash", "5", "10"),
        ("Optimisations, saved", "163", "185"),
    ],
)
def test_the_founding_documents_totals_come_out(title: str, low: str, high: str) -> None:
    (table,) = (each for each in tables() if each.title == title)
    assert (table.total.low, table.total.high) == (Decimal(low), Decimal(high))


def test_its_rows_come_out_too() -> None:
    rows = {row.name: row for table in tables() for row in table.rows}
    assert rows["DeepSeek-V3"].low == Decimal("34.20")
    assert rows["Phi-4 Multimodal"].low == Decimal("2.40")
    assert rows["Functions EP1, 720 h"].low == Decimal("146.88")
    assert rows["90 % from the cache"].low == Decimal("17.10")


def test_where_its_own_rows_do_not_add_up_both_figures_are_shown() -> None:
    fargate = _founding("Option A: ECS Fargate")
    assert fargate.total.high == 225
    assert fargate.total.says == "$150-200"
    assert "$103-130" in _founding("AWS").note


def test_every_line_of_a_bill_is_on_one_invoice_and_in_one_comparison() -> None:
    for plan in Plan:
        for reach in Reach:
            made = _bill(500, Choices(plan=plan, reach=reach, month=7))
            assert made.usd == sum(made.group_usd(group) for group in Group)
            assert made.usd == sum(each.ours_usd for each in differences(made)), (plan, reach)


@pytest.mark.parametrize(
    ("name", "usd"),
    [
        ("Functions EP1", "157.72"),
        ("RDS", "29.11"),  # 23.36 + 50 GB x 0.115
        ("Service Bus", "9.81"),
        ("Video, words", "3.96"),  # 3,000 x 33 s x 0.8 / 3,600 x 0.18
    ],
)
def test_lines_are_quantity_times_price(name: str, usd: str) -> None:
    assert _bill().line_usd(name) == Decimal(usd)


def test_chat_costs_what_the_bank_and_the_cache_leave() -> None:
    lines = {line.name: line for line in _bill().lines}
    chat = USAGE.chat
    for name, family, calls, tokens in (
        (
            "heavy messages",
            chat.heavy_model,
            chat.heavy_share * 150_000,
            (chat.heavy_input_tokens, chat.heavy_output_tokens),
        ),
        (
            "light messages",
            chat.light_model,
            chat.light_share * 150_000,
            (chat.light_input_tokens, chat.light_output_tokens),
        ),
    ):
        assert (
            lines[f"Chat, {name}"].usd == calls * in_use(family, TODAY).price_usd_micros(*tokens) / 1_000_000
        )


def test_storage_grows_and_cools_down() -> None:
    def stored(month: int, *, tiering: bool) -> Decimal:
        made = _bill(50, Choices(month=month, tiering=tiering, compressed=False))
        return sum(
            (line.usd for line in made.lines if line.name in {"S3", "S3, cool", "S3, old"}), Decimal(0)
        )

    assert stored(1, tiering=False) == Decimal("3.45")  # 150 GB
    assert stored(6, tiering=False) == Decimal("20.70")  # 900 GB
    assert stored(6, tiering=True) == Decimal(150) * (
        Decimal("0.023") + 2 * Decimal("0.0125") + 3 * Decimal("0.004")
    )


def test_an_instance_more_is_wanted_when_videos_fill_one() -> None:
    assert _month(50).instances == 1
    counts = [_month(creators).instances for creators in (50, 500, 1_000, 5_000)]
    assert counts == sorted(counts)
    assert _month(5_000).instances > _month(5_000, Choices(plan=Plan.EP3)).instances


def test_a_retired_model_is_priced_as_its_successor() -> None:
    assert in_use("DeepSeek-V3", date(2025, 1, 1)).family == "DeepSeek-V3"
    assert in_use("DeepSeek-V3", TODAY).family == "DeepSeek-V3.2"


def test_every_optimisation_saves() -> None:
    found = optimisations(_month(), BOOK, TODAY)
    assert len(found) == 5
    assert all(each.saved_usd > 0 for each in found)


def test_an_unknown_price_is_an_error_and_never_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"functions\.ep1_month"):
        bill(_month(), PriceBook({}), TODAY)
    broken = tmp_path / "prices.json"
    broken.write_text('{"prices": {"x": {"usd": "1"}}}')
    with pytest.raises(ConfigurationError, match="not usable"):
        PriceBook.read(broken)


def test_every_price_is_used_and_says_where_it_is_from() -> None:
    asked: set[str] = set()

    class Watched(UserDict[str, Price]):
        @override
        def __getitem__(self, key: str) -> Price:
            asked.add(key)
            return super().__getitem__(key)

    watched = PriceBook(Watched(BOOK.prices))
    for plan in Plan:
        for reach in Reach:
            for creators in USAGE.creators:
                choices = Choices(plan=plan, reach=reach, month=9)
                bill(_month(creators, choices), watched, TODAY)
                bill(_month(creators, replace(choices, tiering=False)), watched, TODAY)
    assert asked == set(BOOK.prices)
    assert all(price.source and price.unit and price.as_of for price in BOOK.prices.values())


def test_the_ledger_is_held_against_the_forecast_by_call() -> None:
    spent = [
        Spent(task="chat.suggest", calls=100, input_tokens=1, output_tokens=1, usd=Decimal("0.20")),
        Spent(task="chat.bank", calls=1, input_tokens=1, output_tokens=1, usd=Decimal("0.01")),
        Spent(task="something.new", calls=1, input_tokens=1, output_tokens=1, usd=Decimal(5)),
    ]
    found = {each.worker: each for each in held(spent, Decimal("0.5"), _bill())}
    assert found["chat"].spent_usd == Decimal("0.21")
    assert found["chat"].projected_usd == Decimal("0.42")
    assert found["chat"].forecast_usd == _bill().line_usd("Chat")
    assert found["video"].calls == 0
    assert found["other"].spent_usd == 5


def test_the_picture_has_a_bar_for_each_number_of_creators() -> None:
    drawn = ET.fromstring(chart({count: _bill(count) for count in USAGE.creators}))  # noqa: S314 - our own
    bars = [each for each in drawn.iter("{http://www.w3.org/2000/svg}rect") if len(each)]
    assert len(bars) == len(USAGE.creators) * len(Group)
    assert all(float(bar.attrib["y"]) > 40 for bar in bars)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--budget", "1300"], 0),
        (["--budget", "100"], 1),
        (["--as-seed"], 0),
        (["--creators", "1000", "--plan", "flex", "--reach", "none", "--month", "12", "--budget", "9e9"], 0),
    ],
)
def test_the_exit_status_tells_whether_the_budget_holds(arguments: Sequence[str], status: int) -> None:
    assert main(["--on", "2026-11-24", "--width", "120", *arguments]) == status


@pytest.mark.parametrize(
    "arguments",
    [
        ["--creators", "0"],
        ["--creators", "x"],
        ["--budget", "nan"],
        ["--budget=-1"],
        ["--hit-percent", "101"],
        ["--plan", "y1"],
        ["--on", "yesterday"],
    ],
)
def test_a_question_without_sense_is_refused(arguments: Sequence[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2


def test_programs_get_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--on", "2026-11-24"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bills"]["50"]["usd"] == f"{_bill().usd:.2f}"
    assert {each["name"] for each in told["optimisations"]} == {
        each.name for each in optimisations(_month(), BOOK, TODAY)
    }
    assert main(["--as-seed", "--json"]) == 0
    assert [each["title"] for each in json.loads(capsys.readouterr().out)] == [t.title for t in tables()]


def _founding(title: str) -> Table:
    return next(each for each in tables() if each.title == title)


def test_the_page_and_its_picture_say_the_same() -> None:
    page = (_ROOT / "docs" / "costs.md").read_text()
    for creators in USAGE.creators:
        said = [
            f"${_bill(creators, choices).usd:,.0f}"
            for choices in (Choices(), Choices(plan=Plan.FLEX), Choices(month=12))
        ]
        assert f"| {creators:,} | {' | '.join(said)} | {_month(creators).instances} |" in page
    drawn = (_ROOT / "docs" / "images" / "costs.svg").read_text()
    assert drawn == chart({count: _bill(count) for count in USAGE.creators})
