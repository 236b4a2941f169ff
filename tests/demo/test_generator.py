"""The demo's files: made by the generator to the byte, whole, and without a dangling reference."""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
import sys
from bisect import bisect_right
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from harmony_core.demo import generator
from harmony_core.demo.generator import generate

DATA = Path(__file__).resolve().parents[2] / "src" / "harmony_core" / "demo" / "data"
FIRST, LAST = date(2024, 4, 1), date(2026, 3, 31)
LAST_DRAWN = "C-240"  # contracts after it were planted beside the drawn ones
Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def document(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


@cache
def by_id(name: str) -> dict[str, Row]:
    found = {row["id"]: row for row in rows(name)}
    assert len(found) == len(rows(name)), f"an id occurs twice in {name}.csv"
    return found


@cache
def products() -> dict[str, Any]:
    found = {row["id"]: row for row in document("products")}
    assert len(found) == len(document("products"))
    return found


@cache
def lines() -> dict[tuple[str, str], Row]:
    return {(row["contract"], row["line"]): row for row in rows("order_lines")}


def day(text: str) -> date:
    return date.fromisoformat(text)


def order_of(line: Row) -> Row:
    return by_id("orders")[line["order"]]


def product_of(line: Row) -> Any:
    return products()[line["product"]]


def is_active(line: Row, on: date) -> bool:
    return day(line["start"]) <= on <= (day(line["end"]) if line["end"] else LAST)


def master(customer: str) -> str:
    merged = by_id("customers")[customer]["merged_into"]
    return master(merged) if merged else customer


def employer(person: str, on: date) -> tuple[str, str]:
    jobs = sorted(
        (day(row["valid_from"]), row["entity"], row["group"])
        for row in rows("employments")
        if row["person"] == person
    )
    place = bisect_right([job[0] for job in jobs], on)
    assert place, f"{person} is not employed on {on}"
    return jobs[place - 1][1:]


def sell_lines(*sources: str) -> list[Row]:
    return [
        line
        for line in rows("order_lines")
        if order_of(line)["side"] == "sell" and product_of(line)["quantity"]["source"] in sources
    ]


# --- the files as a whole ---------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_frozen_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    generate(tmp_path)
    made, frozen = contents(tmp_path), contents(DATA)
    assert made.keys() == frozen.keys()
    assert [name for name in made if made[name] != frozen[name]] == []


def test_the_generator_needs_nothing_but_the_standard_library() -> None:
    """It shares no code with the library whose figures its files will prove."""
    own = "harmony_core.demo.generator"
    for path in sorted(Path(generator.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                known = name.startswith(own) or name.split(".")[0] in sys.stdlib_module_names
                assert known, f"{path.name} imports {name}"


def test_the_command_writes_every_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "harmony_core.demo.generator", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "25 files" in done.stdout
    assert (tmp_path / "time.csv").read_bytes() == (DATA / "time.csv").read_bytes()


def test_another_seed_gives_another_company_of_the_same_size(tmp_path: Path) -> None:
    generate(tmp_path, seed=7)
    made, frozen = contents(tmp_path), contents(DATA)
    assert made["time.csv"] != frozen["time.csv"]
    assert made["rates/ecb.csv"] == frozen["rates/ecb.csv"]
    for name in ("orders.csv", "time.csv", "device_events.csv", "expenses.csv"):
        assert made[name].count(b"\n") == frozen[name].count(b"\n")


def test_the_ecb_history_is_cut_to_the_needed_columns_and_days(tmp_path: Path) -> None:
    history = tmp_path / "history.csv"
    history.write_text(
        "Date,USD,JPY,BGN,GBP,INR,ZAR,\n"
        "2026-05-04,1.3,184.1,N/A,0.87,111.2,19.9,\n"
        "2026-04-30,1.2,183.2,N/A,0.86,N/A,19.8,\n"
        "2024-03-01,1.1,162.5,1.9558,0.85,89.7,20.7,\n"
        "2024-02-29,1.0,162.4,1.9558,0.84,89.8,20.6,\n",
        encoding="utf-8",
    )
    generate(tmp_path / "out", ecb=history)
    assert (tmp_path / "out" / "rates" / "ecb.csv").read_text(encoding="utf-8") == (
        "Date,USD,JPY,GBP,INR,\n2026-04-30,1.2,183.2,0.86,N/A,\n2024-03-01,1.1,162.5,0.85,89.7,\n"
    )


def test_the_files_are_small() -> None:
    assert sum(map(len, contents(DATA).values())) <= 1_500_000


@pytest.mark.parametrize("name", sorted(contents(DATA)))
def test_lines_end_the_same_way_everywhere(name: str) -> None:
    content = contents(DATA)[name]
    assert b"\r" not in content
    assert content.endswith(b"\n")


# --- how many ---------------------------------------------------------------------------------


def test_people() -> None:
    delivery = [row["id"] for row in rows("people") if row["delivery"] == "1"]
    assert len(rows("people")) == 48
    assert len(delivery) == 38
    assert sum(row["contractor"] == "1" for row in rows("people")) == 4
    at_start = Counter(employer(key, date(2025, 6, 30))[0] for key in delivery)
    assert at_start == {"GB": 11, "DE": 7, "IN": 15, "US": 5}
    moved = [
        key
        for key in delivery
        if employer(key, date(2025, 7, 1))[0] != employer(key, date(2025, 6, 30))[0]
    ]
    assert [
        (employer(key, date(2025, 6, 30))[0], employer(key, date(2025, 7, 1))[0]) for key in moved
    ] == [("GB", "DE")]


def test_customers() -> None:
    customers = rows("customers")
    assert Counter(row["country"] for row in customers) == {"GB": 24, "DE": 14, "US": 16, "IN": 6}
    odd = Counter(row["currency"] for row in customers) - Counter(
        {"GBP": 99, "EUR": 99, "USD": 99, "INR": 99}
    )
    assert odd == {"JPY": 1, "KWD": 1}
    assert sum(bool(row["parent"]) for row in customers) == 2
    assert sum(bool(row["merged_into"]) for row in customers) == 1


def test_products() -> None:
    assert Counter(key[:2] for key in products()) == {
        "TM": 12, "HW": 9, "RC": 18, "PP": 6, "CN": 10, "CL": 22, "BD": 8,
    }  # fmt: skip
    metered = [row for row in products().values() if row["type"] == "consumption"]
    assert {row["pricing"]["scheme"] for row in metered} == {
        "flat",
        "per_unit",
        "fill_up",
        "look_up",
    }
    policies = {row["quantity"].get("policy") for row in metered}
    assert policies == {"first_day", "last_day", "peak", "any_active", "daily", None}


def test_contracts() -> None:
    types: dict[str, set[str]] = {}
    for line in rows("order_lines"):
        if order_of(line)["side"] == "sell":
            types.setdefault(line["contract"], set()).add(product_of(line)["type"])
    drawn = {key: found for key, found in types.items() if key <= LAST_DRAWN}
    assert all(len(found) == 1 for found in drawn.values())
    assert Counter(found.copy().pop() for found in drawn.values()) == {
        "transactional": 40, "recurring": 90, "prepayment": 45, "consumption": 65,
    }  # fmt: skip
    sides = Counter(row["side"] for row in rows("orders"))
    assert sides == {"sell": 240 + len(types.keys() - drawn.keys()), "buy": 30}
    orders = {line["contract"]: line["order"] for line in rows("order_lines")}
    assert len(orders) == len(set(orders.values())) == sides.total()


def test_facts() -> None:
    assert len(rows("devices")) == 2600
    assert len(rows("device_events")) == 3900
    assert len([row for row in rows("time") if (row["contract"] or "") <= LAST_DRAWN]) == 2400
    assert len(rows("expenses")) == 800
    assert sum(not row["contract"] for row in rows("time")) == 12
    assert len({row["currency"] for row in rows("expenses")}) == 4
    mapped = {row["quantity"]["meter"] for row in products().values() if "meter" in row["quantity"]}
    assert len(mapped) == 6
    drawn = [row for row in rows("usage") if row["id"] < "U9"]
    days = Counter(row["customer"] for row in drawn if row["meter"] in mapped)
    assert (len(days), set(days.values())) == (30, {365})
    assert sum(row["meter"] not in mapped for row in drawn) == 1


# --- every reference resolves -----------------------------------------------------------------


def test_orders_name_known_parties_and_currencies() -> None:
    entities = {row["id"] for row in document("company")["entities"]}
    for order in rows("orders"):
        party = by_id("customers" if order["side"] == "sell" else "suppliers")[order["party"]]
        assert order["entity"] in entities
        assert order["currency"] == party["currency"]


def test_order_lines_resolve_and_have_a_price() -> None:
    for line in rows("order_lines"):
        order, product = order_of(line), product_of(line)
        pricing = product["pricing"]
        if line["unit_price"]:
            assert pricing["scheme"] == "per_unit", line
        else:
            assert order["currency"] in pricing["prices"], line
        if product["quantity"]["source"] == "fixed":
            assert Decimal(line["quantity"]) > 0, line
        else:
            assert not line["quantity"], line
        assert day(order["accepted_on"]) <= day(line["start"]), line
        assert not line["end"] or line["start"] <= line["end"], line
        if order["side"] == "buy":
            assert line["unit_price"], line
            assert not line["for_contract"] or line["for_contract"].startswith("C-"), line


def test_line_terms_and_indexes_fit_the_lines() -> None:
    months = {(row["name"], row["month"]) for row in rows("indexes")}
    for terms in document("line_terms"):
        line = lines()[terms["contract"], terms["line"]]
        assert terms["contract"] > LAST_DRAWN
        assert terms["on"] <= line["start"], terms
        uplift = terms.get("pricing", {}).get("uplift", {})
        assert "index" not in uplift or any(name == uplift["index"] for name, _ in months), terms
        assert ("fund" in terms) <= (product_of(line)["type"] == "prepayment"), terms
        assert terms.keys() & {"pricing", "quantity", "renewal", "fund", "cover"}, terms


def test_prices_of_the_book_are_for_customers_and_groups_that_there_are() -> None:
    groups = {row["price_group"] for row in rows("customers")}
    for price in rows("price_book"):
        assert price["price_group"] in groups
        assert not price["customer"] or price["customer"] in by_id("customers")
        assert not price["last_day"] or price["first_day"] <= price["last_day"]
        assert price["currency"] in products()[price["product"]]["pricing"]["prices"]
    listed = {price["product"] for price in rows("price_book")}
    found = [
        line
        for line in sell_lines("fixed")
        if line["product"] in listed and line["contract"] > LAST_DRAWN
    ]
    assert len(found) == 7
    assert not any(line["unit_price"] for line in found)


def test_seats_change_lines_of_whole_terms() -> None:
    for row in rows("seats"):
        line = lines()[row["contract"], row["line"]]
        assert product_of(line)["billing"]["interval_months"] == 12
        assert is_active(line, day(row["asked_on"]))
        assert int(row["seats"])
        assert not row["bought_on"] or row["bought_on"] <= row["asked_on"]


def test_amendments_change_lines_of_a_fixed_quantity_within_the_months() -> None:
    kinds: Counter[str] = Counter()
    for row in rows("amendments"):
        line = lines()[row["contract"], row["line"].partition(".")[0]]
        product = product_of(line)
        assert product["quantity"]["source"] == "fixed", row
        assert product["accounting"]["recognition"] == "straight_line", row
        assert FIRST <= day(row["agreed_on"]) <= LAST, row
        assert is_active(line, day(row["first_day"])), row
        assert not row["recorded_on"] or row["agreed_on"] < row["recorded_on"] <= str(LAST), row
        assert (row["change"] == "ends") <= (not row["value"]), row
        kinds[row["change"]] += 1
    assert kinds == {"quantity": 4, "price": 3, "ends": 7, "runs_on": 2}
    late = [row for row in rows("amendments") if (row["recorded_on"] or "") > row["first_day"]]
    assert len(late) == 3


def test_notices_end_lines_that_nothing_else_ends() -> None:
    amended = {(row["contract"], row["line"]) for row in rows("amendments")}
    for row in rows("notices"):
        line = lines()[row["contract"], row["line"]]
        assert product_of(line)["renewal"], row
        assert not line["end"], row
        received = day(row["received"][:10])
        assert FIRST <= received <= LAST, row
        assert not row["recorded_on"] or received < day(row["recorded_on"]), row
        assert amended.isdisjoint({(row["contract"], row["line"])}), row
    by_instant = [row for row in rows("notices") if "T" in row["received"]]
    assert {order_of(lines()[row["contract"], "1"])["entity"] for row in by_instant} == {"GB", "DE"}
    assert len({row["received"] for row in by_instant}) == 1


def test_bundles_name_products_and_share_the_whole_price() -> None:
    bundles = [row for row in products().values() if row["components"]]
    assert len(bundles) == 8
    for bundle in bundles:
        parts = bundle["components"]
        assert sum(Decimal(part["share_percent"]) for part in parts) == 100
        for part in parts:
            component = products()[part["product"]]
            assert component["billing"] == bundle["billing"]
            assert component["accounting"]["recognition"] == bundle["accounting"]["recognition"]
            for currency, price in bundle["pricing"]["prices"].items():
                share = Decimal(price) * Decimal(part["share_percent"]) / 100
                digits = {"JPY": "1", "KWD": "0.001"}.get(currency, "0.01")
                assert share % Decimal(digits) == 0, (bundle["id"], currency)


def test_merged_customers_and_parents_exist() -> None:
    for row in rows("customers"):
        for other in filter(None, (row["parent"], row["merged_into"])):
            assert by_id("customers")[other]["merged_into"] == ""


def test_devices_and_their_events() -> None:
    parents = {row["id"]: row["parent"] for row in document("company")["asset_types"]}
    assert len(parents) == 9
    events: dict[str, list[Row]] = {}
    for event in rows("device_events"):
        events.setdefault(event["device"], []).append(event)
        assert not event["recorded_on"] or event["day"] < event["recorded_on"] <= str(LAST)
    assert events.keys() == by_id("devices").keys()
    for device in rows("devices"):
        assert device["type"] in parents
        assert device["customer"] in by_id("customers")
        kinds = [event["kind"] for event in events[device["id"]]]
        assert kinds == ["on", "off", "on"][: len(kinds)]
        assert all(a["day"] < b["day"] for a, b in pairwise(events[device["id"]]))
    assert sum(len(found) == 3 for found in events.values()) == 25


def test_no_device_is_billed_twice_but_the_planted_ones() -> None:
    parents = {row["id"]: row["parent"] for row in document("company")["asset_types"]}

    def kinds(line: Row) -> set[str]:
        found = set(product_of(line)["quantity"]["types"])
        while more := {key for key, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    lines_of: dict[str, list[Row]] = {}
    for line in sell_lines("devices"):
        lines_of.setdefault(master(order_of(line)["party"]), []).append(line)
    twice = [
        (one["contract"], other["contract"])
        for found in lines_of.values()
        for one, other in combinations(found, 2)
        if kinds(one) & kinds(other)
    ]
    assert len(twice) == 1
    assert twice[0][1] > LAST_DRAWN


def test_one_usage_line_at_a_time_for_each_customer_and_meter() -> None:
    meters = {
        (terms["contract"], terms["line"]): terms["quantity"]["meter"]
        for terms in document("line_terms")
        if "quantity" in terms
    }
    lines_of: dict[tuple[str, str], list[Row]] = {}
    for line in sell_lines("usage"):
        key = (
            order_of(line)["party"],
            meters.get((line["contract"], line["line"]), product_of(line)["quantity"]["meter"]),
        )
        lines_of.setdefault(key, []).append(line)
    for found in lines_of.values():
        for one, other in pairwise(sorted(found, key=lambda line: line["start"])):
            assert one["end"], one
            assert one["end"] < other["start"], (one, other)
    unmapped = 0
    for record in rows("usage"):
        found = lines_of.get((record["customer"], record["meter"]), [])
        active = [line for line in found if is_active(line, day(record["day"]))]
        unmapped += not active
        assert len(active) <= 1
        assert not record["recorded_on"] or record["day"] < record["recorded_on"]
    assert unmapped == 1


def test_time_points_to_an_active_line_and_has_a_cost() -> None:
    since: dict[tuple[str, str], list[tuple[date, str]]] = {}
    for rate in rows("cost_rates"):
        found = since.setdefault((rate["scope"], rate["key"]), [])
        found.append((day(rate["valid_from"]), rate["currency"]))
    money = {row["id"]: row["currency"] for row in document("company")["entities"]}
    for entry in rows("time"):
        on = day(entry["day"])
        assert FIRST <= on <= LAST
        assert not entry["recorded_on"] or entry["day"] < entry["recorded_on"] <= str(LAST)
        assert Decimal(entry["hours"]) % Decimal("0.25") == 0
        entity, group = employer(entry["person"], on)
        keys = (("person", entry["person"]), ("group", group), ("default", "*"))
        valid = [
            [currency for first, currency in sorted(since.get(key, [])) if first <= on]
            for key in keys
        ]
        rate_currency = next(found[-1] for found in valid if found)
        assert rate_currency == money[entity], entry
        if entry["contract"] and not entry["line"]:
            covers = [terms for terms in document("line_terms") if "cover" in terms]
            assert entry["contract"] in {terms["contract"] for terms in covers}, entry
        elif entry["contract"]:
            line = lines()[entry["contract"], entry["line"]]
            assert is_active(line, on), entry
            assert order_of(line)["side"] == "sell"
            by_time = product_of(line)["quantity"]["source"] == "time"
            assert by_time or product_of(line)["type"] in ("recurring", "prepayment"), entry


def test_expenses_point_to_an_active_line() -> None:
    money = {row["id"]: row["currency"] for row in document("company")["entities"]}
    passed_on = 0
    for expense in rows("expenses"):
        on = day(expense["day"])
        line = lines()[expense["contract"], expense["line"]]
        assert is_active(line, on), expense
        assert expense["currency"] == money[employer(expense["person"], on)[0]]
        assert Decimal(expense["amount"]) > 0
        by_expense = product_of(line)["quantity"]["source"] == "expenses"
        passed_on += by_expense
        assert by_expense or product_of(line)["type"] == "recurring", expense
    assert 300 < passed_on < 600


def test_every_pair_of_entities_has_one_transfer_rule_on_every_day() -> None:
    company = document("company")
    keys = [row["id"] for row in company["entities"]]
    rules = company["transfer_rules"]
    for seller in keys:
        for performer in keys:
            found = [r for r in rules if (r["seller"], r["performer"]) == (seller, performer)]
            for on in (FIRST, date(2025, 3, 31), date(2025, 4, 1), LAST):
                valid = [
                    rule
                    for rule in found
                    if day(rule["valid_from"]) <= on <= day(rule["valid_to"] or "9999-12-31")
                ]
                assert len(valid) == (seller != performer), (seller, performer, on)


def test_every_entity_maps_the_same_roles_to_codes_of_its_own() -> None:
    maps = [row["accounts"] for row in document("company")["entities"]]
    roles = {row["accounting"]["revenue"] for row in products().values()}
    for accounts in maps:
        assert accounts.keys() == maps[0].keys()
        assert roles <= accounts.keys()
        assert len(set(accounts.values())) == len(accounts)


def test_every_day_has_its_exchange_rates() -> None:
    ecb = rows("rates/ecb")
    assert list(ecb[0]) == ["Date", "USD", "JPY", "GBP", "INR", ""]
    fixing = {day(row["day"]) for row in rows("rates/other")}
    for known in ({day(row["Date"]) for row in ecb}, fixing):
        on = date(2024, 3, 7)
        while on <= LAST + timedelta(30):
            assert any(on - timedelta(back) in known for back in range(8)), on
            on += timedelta(1)
    assert len(rows("rates/other")) == len(fixing) + 1  # one corrected rate
    assert sum(bool(row["known_from"]) for row in rows("rates/other")) == 1


# --- what makes the company worth looking at ----------------------------------------------------


def test_engineers_in_india_do_a_third_of_the_hours_of_the_others() -> None:
    hours: Counter[str] = Counter()
    for entry in rows("time"):
        if (
            entry["contract"]
            and order_of(lines()[entry["contract"], entry["line"] or "1"])["entity"] != "IN"
        ):
            entity, _ = employer(entry["person"], day(entry["day"]))
            hours[entity] += int(Decimal(entry["hours"]) * 4)
    assert 0.32 < hours["IN"] / sum(hours.values()) < 0.38


def test_the_tricky_cases_name_ids_that_exist() -> None:
    known = {
        key for name in ("devices", "time", "expenses", "usage", "customers") for key in by_id(name)
    }
    known |= {row["id"] for name in ("amendments", "notices", "price_book") for row in rows(name)}
    known |= {contract for contract, _ in lines()} | by_id("people").keys()
    known |= {row["contract"] for row in rows("order_lines")}
    page = (DATA.parents[3] / "docs" / "reference" / "demo.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\b(?:[BC]-\d+|CU\d+|U\d+)\b", page))
    assert len(shown) > 30
    assert shown <= known
    text = (DATA / "TRICKY.md").read_text(encoding="utf-8")
    cases = [line for line in text.splitlines() if line.startswith("- **")]
    assert len(cases) >= 30
    words = {word.strip(".,:;`()*") for case in cases for word in case.split()}
    ids = {word for word in words if word[:1] in "ABCDENTUP" and word[-2:].isdigit()}
    assert ids
    assert ids <= known


@pytest.mark.parametrize(
    ("contract", "start"),
    [("C-041", "2024-08-31"), ("C-042", "2024-02-29"), ("C-043", "2024-01-31")],
)
def test_contracts_start_on_the_awkward_days(contract: str, start: str) -> None:
    assert lines()[contract, "1"]["start"] == start
