from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Generic, Literal, TypeVar

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InputRejected, InvalidValue
from harmony_core.finance import ExactAmount, Money
from harmony_core.interchange import Record, from_record, register, registered, to_record
from harmony_core.periods import Interval, Month
from harmony_core.products import Component, Notice, NoticeAnchor, Renewal
from harmony_core.testing import _samples as samples
from tests.interchange.record_values import values_of

PLAIN = (str, int, bool, type(None))


def _plain(data: object) -> bool:
    if type(data) is dict:
        return all(type(key) is str and _plain(value) for key, value in data.items())
    if type(data) is list:
        return all(map(_plain, data))
    return type(data) in PLAIN


LIBRARY = dict(registered())  # before the tests below add their own


CHANGED = (
    "renewal", "component", "product", "contract-line", "free-units", "minimum-quantity",
    "converted",
)  # fmt: skip
VERSIONS = dict.fromkeys(CHANGED, 2)


@pytest.mark.parametrize("name", LIBRARY)
@given(data=st.data())
def test_every_value_comes_back_equal(name: str, data: st.DataObject) -> None:
    value = data.draw(values_of(LIBRARY[name]))
    record = to_record(value)
    assert record["schema"] == f"harmony/{name}@{VERSIONS.get(name, 1)}"
    assert _plain(record)
    back = from_record(json.loads(json.dumps(record)))
    assert back == value
    assert type(back) is type(value)
    assert to_record(back) == record


def test_a_contract_is_readable_by_a_stranger() -> None:
    record = to_record(samples.contract("C-1"))
    line = record["lines"][0]
    assert (record["schema"], record["side"], record["currency"]) == (
        "harmony/contract@1",
        "sell",
        "EUR",
    )
    assert line["quantity"] == "12.5"
    assert line["scheme"] == {"is": "per-unit", "unit_price": {"amount": "4.5", "currency": "EUR"}}
    assert line["source"] == {"is": "fixed-quantity"}
    assert line["billing"]["interval"] == {"unit": "month", "count": 1}
    assert (line["start"], line["last_day"]) == ("2026-01-31", None)


@pytest.mark.parametrize(
    ("value", "record"),
    [
        (Money.of("12.50", "EUR"), {"amount": "12.50", "currency": "EUR"}),
        (Money.of("-5", "JPY"), {"amount": "-5", "currency": "JPY"}),
        (ExactAmount.of("1/3", "EUR"), {"amount": "1/3", "currency": "EUR"}),
        (Month(2026, 3), {"value": "2026-03"}),
        (Month(2026, 3).span, {"start": "2026-03-01", "end": "2026-04-01"}),
    ],
)
def test_small_values_are_written_as_people_write_them(
    value: object, record: dict[str, str]
) -> None:
    written = to_record(value)
    del written["schema"]
    assert written == record


def _changed(record: dict[str, Any], path: list[str | int], value: object) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(record))
    part: Any = changed
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["currency"], 978, "contract.currency: expected text, got 978"),
        (["side"], "rent", "contract.side: expected one of sell, buy, got 'rent'"),
        (["lines"], {}, "contract.lines: expected a list, got {}"),
        (["lines"], [], "contract: contract 'C-1' has no lines"),
        (["lines", 0], "x", "contract.lines[0]: expected an object, got 'x'"),
        (
            ["lines", 0, "quantity"],
            12.5,
            "contract.lines[0].quantity: expected an exact number as text, got 12.5",
        ),
        (
            ["lines", 0, "quantity"],
            "1e5",
            "contract.lines[0].quantity: expected an exact number as text, got '1e5'",
        ),
        (
            ["lines", 0, "start"],
            "2026-02-30",
            "contract.lines[0].start: expected a day like 2026-03-31, got '2026-02-30'",
        ),
        (
            ["lines", 0, "start"],
            "20260228",
            "contract.lines[0].start: expected a day like 2026-03-31, got '20260228'",
        ),
        (
            ["lines", 0, "names", 1],
            ["en"],
            "contract.lines[0].names[1]: expected a list of 2, got ['en']",
        ),
        (
            ["lines", 0, "scheme", "is"],
            "per-moon",
            "contract.lines[0].scheme.is: nothing is registered as 'per-moon'",
        ),
        (
            ["lines", 0, "source", "is"],
            "per-unit",
            "contract.lines[0].source.is: expected one of fixed-quantity, time-worked, "
            "expenses-incurred, devices-counted, usage-metered, units-metered, got 'per-unit'",
        ),
        (
            ["lines", 0, "scheme", "unit_price", "currency"],
            "XXX",
            "contract.lines[0].scheme.unit_price: XXX",
        ),
        (
            ["lines", 0, "colour"],
            "red",
            "contract.lines[0].colour: is unknown here; expected accounting, ",
        ),
        (["lines", 0, "serves"], 7, "contract.lines[0].serves: expected text, got 7"),
    ],
)
def test_a_bad_record_names_the_place_and_what_was_expected(
    path: list[str | int], value: object, problem: str
) -> None:
    record = to_record(samples.contract("C-1"))
    with pytest.raises(InputRejected) as rejected:
        from_record(_changed(record, path, value))
    (found,) = rejected.value.problems
    assert found.startswith(problem)


def test_all_faults_are_reported_at_once() -> None:
    record = to_record(samples.contract("C-1"))
    record["lines"] = [*record["lines"], _changed(record, ["lines", 0, "unit"], 1)["lines"][0]]
    del record["entity_id"]
    record["lines"][0]["billing"]["timing"] = None
    record["lines"][0]["billing"]["lead_days"] = True
    with pytest.raises(InputRejected) as rejected:
        from_record(record)
    assert [problem.partition(": ")[0] for problem in rejected.value.problems] == [
        "contract.entity_id",
        "contract.lines[0].billing.timing",
        "contract.lines[0].billing.lead_days",
        "contract.lines[1].unit",
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ([], "record: expected an object with a schema, got []"),
        ({}, "record.schema: expected a schema such as 'harmony/contract@1', got None"),
        ({"schema": "other/contract@1"}, "record.schema: expected a schema such as"),
        ({"schema": "harmony/contract"}, "record.schema: expected a schema such as"),
        ({"schema": "harmony/dragon@1"}, "record.schema: nothing is registered as 'dragon'"),
        ({"schema": "harmony/contract@2"}, "record.schema: contract@2 is newer than contract@1"),
        ({"schema": "harmony/contract@0"}, "record.schema: expected a name such as"),
        ({"schema": "harmony/month@1", "value": "2026-13"}, "month: expected a month like 2026-03"),
        ({"schema": "harmony/explanation@1", "rule": "x"}, "explanation: expected an explanation"),
    ],
)
def test_what_is_no_record_is_refused(data: object, problem: str) -> None:
    with pytest.raises(InputRejected) as rejected:
        from_record(data)
    assert rejected.value.problems[0].startswith(problem)


def test_an_explanation_holds_no_float() -> None:
    record = to_record(samples.charge("K"))
    given = _changed(record, ["explanation", "given", 0, 2], 12.5)
    with pytest.raises(InputRejected, match=r"charge\.explanation: expected exact numbers as text"):
        from_record(given)


def test_another_kind_than_expected_is_refused() -> None:
    with pytest.raises(InputRejected, match=r"record\.schema: expected money, got month"):
        from_record(to_record(Month(2026, 3)), Money)


def test_only_registered_classes_have_records() -> None:
    with pytest.raises(InvalidValue, match="int has no record form: call register"):
        to_record(5)


# --- a host's own values -------------------------------------------------------------------------

T = TypeVar("T")


class Colour(Enum):
    RED = 1
    BLUE = 2


@attrs.frozen
class Badge:
    colour: Colour
    shape: Literal["round", "square"] = "round"


@attrs.frozen
class Box(Generic[T]):
    content: T
    spare: T | None = None


@attrs.frozen
class Locker:
    _number: int
    box: Box[Money]
    badges: frozenset[str]
    weight: Decimal
    opened_at: datetime
    sizes: Mapping[str, tuple[int, ...]]
    anything: Money | Badge | Month
    total: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "total", sum(map(sum, self.sizes.values())))


register("test-badge", 1, Badge)
register("test-locker", 1, Locker)


@pytest.mark.parametrize("anything", [Money(5, "EUR"), Badge(Colour.BLUE), Month(2026, 1)])
def test_every_type_of_field_has_its_form(anything: Money | Badge | Month) -> None:
    cest = timezone(timedelta(hours=2))
    locker = Locker(
        7,
        Box(Money(1, "EUR")),
        frozenset({"b", "a"}),
        Decimal("1.50"),
        datetime(2026, 3, 1, 12, 30, tzinfo=cest),
        {"x": (1, 2)},
        anything,
    )
    record = json.loads(json.dumps(to_record(locker)))
    assert from_record(record, Locker) == locker
    assert (record["number"], record["badges"], record["weight"]) == (7, ["a", "b"], "1.50")
    assert record["opened_at"] == "2026-03-01T10:30:00+00:00"
    assert "total" not in record


def test_a_field_of_the_wrong_type_is_not_written() -> None:
    wrong = Badge("red")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="expected Colour, got 'red'"):
        to_record(wrong)
    naive = Locker(
        1,
        Box(Money(1, "EUR")),
        frozenset(),
        Decimal(1),
        datetime(2026, 3, 1),  # noqa: DTZ001
        {},
        Month(1, 1),
    )
    with pytest.raises(InvalidValue, match="needs its zone"):
        to_record(naive)


@attrs.frozen
class Seat:
    row: str
    number: int
    upholstered: bool = False


@attrs.frozen
class Ticket:
    seat: Seat
    either: Seat | Badge


def _split(data: dict[str, Any]) -> dict[str, Any]:
    row, number = data["place"].split("-")
    return {"row": row, "number": int(number)}


register("test-seat", 2, Seat, {1: _split})
register("test-ticket", 1, Ticket)


def test_an_older_version_is_brought_forward_wherever_it_stands() -> None:
    assert from_record({"schema": "harmony/test-seat@1", "place": "C-12"}) == Seat("C", 12)
    ticket = Ticket(Seat("A", 1), Seat("B", 2, upholstered=True))
    record = to_record(ticket)
    assert record["seat"]["is"] == record["either"]["is"] == "test-seat@2"
    assert from_record(record) == ticket
    older = {
        "schema": "harmony/test-ticket@1",
        "seat": {"place": "A-1"},  # written when seats were of their first version: no tag
        "either": {"is": "test-seat", "place": "B-2"},
    }
    assert from_record(older) == Ticket(Seat("A", 1), Seat("B", 2))


def test_a_notice_in_whole_months_is_read_as_the_notice_that_it_was() -> None:
    older: Record = {"schema": "harmony/renewal@1", "initial_months": 12, "renewal_months": 12}
    assert from_record(older | {"notice_months": 3, "notice_to": "term_end"}) == Renewal(
        12, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END)
    )
    assert from_record(older | {"notice_months": 0, "notice_to": "month_end"}) == Renewal(
        12, 12, Notice(None, NoticeAnchor.MONTH_END)
    )


def test_a_share_in_percent_is_read_as_the_share_that_it_was() -> None:
    older: Record = {"schema": "harmony/component@1", "product_id": "MAIL", "quantity": "10"}
    assert from_record(older | {"share_percent": "37.5"}) == Component("MAIL", 10, "37.5")


def test_a_field_that_was_added_takes_its_default() -> None:
    record = to_record(Badge(Colour.RED, "square"))
    del record["shape"]
    assert from_record(record) == Badge(Colour.RED)


def test_a_gap_between_versions_is_said() -> None:
    @attrs.frozen
    class Chair:
        legs: int

    register("test-chair", 3, Chair, {2: dict})
    with pytest.raises(InputRejected, match="nothing brings test-chair@1 to test-chair@2"):
        from_record({"schema": "harmony/test-chair@1", "legs": 4})


@pytest.mark.parametrize(
    ("name", "version", "cls", "reason"),
    [
        ("money", 1, Badge, "'money' stands for Money"),
        ("test-other", 1, Badge, "'test-badge' stands for Badge"),
        ("Test", 1, Seat, "is like 'contract-line'"),
        ("test-date", 1, date, "made by attrs"),
        ("test-badge", 0, Badge, "version from 1"),
    ],
)
def test_a_name_is_for_one_class_and_for_ever(
    name: str, version: int, cls: type, reason: str
) -> None:
    with pytest.raises(InvalidValue, match=reason):
        register(name, version, cls)


def test_a_class_with_a_field_that_records_cannot_hold_is_refused() -> None:
    @attrs.frozen
    class Loose:
        value: float

    @attrs.frozen
    class Marked:
        schema: str

    register("test-loose", 1, Loose)
    register("test-marked", 1, Marked)
    with pytest.raises(InvalidValue, match="no form for <class 'float'>"):
        to_record(Loose(1.5))
    with pytest.raises(InvalidValue, match="has a field 'schema'"):
        to_record(Marked("x"))


def test_exact_numbers_have_one_text_each() -> None:
    record = to_record(samples.usage("1", quantity="0.1250"))
    assert record["quantity"] == "0.125"
    assert from_record(record).quantity == Fraction(1, 8)


def test_what_a_first_form_said_in_vain_is_read_as_what_it_did() -> None:
    """Today such products, lines and schemes are refused when they are made."""
    flat = {"is": "flat", "amount": {"amount": "9", "currency": "EUR"}, "timing": "advance"}
    free = {"schema": "harmony/free-units@1", "scheme": flat, "free": "5"}
    least = {"schema": "harmony/minimum-quantity@1", "scheme": flat, "quantity": "5"}
    converted = {"factor": "2", "rounding": "up", "places": 0}
    turned = {"schema": "harmony/converted@1", "scheme": flat, "conversion": converted}
    for record in (free, least, turned):
        assert from_record(record).price(3) == ExactAmount.of("9", "EUR")
    units = {"is": "per-unit", "unit_price": {"amount": "2", "currency": "EUR"}}
    assert from_record(free | {"scheme": units}).free == 5
    product = {
        "schema": "harmony/product@1", "id": "X", "names": [["en", "X"]], "type": "transactional",
        "division": "", "unit": "piece", "schemes": [units], "quantity": {"is": "fixed-quantity"},
        "billing": {"timing": "arrears", "interval": None, "lead_days": 3},
        "accounting": {"recognition": "straight_line_months"},
        "renewal": {"initial_months": 12, "renewal_months": 12, "notice_months": 3,
                    "notice_to": "term_end"},
    }  # fmt: skip
    once = from_record(product)
    assert (once.renewal, once.accounting.recognition.value) == (None, "at_once")
    assert once.billing.lead_days == 3
    monthly = {"timing": "arrears", "interval": {"unit": "month", "count": 1}, "lead_days": 5}
    metered = {"is": "usage-metered", "meter": "disk"}
    at_once = {"recognition": "at_once"}
    usage = product | {"quantity": metered, "billing": monthly, "accounting": at_once}
    read = from_record(usage | {"type": "consumption"})
    assert read.billing.lead_days == 0
    assert read.renewal is not None
    dynamic = {"is": "dynamic", "currency": "EUR", "factor": "3"}
    line = {key: value for key, value in product.items() if key not in ("schemes", "quantity")}
    line |= {"schema": "harmony/contract-line@1", "product_id": "X", "quantity": "2"}
    line |= {"scheme": dynamic, "source": product["quantity"], "tax_category": "S"}
    agreed = from_record(line | {"start": "2026-01-01"})
    assert agreed.scheme.price(2) == ExactAmount.of("6", "EUR")
    assert agreed.renewal is None
