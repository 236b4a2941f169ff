"""What was agreed for single lines: read as overrides of the order, or refused under its path."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harmony_core.contracts import Side
from harmony_core.demo import DemoFiles
from harmony_core.demo._line_terms import with_terms
from harmony_core.demo._reading import Reading
from harmony_core.errors import InputRejected
from harmony_core.finance import ExactAmount
from harmony_core.orders import Order, OrderLine
from harmony_core.pricing import scheme_on

ORDER = Order(
    "SO-1",
    Side.SELL,
    "K-1",
    "DE",
    "EUR",
    (
        OrderLine("1", "C-1", "P", 10, date(2023, 7, 1)),
        OrderLine("2", "C-1", "P", 10, date(2023, 7, 1), None, ExactAmount.of(5, "EUR")),
    ),
    date(2023, 6, 1),
)
DECISION = {"contract": "C-1", "line": "1", "by": "N. F.", "on": "2023-06-01", "why": "agreed"}
TWELVE = {"scheme": "per_unit", "prices": {"EUR": "12.00"}}


def read(folder: Path, *terms: dict[str, Any]) -> Order:
    (folder / "line_terms.json").write_text(json.dumps(terms), encoding="utf-8")
    (folder / "indexes.csv").write_text(
        "name,month,value\nI,2023-04,100\nI,2024-04,110\n", encoding="utf-8"
    )
    reading = Reading(folder)
    orders, _ = with_terms(reading, (ORDER,))
    reading.refuse_problems()
    return orders[0]


def test_a_price_by_index_becomes_an_override_of_its_line(tmp_path: Path) -> None:
    uplift = {"index": "I", "months_before": "3", "cap": "5"}
    order = read(tmp_path, {**DECISION, "pricing": {**TWELVE, "uplift": uplift}})
    first, second = order.lines
    assert second == ORDER.lines[1]
    (override,) = first.overrides
    assert (override.by, override.on, override.why) == ("N. F.", date(2023, 6, 1), "agreed")
    scheme = first.agreed_scheme
    assert scheme is not None
    assert str(scheme_on(scheme, date(2024, 6, 30)).price(1)) == "12 EUR"
    assert str(scheme_on(scheme, date(2024, 7, 1)).price(1)) == "12.6 EUR"


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        ({"line": "9"}, r"line_terms\.json\[0\]: C-1/9 is not in order_lines\.csv"),
        ({}, "an override changes something"),
        ({"why": ""}, r"line_terms\.json\[0\]\.why: expected a text"),
        ({"line": "2", "pricing": TWELVE}, "has a unit price and an override of the price"),
        ({"pricing": {"scheme": "per_unit", "prices": {"USD": "1"}}}, r"prices\.EUR: expected"),
        ({"pricing": {**TWELVE, "uplift": {"index": "X", "months_before": "3"}}}, "an index of"),
        (
            {"pricing": {**TWELVE, "uplift": {"index": "I", "months_before": "5"}}},
            "the index has no value for 2024-02",
        ),
    ],
)
def test_what_cannot_be_is_refused_under_its_path(
    tmp_path: Path, terms: dict[str, Any], fault: str
) -> None:
    with pytest.raises(InputRejected, match=fault):
        read(tmp_path, {**DECISION, **terms})


def test_all_terms_of_a_line_stand_together(tmp_path: Path) -> None:
    agreed = {**DECISION, "pricing": TWELVE}
    with pytest.raises(InputRejected, match=r"\[1\]: C-1/1 is there already"):
        read(tmp_path, agreed, agreed)


def test_what_a_line_covers_comes_beside_the_order(demo_files: DemoFiles) -> None:
    covers = dict(demo_files.covers)
    assert {line for _, line in covers} == {"1", "2"}
    flat, hourly = (cover for _, cover in sorted(covers.items()))
    assert flat.takes_the_rest
    assert hourly.work_types == ("onsite", "night", "project")
    assert not flat.types.admits("project")
    assert not hourly.types.admits("project")


def test_the_demo_has_both_prices_by_date_and_funds_by_rule(demo_files: DemoFiles) -> None:
    overrides = [one for o in demo_files.orders for line in o.lines for one in line.overrides]
    kinds = {type(one.scheme).__name__ for one in overrides if one.scheme is not None}
    assert {"Ramp", "Uplifted"} <= kinds
    funds = [one.fund for one in overrides if one.fund is not None]
    assert any(fund.rollover for fund in funds)
    assert any(fund.top_up for fund in funds)
