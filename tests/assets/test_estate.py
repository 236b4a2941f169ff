"""What a customer may use of his software, and what he uses."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import AssetTypes, Device, Entitlement, LicenceGap, licence_gaps
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.parties import Customer, Directory

TYPES = AssetTypes({"software": None, "office": "software", "office-pro": "office"}, ["software"])
PRODUCTS = {"OFFICE": ["office"], "ANY": ["software"]}
START, DAY = date(2026, 1, 1), date(2026, 4, 1)
days = st.integers(0, 9).map(lambda number: START + timedelta(days=number))
customers = st.sampled_from(["K-1", "K-2"])


@st.composite
def entitlements(draw: st.DrawFn) -> list[Entitlement]:
    found = []
    for number in range(draw(st.integers(0, 5))):
        start = draw(days)
        length = draw(st.none() | st.integers(0, 6))
        last = None if length is None else start + timedelta(days=length)
        product = draw(st.sampled_from(["OFFICE", "ANY", "OTHER"]))
        quantity = draw(st.integers(0, 5))
        found.append(Entitlement(f"E-{number}", draw(customers), product, quantity, start, last))
    return found


@st.composite
def software(draw: st.DrawFn) -> list[Device]:
    return [
        Device(
            f"d{number}",
            draw(st.sampled_from(sorted(TYPES.parents))),
            draw(customers),
            [(draw(days), None)],
        )
        for number in range(draw(st.integers(0, 6)))
    ]


def gaps(
    bought: list[Entitlement], installed: list[Device], day: date = DAY
) -> tuple[LicenceGap, ...]:
    return licence_gaps(bought, installed, day, PRODUCTS, TYPES)


@given(entitlements(), software(), days, st.data())
def test_every_licence_and_every_use_of_the_day_is_in_one_gap(
    bought: list[Entitlement], installed: list[Device], day: date, data: st.DataObject
) -> None:
    found = gaps(bought, installed, day)
    assert sum(one.entitled for one in found) == sum(
        one.quantity for one in bought if one.holds_on(day)
    )
    for one in found:
        assert one.used == sum(
            any(TYPES.is_a(each.type, type_) for type_ in PRODUCTS.get(one.product_id, ()))
            for each in installed
            if each.customer_id == one.customer_id and each.is_active(day)
        )
        assert one.gap == one.explanation.evaluate() == one.explanation.value
    turned = gaps(
        data.draw(st.permutations([*bought, *bought])),
        data.draw(st.permutations([*installed, *installed])),
        day,
    )
    assert turned == found


def test_what_is_missing_is_below_zero_and_names_who_uses_it() -> None:
    bought = [
        Entitlement("E-2", "K-1", "OFFICE", 1, START, date(2026, 3, 31)),
        Entitlement("E-1", "K-1", "OFFICE", 2, START),
    ]
    installed = [Device(f"o-{number}", "office-pro", "K-1", [(START, None)]) for number in range(3)]
    any_, office = gaps(bought, installed, date(2026, 3, 31))
    assert (any_.product_id, any_.gap) == ("ANY", Fraction(-3))
    assert (office.gap, office.entitlement_ids) == (Fraction(0), ("E-1", "E-2"))
    _, later = gaps(bought, installed)
    assert (later.gap, later.device_ids) == (Fraction(-1), ("o-0", "o-1", "o-2"))
    german = later.explanation.as_text(Culture.of("de"))
    assert "freie Lizenzen, unter null fehlende: 2 - 3 = -1" in german.replace("−", "-")


def test_what_became_known_later_is_left_out() -> None:
    late = Entitlement("E-1", "K-1", "OFFICE", 2, START, recorded_on=date(2026, 5, 1))
    assert licence_gaps([late], [], DAY, PRODUCTS, known=date(2026, 4, 30)) == ()
    assert len(licence_gaps([late], [], DAY, PRODUCTS, known=date(2026, 5, 1))) == 1


def test_licences_of_a_merged_customer_are_those_of_the_one_that_stands() -> None:
    old = Customer("K-9", "Miller Ltd", "GB", "GBP", merged_into="K-1")
    directory = Directory([Customer("K-1", "Miller & Co", "GB", "GBP"), old])
    bought = [Entitlement("E-1", "K-9", "OFFICE", 2, START)]
    installed = [Device("o-1", "office", "K-1", [(START, None)])]
    [found] = licence_gaps(bought, installed, DAY, {"OFFICE": "office"}, directory=directory)
    assert (found.customer_id, found.gap) == ("K-1", Fraction(1))


def test_a_key_is_kept_and_not_shown() -> None:
    one = Entitlement("E-1", "K-1", "OFFICE", 2, START, key="SECRET-1")
    assert one.key == "SECRET-1"
    assert "SECRET" not in repr(one)


def test_entitlements_that_cannot_be_are_refused() -> None:
    one = Entitlement("E-1", "K-1", "OFFICE", 2, START)
    with pytest.raises(InvalidValue, match="is for -1 licences: give zero or more"):
        attrs.evolve(one, quantity=-1)
    with pytest.raises(InvalidValue, match="ends on 2025-12-31, before its start"):
        attrs.evolve(one, last_day=date(2025, 12, 31))
    with pytest.raises(InvalidValue, match="two entitlements are called 'E-1'"):
        licence_gaps([one, attrs.evolve(one, quantity=3)], [], DAY, PRODUCTS)
    with pytest.raises(NotFound, match="no asset type 'ofice'"):
        licence_gaps([one], [], DAY, {"OFFICE": ["ofice"]}, TYPES)


def test_what_is_no_licence_no_software_and_no_product_is_refused() -> None:
    bought = Entitlement("E-1", "K-1", "OFFICE", 1, START)
    there = Device("o-1", "office", "K-1", [(START, None)])
    right: dict[str, Any] = {
        "entitlements": [bought],
        "installed": [there],
        "day": DAY,
        "products": PRODUCTS,
    }
    wrong: list[tuple[str, Any, str]] = [
        ("entitlements", bought, "entitlements must be a list"),
        ("entitlements", [there], "each of the entitlements must be an Entitlement"),
        ("installed", ["o-1"], "each of the soft assets installed must be a Device, got 'o-1'"),
        ("day", "2026-04-01", "the day of licence gaps must be a plain date"),
        ("products", ["OFFICE"], "products of licence gaps must be a Mapping"),
        ("products", {"OFFICE": [7]}, "need a licence of 'OFFICE' must be a text, got 7"),
        ("products", {"OFFICE": 7}, "need a licence of 'OFFICE' must be a list, got 7"),
        ("asset_types", {"office": None}, "the tree of asset types must be an AssetTypes"),
        ("known", "2026", "known of licence gaps must be a plain date, got '2026'"),
        ("directory", [], "the directory of licence gaps must be a Directory"),
    ]
    for name, value, message in wrong:
        with pytest.raises(InvalidValue, match=message):
            licence_gaps(**(right | {name: value}))
    (gap,) = licence_gaps(**right | {"products": {"OFFICE": "office"}})  # one type, as a word
    assert gap.gap == 0
