"""A cloud bill becomes consumption charges, and every cent of it is accounted for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import Facts, due
from harmony_core.errors import InputRejected, InvalidValue, NotFound
from harmony_core.interchange import (
    ExternalKey,
    ExternalKeys,
    FocusColumns,
    FocusMeasure,
    Row,
    UsageFeed,
    csv_table,
    read_usage,
)
from harmony_core.periods import Timing
from harmony_core.pricing import BandTable, Dynamic, FillUp
from harmony_core.products import ContractType, UsageMetered
from harmony_core.work import UsageRecord
from tests.strategies import TERMS, contract, line

KEYS = ExternalKeys(
    [
        ExternalKey("aws", "1111", "customer", "K-1"),
        ExternalKey("aws", "9000", "customer", "K-0"),
        ExternalKey("aws", "GB", "meter", "storage"),
        ExternalKey("aws", "Tax Office", "meter", "tax"),
    ]
)
COSTS = ExternalKeys([*KEYS, ExternalKey("aws", "VM", "meter", "cloud cost")])
QUANTITY = FocusColumns("aws", units={"storage": "GB-Months"})
COST = FocusColumns("aws", FocusMeasure.BILLED_COST, currency="USD")

BASE = {
    "BilledCost": "1.21",
    "BillingAccountId": "9000",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-03-01T00:00:00Z",
    "BillingPeriodEnd": "2026-04-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargePeriodStart": "2026-03-01T00:00:00Z",
    "ChargePeriodEnd": "2026-03-02T00:00:00Z",
    "CommitmentDiscountStatus": "",
    "ConsumedQuantity": "60.5",
    "ConsumedUnit": "GB-Months",
    "EffectiveCost": "1.10",
    "PricingQuantity": "60.5",
    "PricingUnit": "GB-Months",
    "ResourceId": "bucket-1",
    "ServiceName": "Storage",
    "SkuId": "GB",
    "SubAccountId": "1111",
    "Tags": '{"team": "a, b", "owner": "anna"}',
    "x_Note": "",
}
VM = {
    "SkuId": "VM",
    "ServiceName": "Compute",
    "ResourceId": "vm-1",
    "ConsumedQuantity": "24",
    "ConsumedUnit": "Hours",
    "BilledCost": "2.40",
}
NO_QUANTITY = {"SkuId": "", "SubAccountId": "", "ConsumedQuantity": "", "ConsumedUnit": ""}
FEBRUARY = [
    {
        **BASE,
        "BillingPeriodStart": "2026-02-01T00:00:00Z",
        "BillingPeriodEnd": "2026-03-01T00:00:00Z",
        "ChargePeriodStart": "2026-02-10T00:00:00Z",
        "ChargePeriodEnd": "2026-02-11T00:00:00Z",
        "ConsumedQuantity": "50",
        "BilledCost": "1",
    }
]
MARCH: list[dict[str, str]] = [
    BASE,
    {
        **BASE,
        "ChargePeriodStart": "2026-03-02T00:00:00Z",
        "ChargePeriodEnd": "2026-03-03T00:00:00Z",
    },
    {**BASE, **VM},
    {**BASE, **VM},  # the same once more, as a bill may have it
    {
        **BASE,
        "ChargeClass": "Correction",
        "ChargePeriodStart": "2026-02-10T00:00:00Z",
        "ChargePeriodEnd": "2026-02-11T00:00:00Z",
        "ConsumedQuantity": "-10.5",
        "BilledCost": "-0.21",
    },
    {**BASE, **NO_QUANTITY, "ChargeCategory": "Tax", "ServiceName": "VAT", "BilledCost": "0.58"},
    {**BASE, **NO_QUANTITY, "ChargeCategory": "Credit", "BilledCost": "-5"},
    {**BASE, "ChargeCategory": "Purchase", "ConsumedQuantity": "", "BilledCost": "100"},
    {**BASE, **VM, "SubAccountId": "4444", "ConsumedQuantity": "7", "BilledCost": "0.70"},
    {**BASE, "BilledCost": "1,50", "ConsumedQuantity": "75"},
    {**BASE, "ConsumedQuantity": "", "CommitmentDiscountStatus": "Unused", "BilledCost": "0"},
]


def text(rows: Iterable[Mapping[str, str]]) -> str:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, fieldnames=list(BASE))
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue()


def read(rows: Iterable[Any], layout: FocusColumns = QUANTITY, **named: Any) -> UsageFeed:
    return read_usage(rows, layout, named.pop("keys", KEYS), name="bill", **named)


def one(layout: FocusColumns = QUANTITY, /, **changes: object) -> UsageFeed:
    return read([{**BASE, **changes}], layout)


def test_a_bill_becomes_charges() -> None:
    february = read_usage(csv_table(text(FEBRUARY), "february.csv"), QUANTITY, KEYS)
    march = read_usage(csv_table(text(MARCH), "march.csv"), QUANTITY, KEYS)
    by_cost = read([one.row for one in march.unmapped], COST, keys=COSTS)
    usage = [
        *february.accepted,
        *(
            attrs.evolve(record, recorded_on=date(2026, 4, 1))
            for record in march.accepted + by_cost.accepted
        ),
    ]
    bands = BandTable.of("USD", [(100, "0.10"), (None, "0.08")])
    lines = [
        line(
            scheme,
            date(2026, 2, 1),
            id=meter,
            kind=ContractType.CONSUMPTION,
            quantity=0,
            source=UsageMetered(meter),
            timing=Timing.ARREARS,
        )
        for meter, scheme in (
            ("storage", FillUp(bands)),
            ("cloud cost", Dynamic.of("1.2", "USD")),
        )
    ]
    charges = due(contract(*lines), Facts(usage=usage), TERMS, date(2026, 4, 1))
    assert sorted(
        (charge.line_id, str(charge.service), str(charge.amount), charge.corrects is not None)
        for charge in charges
        if charge.amount.minor
    ) == [
        ("cloud cost", "2026-03-01..2026-03-31", "5.76 USD", False),  # 2 x 2.40 x 1.2
        ("storage", "2026-02-01..2026-02-28", "-1.05 USD", True),  # 10.5 of 50 taken back
        ("storage", "2026-02-01..2026-02-28", "5.00 USD", False),
        ("storage", "2026-03-01..2026-03-31", "11.68 USD", False),  # 100 x 0.10 + 21 x 0.08
    ]


def test_every_row_of_a_bill_is_accounted_for() -> None:
    feed = read(MARCH)
    assert [record.quantity for record in feed.accepted] == [
        Fraction("60.5"),
        Fraction("60.5"),
        Fraction("-10.5"),
    ]
    assert [str(one) for one in feed.not_usage] == [
        "bill[5]: Tax is not among the categories taken: Usage",
        "bill[6]: Credit is not among the categories taken: Usage",
        "bill[7]: Purchase is not among the categories taken: Usage",
        "bill[10]: an unused commitment: it has no ConsumedQuantity",
    ]
    assert [one.row.path for one in feed.unmapped] == ["bill[2]", "bill[3]", "bill[8]"]
    assert feed.problems == ("bill[9]: BilledCost must be a plain number like '12.50', got '1,50'",)
    assert feed.control.total.rows == 11
    assert feed.control.total.quantity == Fraction("60.5") * 2 + 24 * 2 - Fraction("10.5") + 7 + 75
    assert feed.control.total.billed == (("USD", Fraction("103.29")),)
    assert feed.control.not_usage.billed == (("USD", Fraction("95.58")),)
    assert feed.control.rejected.billed == ()


def test_two_equal_rows_are_two_and_the_same_file_again_is_none() -> None:
    feed = read(MARCH, COST, keys=COSTS)
    twins = [record for record in feed.accepted if record.meter == "cloud cost"]
    assert [record.quantity for record in twins] == [Fraction("2.40")] * 2
    assert twins[1].id == f"{twins[0].id}-2"
    again = read(MARCH, COST, keys=COSTS, known=feed.accepted)
    assert again.accepted == ()
    assert [item.record for item in again.repeated] == list(feed.accepted)


def test_rows_that_waited_for_a_key_keep_the_ids_of_the_whole_file() -> None:
    rows = [{**BASE, **VM, "BilledCost": cost} for cost in ("1", "x", "3")]
    first = read(rows, COST)
    later = read([item.row for item in first.unmapped], COST, keys=COSTS)
    assert [record.quantity for record in later.accepted] == [1, 3]
    mended = [{**row, "BilledCost": row["BilledCost"].replace("x", "2")} for row in rows]
    whole = read(mended, COST, keys=COSTS, known=later.accepted)
    assert [record.quantity for record in whole.accepted] == [2]
    assert len(whole.repeated) == 2


HALF = {**BASE, "ConsumedQuantity": "10"}


def parts(*files: tuple[str, list[dict[str, str]]]) -> Iterator[Row]:
    return chain.from_iterable(csv_table(text(rows), name) for name, rows in files)


@pytest.mark.parametrize("quantity", ["10", "20"])
def test_a_like_row_of_another_file_is_never_a_repeat(quantity: str) -> None:
    """It may be a charge of its own: nothing is lost, and nothing is billed twice."""
    first = read(parts(("a.csv", [HALF])))
    other = {**HALF, "ConsumedQuantity": quantity}
    second = read(parts(("b.csv", [other])), known=first.accepted)
    assert (second.accepted, second.repeated) == ((), ())
    (problem,) = second.problems
    assert problem.startswith("b.csv:2: a row like it came before, with 10 in a.csv, and this one")
    assert f"has {quantity} in b.csv: where both are charges, read the files of one" in problem
    again = read(parts(("a.csv", [HALF])), known=first.accepted)
    assert (len(again.repeated), again.rejected) == (1, ())


@pytest.mark.parametrize("known", [True, False])
def test_the_files_of_an_export_are_one_bill_in_one_reading(known: bool) -> None:
    files = ("a.csv", [HALF, HALF]), ("b.csv", [HALF])
    feed = read(parts(*files))
    assert [record.origin for record in feed.accepted] == ["a.csv", "a.csv", "b.csv"]
    assert sum(record.quantity for record in feed.accepted) == 30
    kept = {record.id: record for record in feed.accepted}
    before: Any = feed.accepted if known else lambda new: [kept[one.id] for one in new]
    again = read(parts(*files), known=before)
    assert (len(again.repeated), again.accepted, again.rejected) == (3, (), ())
    alone = read(parts(files[0]))  # the first file alone, and the others with it later
    rest = read(parts(*files), known=alone.accepted)
    assert (len(rest.repeated), sum(record.quantity for record in rest.accepted)) == (2, 10)


def test_the_files_of_an_export_may_be_read_apart_by_their_parts() -> None:
    known: list[UsageRecord] = []
    for number in ("1", "2"):
        layout = attrs.evolve(QUANTITY, part=number)
        known += read(parts((f"{number}.csv", [HALF, HALF])), layout, known=known).accepted
    assert len({record.id for record in known}) == 4
    assert sum(record.quantity for record in known) == 40
    for number in ("2", "1"):  # the same part again, even under another name, gives nothing new
        layout = attrs.evolve(QUANTITY, part=number)
        again = read(parts(("again.csv", [HALF, HALF])), layout, known=known)
        assert (len(again.repeated), again.accepted, again.rejected) == (2, (), ())


@given(st.lists(st.lists(st.sampled_from(MARCH[:4]), max_size=4), max_size=4))
def test_no_cut_of_a_bill_into_files_loses_a_unit(files: list[list[dict[str, str]]]) -> None:
    """Whoever reads file by file without a word gets every unit accepted or refused aloud."""
    known: list[UsageRecord] = []
    accepted = rejected = Fraction(0)
    for number, rows in enumerate(files):
        feed = read(parts((f"{number}.csv", rows)), COST, keys=COSTS, known=known)
        assert feed.repeated == ()
        known += feed.accepted
        accepted += feed.control.accepted.quantity
        rejected += feed.control.rejected.quantity
    assert accepted + rejected == sum(Fraction(row["BilledCost"]) for rows in files for row in rows)
    one_reading = read(
        parts(*((f"{number}.csv", rows) for number, rows in enumerate(files))), COST, keys=COSTS
    )
    assert one_reading.control.accepted.quantity == accepted + rejected


def test_records_that_did_not_know_their_file_are_repeated_as_before() -> None:
    known = [attrs.evolve(record, origin="") for record in one().accepted]
    assert len(read([BASE], known=known).repeated) == 1


def test_a_figure_that_changed_is_refused_and_not_billed_twice() -> None:
    known = one().accepted
    feed = read([{**BASE, "ConsumedQuantity": "61"}], known=known)
    assert feed.accepted == ()
    assert "(quantity 60.5 is now 61): read bill when its figures are final" in feed.problems[0]


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"Tags": "{}"}, True),
        ({"x_Note": "seen"}, True),
        ({"ResourceName": "a column of later versions"}, True),
        ({"ChargePeriodStart": "2026-03-01 00:00:00"}, True),
        ({"ChargePeriodStart": "2026-03-01T00:00:00.000Z"}, True),
        ({"ChargePeriodStart": datetime(2026, 3, 1, tzinfo=UTC)}, True),
        ({"ConsumedQuantity": Decimal("60.50")}, True),
        ({"RegionId": "NULL"}, True),
        ({"RegionId": None}, True),
        ({"RegionId": "eu-west-1"}, False),
        ({"BillingPeriodStart": "2026-04-01T00:00:00Z"}, False),
        ({"ResourceId": "bucket-2"}, False),
    ],
)
def test_what_makes_the_id(changes: dict[str, object], same: bool) -> None:
    assert (one().accepted[0].id == one(**changes).accepted[0].id) is same
    if same:
        assert one().accepted == one(**changes).accepted


def test_an_id_is_for_ever() -> None:
    """It stands in stores: another one would bill a bill again."""
    assert one().accepted[0].id == "763fc0f4298843320743f4925b8466e7"


def test_columns_of_the_provider_may_make_the_id() -> None:
    layout = attrs.evolve(QUANTITY, identity=["x_Note"])
    feed = read([{**BASE, "x_Note": "a"}, {**BASE, "x_Note": "b", "SkuId": "GB"}], layout)
    assert len({record.id for record in feed.accepted}) == 2
    assert not any(record.id.endswith("-2") for record in feed.accepted)


@given(st.lists(st.sampled_from(MARCH), max_size=12), st.sampled_from([QUANTITY, COST]))
def test_sums_are_those_of_the_file(rows: list[dict[str, str]], layout: FocusColumns) -> None:
    feed = read(rows, layout)
    good = [row for row in rows if row["BilledCost"] != "1,50"]
    assert dict(feed.control.total.billed).get("USD", 0) == sum(
        Fraction(row["BilledCost"]) for row in good
    )
    counted = good if layout is COST else rows
    assert feed.control.total.quantity == sum(
        Fraction(row[layout.measure.value] or 0) for row in counted
    )
    assert feed.control.total.rows == len(rows)
    parts = (feed.accepted, feed.rejected, feed.unmapped, feed.repeated, feed.not_usage)
    assert sum(map(len, parts)) == len(rows)
    again = read(rows, layout, known=feed.accepted)
    assert again.accepted == ()
    assert len(again.repeated) == len(feed.accepted)


def test_the_record() -> None:
    (record,) = one().accepted
    assert (record.source, record.day, record.customer_id, record.meter) == (
        "aws ConsumedQuantity",
        date(2026, 3, 1),
        "K-1",
        "storage",
    )
    assert (record.at, record.subject) == (datetime(2026, 3, 1, tzinfo=UTC), "bucket-1")


def test_the_day_is_that_of_the_zone() -> None:
    layout = attrs.evolve(QUANTITY, zone="America/New_York")
    assert one(layout).accepted[0].day == date(2026, 2, 28)


def test_a_day_that_the_zone_cannot_have_is_refused() -> None:
    layout = attrs.evolve(QUANTITY, zone="America/New_York")
    first = "0001-01-01T00:00:00Z"
    assert "outside the years 1 to 9999" in one(layout, ChargePeriodStart=first).problems[0]


def test_a_charge_of_no_sub_account_belongs_to_the_billing_account() -> None:
    assert one(SubAccountId="").accepted[0].customer_id == "K-0"
    by_name = attrs.evolve(QUANTITY, customer=["SubAccountName"])
    assert one(by_name).problems == ("bill[0]: SubAccountName must not be empty",)


def test_other_categories_are_taken_where_they_are_named() -> None:
    taxes = attrs.evolve(COST, categories=["Tax"], meter=["InvoiceIssuerName"])
    feed = one(taxes, ChargeCategory="Tax", InvoiceIssuerName="Tax Office", SkuId="")
    assert (feed.accepted[0].meter, feed.accepted[0].quantity) == ("tax", Fraction("1.21"))


@pytest.mark.parametrize("number", ["60.5", "605E-1", "6.05e1", Decimal("60.5"), "60.500"])
def test_numbers_as_providers_write_them(number: object) -> None:
    assert one(ConsumedQuantity=number).accepted[0].quantity == Fraction("60.5")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ChargeCategory": "usage"}, "ChargeCategory must be Usage or Purchase or Tax"),
        ({"ChargeClass": "Refund"}, "ChargeClass must be Correction, got 'Refund'"),
        ({"ChargePeriodEnd": "2026-03-01T00:00:00Z"}, "ChargePeriodEnd must be after"),
        ({"ChargePeriodStart": "2026-03-01"}, "ChargePeriodStart must be a time stamp"),
        ({"BillingPeriodStart": ""}, "BillingPeriodStart must not be empty"),
        ({"BillingCurrency": ""}, "BillingCurrency must not be empty"),
        ({"BilledCost": "NULL"}, "BilledCost must not be empty"),
        ({"ConsumedQuantity": ""}, "ConsumedQuantity must not be empty"),
        ({"ConsumedQuantity": 60.5}, "ConsumedQuantity must be exact, got float"),
        ({"ConsumedQuantity": "60,5"}, "ConsumedQuantity must be a plain number"),
        ({"ConsumedUnit": "GB"}, "ConsumedUnit is 'GB', but the meter 'storage' counts 'GB-Mo"),
        ({"BilledCost": "x", "ChargeClass": "x"}, "ChargeClass must be .*; BilledCost must be"),
    ],
)
def test_a_row_that_cannot_be_true_is_rejected(changes: dict[str, object], reason: str) -> None:
    feed = one(**changes)
    with pytest.raises(InputRejected, match=rf"^bill\[0\]: {reason}"):
        raise InputRejected(feed.problems)


def test_a_cost_in_another_currency_is_rejected_with_both() -> None:
    feed = one(COST, BillingCurrency="EUR")
    assert "BillingCurrency is EUR, but the contract lines are in USD" in feed.problems[0]
    assert feed.control.rejected.billed == (("EUR", Fraction("1.21")),)


def test_a_correction_of_the_cost_only_is_listed() -> None:
    feed = one(ChargeClass="Correction", ConsumedQuantity="")
    assert str(feed.not_usage[0]).endswith(
        "correction of the cost only: it has no ConsumedQuantity"
    )
    assert one(COST, ChargeClass="Correction", ConsumedQuantity="").accepted


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"system": ""}, "needs the name of its system"),
        ({"measure": FocusMeasure.LIST_COST}, "ListCost is money: name the currency"),
        ({"currency": "USD"}, "ConsumedQuantity is a quantity: it has no currency USD"),
        ({"categories": ["Purchase"]}, "category 'Purchase' have no ConsumedQuantity: take Usage"),
        ({"categories": ["Refund"]}, "category 'Refund' have no ConsumedQuantity"),
        ({"categories": "Usage"}, "give a list of names, not the text 'Usage'"),
        ({"meter": []}, "need one name each"),
        ({"zone": "Mars"}, "no time zone 'Mars'"),
        (
            {"measure": FocusMeasure.LIST_COST, "currency": "USD", "units": {"a": "b"}},
            "comes in USD, not in units",
        ),
    ],
)
def test_columns_that_do_not_go_together_are_refused(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        FocusColumns(**{"system": "aws", **parts})


def test_a_currency_that_there_is_not_is_refused() -> None:
    with pytest.raises(NotFound, match="XXQ"):
        FocusColumns("aws", FocusMeasure.LIST_COST, "XXQ")


def test_a_table_without_the_columns_is_no_cloud_bill() -> None:
    with pytest.raises(InputRejected, match=r"column ChargePeriodStart, .* is missing"):
        read(csv_table(["BillingPeriodStart,Cost"], "bill.csv", QUANTITY.required))
