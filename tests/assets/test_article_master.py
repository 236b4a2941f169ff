"""Entitlements from the article master, and where they differ from it."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from harmony_core.assets import (
    MasterArticle,
    MasterDifferenceKind,
    differences_to_master,
    entitlements_of,
    licence_gaps,
)
from harmony_core.culture import Culture
from harmony_core.errors import NotFound
from harmony_core.pricing import PerUnit
from harmony_core.products import Catalogue, Component, ContractType, Product

START = date(2026, 1, 1)
SECRET = "AAAA-BBBB-CCCC"


def _product(id_: str, *parts: Component) -> Product:
    return Product.sold_as(
        ContractType.TRANSACTIONAL, id_, id_, [PerUnit.of("1", "EUR")], components=parts
    )


MASTER = Catalogue(
    [
        _product("SUITE", Component("OFFICE", 1, 60), Component("SAFE", 1, 40)),
        _product(
            "SAFE", Component("SCAN", 2, 50), Component("OFFICE", 1, 30), Component("BOX", 1, 20)
        ),
        _product("OFFICE"),
        _product("SCAN"),
        _product("BOX"),
    ]
)
BOUGHT = MasterArticle("P-1", "SUITE", 10, START)
OWNED = entitlements_of(
    BOUGHT, MASTER, "K-1", contract_id="C-1", suppliers={"SCAN": "S-1"}, software=["OFFICE", "SCAN"]
)


def test_a_bundle_gives_a_licence_for_each_of_its_parts() -> None:
    found = {one.product_id: (int(one.quantity), one.supplier_id, one.contract_id) for one in OWNED}
    assert found == {"OFFICE": (20, None, "C-1"), "SCAN": (20, "S-1", "C-1")}
    assert {one.id for one in OWNED} == {"P-1.OFFICE", "P-1.SCAN"}
    assert all((one.start, one.article) == (START, BOUGHT) for one in OWNED)
    everything = entitlements_of(BOUGHT, MASTER, "K-1")
    assert {one.product_id for one in everything} == {"OFFICE", "SCAN", "BOX"}
    with pytest.raises(NotFound):
        entitlements_of(attrs.evolve(BOUGHT, product_id="NOTHING"), MASTER, "K-1")


def test_what_the_master_says_differs_nowhere_and_every_change_is_listed() -> None:
    software = ["OFFICE", "SCAN", "BOX"]
    office, scan = OWNED
    assert not differences_to_master(OWNED, MASTER, START, software[:2])
    other = attrs.evolve(scan, id="X", product_id="OTHER", quantity=1)
    unknown = attrs.evolve(
        office, id="Y", article=attrs.evolve(BOUGHT, id="P-2", product_id="GONE"), quantity=3
    )
    own = attrs.evolve(office, id="Z", article=None)
    owned = [attrs.evolve(office, quantity=25), scan, other, unknown, own]
    kinds = MasterDifferenceKind
    found = differences_to_master(owned, MASTER, START, software)
    assert [
        (it.product_id, it.kind, int(it.expected), int(it.held), it.entitlement_ids) for it in found
    ] == [
        ("BOX", kinds.MISSING, 10, 0, ()),
        ("OFFICE", kinds.COUNT, 20, 25, ("P-1.OFFICE",)),
        ("OTHER", kinds.EXTRA, 0, 1, ("X",)),
        ("OFFICE", kinds.UNKNOWN_ARTICLE, 0, 3, ("Y",)),
    ]
    assert not differences_to_master(owned, MASTER, date(2025, 12, 31))


def test_a_key_is_kept_and_never_shown() -> None:
    owned = attrs.evolve(OWNED[0], key=SECRET, quantity=1)
    (gap,) = licence_gaps([owned], [], START, {})
    shown = [repr(owned), str(owned), repr(gap), str(gap.explanation.as_data())]
    shown.append(gap.explanation.as_text(Culture.of("de-DE")))
    shown.append(repr(differences_to_master([owned], MASTER, START)))
    assert all(SECRET not in text for text in shown)
    assert owned.key == SECRET
