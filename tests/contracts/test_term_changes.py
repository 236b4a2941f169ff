"""What differs between two versions: nothing unseen, and in words."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given, settings

from harmony_core.contracts import (
    AgreedTexts,
    Amendment,
    Contract,
    NewQuantity,
    changes_in_words,
    term_changes,
)
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue
from harmony_core.interchange import content_hash
from harmony_core.periods import Interval
from harmony_core.pricing import BandTable, LookUp, PerUnit
from harmony_core.products import Accounting, Notice, NoticeAnchor, Renewal
from tests.interchange.record_values import values_of
from tests.strategies import contract, line

ENGLISH, GERMAN = Culture.of("en-GB"), Culture.of("de-DE")
BANDS = LookUp(BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")]))
OLD = contract(line(BANDS, quantity=25), line(PerUnit.of("3", "EUR"), id="2"))


def _changed(**changes: Any) -> Contract:
    return attrs.evolve(OLD, lines=(attrs.evolve(OLD.lines[0], **changes), OLD.lines[1]))


@pytest.mark.parametrize(
    ("new", "english"),
    [
        (OLD, []),
        (_changed(quantity=30), ["Line 1, Service: quantity: 25 → 30"]),
        (_changed(last_day=date(2026, 12, 31)), [
            "Line 1, Service: last day: nothing → 31 December 2026"
        ]),
        (
            _changed(scheme=LookUp(BandTable.of("EUR", [(10, "12"), (50, "9.5"), (None, "8")]))),
            ["Line 1, Service: price: up to 50: €10.00 per piece → up to 50: €9.50 per piece"],
        ),
        (
            _changed(renewal=Renewal(12, 12, Notice(Interval.months(1), NoticeAnchor.MONTH_END))),
            [
                "Line 1, Service: terms: It does not renew. → The initial term is 12 months. It "
                "renews by 12 months at a time. Notice of one month to the end of a month ends it."
            ],
        ),
        (
            _changed(accounting=Accounting(revenue_role="revenue.cloud")),
            ["Line 1, Service: recognition (revenue_role): revenue.managed → revenue.cloud"],
        ),
        (_changed(names=(("en", "Seats"), ("de", "Leistung"))), [
            "Line 1, Seats: name ([0][1]): Service → Seats"
        ]),
        (attrs.evolve(OLD, party_id="K-2"), ["party: K-1 → K-2"]),
        (
            attrs.evolve(OLD, texts=AgreedTexts(["gold"])),
            ["texts (service_levels): nothing → gold"],
        ),
        (attrs.evolve(OLD, lines=OLD.lines[:1]), ["Line 2, Service: it is gone."]),
        (
            attrs.evolve(OLD, lines=(*OLD.lines, line(PerUnit.of("1", "EUR"), id="3"))),
            ["Line 3, Service: it is new."],
        ),
    ],
)  # fmt: skip
def test_changes_in_words(new: Contract, english: list[str]) -> None:
    assert list(changes_in_words(ENGLISH, OLD, new)) == english
    german = changes_in_words(GERMAN, OLD, new)
    assert len(german) == len(english)
    assert not set(german) & set(english)


def test_amendments_are_told_as_what_they_change() -> None:
    day = date(2026, 3, 1)
    amended = OLD.amended(Amendment("A", "C-1", day, day, [NewQuantity("1", 30)]))
    said = (
        "Amendment A, agreed on 1 March 2026, holds from 1 March 2026:",
        "Line 1, Service: the agreed quantity is 30 (piece).",
    )
    assert changes_in_words(ENGLISH, OLD, amended) == said
    assert changes_in_words(ENGLISH, amended, OLD) == ("It is withdrawn:", *said)


def test_changes_as_data_name_every_single_value() -> None:
    new = _changed(
        scheme=LookUp(BandTable.of("EUR", [(10, "12"), (40, "9.5"), (None, "8")])), quantity=30
    )
    assert [change.as_data() for change in term_changes(OLD, new)] == [
        {
            "line": "1",
            "field": "quantity",
            "details": [{"path": "quantity", "old": "25", "new": "30"}],
        },
        {
            "line": "1",
            "field": "scheme",
            "details": [
                {"path": "scheme.table.bands[1].up_to", "old": "50", "new": "40"},
                {
                    "path": "scheme.table.bands[1].unit_price.value",
                    "old": "10",
                    "new": "9.5",
                },
            ],
        },
    ]


@settings(max_examples=40)
@given(old=values_of(Contract), new=values_of(Contract))
def test_versions_differ_where_their_hashes_do_and_are_told(old: Contract, new: Contract) -> None:
    amendments = tuple(attrs.evolve(one, contract_id=old.id) for one in new.amendments)
    new = attrs.evolve(new, id=old.id, amendments=amendments)
    changes = term_changes(old, new)
    assert bool(changes) == (content_hash(old) != content_hash(new))
    for change in changes:
        data = change.as_data()
        assert json.loads(json.dumps(data)) == data
        assert data["details"]
        for culture in (ENGLISH, GERMAN):
            assert all(change.in_words(culture))
            assert change.in_words(culture)


def test_two_contracts_are_no_versions() -> None:
    with pytest.raises(InvalidValue, match="two versions of one contract are compared"):
        term_changes(OLD, attrs.evolve(OLD, id="C-2"))
