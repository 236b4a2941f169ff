"""Every row has one outcome, nothing is counted twice and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
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

from harmony_core.errors import InputRejected, InvalidValue
from harmony_core.interchange import (
    AcceptedUsage,
    ExternalKey,
    ExternalKeys,
    RejectedUsage,
    Row,
    UsageColumns,
    UsageFeed,
    csv_table,
    json_lines,
    read_usage,
    stream_usage,
)
from harmony_core.work import UsageRecord

LAYOUT = UsageColumns(
    "probe", day="day", subject="user", replaces="replaces", withdrawn="withdrawn"
)
KEYS = ExternalKeys(
    [
        ExternalKey("probe", "acme", "customer", "K-1"),
        ExternalKey("probe", "acme gmbh", "customer", "K-1"),
        ExternalKey("probe", "late", "customer", "K-2", date(2026, 3, 2)),
        ExternalKey("probe", "calls", "meter", "api-calls"),
        ExternalKey("other", "unknown", "customer", "K-3"),
    ]
)
MORE = [
    ExternalKey("probe", "unknown", "customer", "K-3"),
    ExternalKey("probe", "late", "customer", "K-3", valid_to=date(2026, 3, 2)),
    ExternalKey("probe", "storage", "meter", "storage"),
]
GOOD = {
    "id": "u1",
    "customer": "acme",
    "meter": "calls",
    "quantity": "1.5",
    "day": "2026-03-01",
    "user": "",
    "replaces": "",
    "withdrawn": "",
}
rows = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["u1", "u2", "u3", "u4", "u5", ""]),
        "customer": st.sampled_from(["acme", "acme gmbh", "late", "unknown"]),
        "meter": st.sampled_from(["calls", "calls", "storage"]),
        "quantity": st.sampled_from(["1", "-2.5", "1/3", "x", ""]),
        "day": st.sampled_from(["2026-03-01", "2026-03-02", "2026-02-30"]),
        "user": st.sampled_from(["", "anna"]),
        "replaces": st.sampled_from(["", "", "u1"]),
        "withdrawn": st.sampled_from(["", "0", "1"]),
    }
)
feeds = st.lists(rows, max_size=12)


def read(given_rows: Iterable[Row | Mapping[str, Any]], **named: Any) -> UsageFeed:
    return read_usage(given_rows, LAYOUT, named.pop("keys", KEYS), **named)


def one(**changes: object) -> UsageFeed:
    return read([{**GOOD, **changes}])


def quantity(row: Mapping[str, str]) -> Fraction:
    if row["quantity"] == "":
        return Fraction(0)
    return Fraction(0) if row["quantity"] == "x" else Fraction(row["quantity"])


@given(feeds)
def test_each_row_has_one_outcome_and_the_quantities_add_up(given_rows: list[Any]) -> None:
    feed = read(given_rows)
    paths = [o.row.path for o in stream_usage(given_rows, LAYOUT, KEYS)]
    assert paths == [f"usage[{number}]" for number in range(len(given_rows))]
    parts = (feed.accepted, feed.rejected, feed.unmapped, feed.repeated, feed.not_usage)
    control = feed.control
    tallies = (
        control.accepted,
        control.rejected,
        control.unmapped,
        control.repeated,
        control.not_usage,
    )
    assert [len(part) for part in parts] == [tally.rows for tally in tallies]
    assert control.total.rows == len(given_rows)
    assert control.total.quantity == sum(map(quantity, given_rows))
    assert control.accepted.quantity == sum(record.quantity for record in feed.accepted)
    assert len({record.id for record in feed.accepted}) == len(feed.accepted)


@given(feeds, st.booleans())
def test_a_feed_read_again_gives_nothing_new(given_rows: list[Any], asked: bool) -> None:
    first = read(given_rows)

    def kept(records: tuple[UsageRecord, ...]) -> Iterator[UsageRecord]:
        wanted = {record.id for record in records}
        return (
            attrs.evolve(record, recorded_on=date(2026, 4, 1))
            for record in first.accepted
            if record.id in wanted
        )

    again = read(given_rows, known=kept if asked else first.accepted)
    assert again.accepted == ()
    assert again.unmapped == first.unmapped
    assert [item.record for item in again.repeated if item.record in first.accepted] == [
        item.record for item in again.repeated
    ]
    assert again.control.total == first.control.total
    assert again.control.rejected == first.control.rejected


@given(st.data())
def test_the_order_of_rows_does_not_matter(data: st.DataObject) -> None:
    found = data.draw(feeds)
    by_id: dict[str, Any] = {}
    for row in found:  # no two rows with another content under one id, but any number of equal ones
        by_id.setdefault(row["id"], row)
    consistent = [by_id[row["id"]] for row in found]
    mixed = data.draw(st.permutations(consistent))
    one_way, other_way = read(consistent), read(mixed)
    assert set(one_way.accepted) == set(other_way.accepted)
    assert one_way.control == other_way.control


@given(feeds)
def test_the_first_of_two_contents_holds_in_any_order(given_rows: list[Any]) -> None:
    there = {record.id for record in read(given_rows).accepted}
    assert there == {record.id for record in read(given_rows[::-1]).accepted}


@given(feeds)
def test_unmapped_rows_are_accepted_when_the_keys_are_there(given_rows: list[Any]) -> None:
    first = read(given_rows)
    keys = KEYS.with_keys(MORE)
    rest = read([item.row for item in first.unmapped], keys=keys, known=first.accepted)
    assert rest.unmapped == ()
    assert rest.control.total.quantity == first.control.unmapped.quantity
    at_once = read(given_rows, keys=keys)
    assert {record.id for record in first.accepted + rest.accepted} == {
        record.id for record in at_once.accepted
    }


@given(feeds)
def test_a_table_and_json_lines_give_the_same(given_rows: list[dict[str, str]]) -> None:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, fieldnames=list(GOOD))
    writer.writeheader()
    writer.writerows(given_rows)
    lines = [json.dumps(row) for row in given_rows]
    expected = read(given_rows)
    for feed in (read(csv_table(table.getvalue(), "u.csv")), read(json_lines(lines, "u.jsonl"))):
        assert feed.accepted == expected.accepted
        assert feed.control == expected.control


def test_rows_are_read_only_as_outcomes_are_asked_for() -> None:
    seen: list[int] = []

    def endless() -> Iterator[dict[str, str]]:
        number = 0
        while True:
            seen.append(number)
            yield {**GOOD, "id": f"u{number}"}
            number += 1

    outcomes = stream_usage(endless(), LAYOUT, KEYS)
    assert isinstance(next(outcomes), AcceptedUsage)
    assert seen == [0]


def test_a_record_has_what_the_row_says() -> None:
    feed = one(user="anna", replaces="u0")
    assert feed.accepted == (
        UsageRecord(
            "u1",
            "probe",
            date(2026, 3, 1),
            "K-1",
            "api-calls",
            Fraction(3, 2),
            subject="anna",
            replaces="u0",
        ),
    )
    (withdrawal,) = one(id="u2", replaces="u1", withdrawn="1", quantity="").accepted
    assert withdrawal == UsageRecord(
        "u2",
        "probe",
        date(2026, 3, 1),
        "K-1",
        "api-calls",
        0,
        replaces="u1",
        withdrawn=True,
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": ""}, "id must not be empty"),
        ({"quantity": ""}, "quantity must not be empty"),
        ({"quantity": None}, "quantity must not be empty"),
        ({"quantity": 1.5}, "quantity must be exact, got float 1.5: pass a string"),
        ({"quantity": True}, "quantity must be exact, got bool True"),
        ({"quantity": Decimal("NaN")}, "quantity must be finite, got NaN"),
        ({"quantity": "1e3"}, "quantity must be a plain number"),
        ({"id": 1.5}, "id must be text, got 1.5"),
        ({"customer": None}, "customer must not be empty"),
        ({"meter": ["calls"]}, r"meter must be text, got \['calls'\]"),
        ({"day": "1 March"}, "day must be a day like 2026-03-31, got '1 March'"),
        ({"day": datetime(2026, 3, 1, tzinfo=UTC)}, "day must be text, got datetime"),
        ({"withdrawn": "yes"}, "withdrawn must be 0 or 1, or true or false, got 'yes'"),
        ({"withdrawn": "1", "quantity": ""}, "withdraws nothing"),
        ({"withdrawn": True, "replaces": "u0"}, "withdraws 'u0' and has a quantity of 1.5"),
        ({"replaces": "u1"}, "replaces itself"),
        ({"quantity": "x", "day": "x"}, "quantity must be .* got 'x'; day must be a day"),
    ],
)
def test_a_row_that_cannot_be_true_is_rejected(changes: dict[str, object], reason: str) -> None:
    feed = one(**changes)
    (rejected,) = feed.rejected
    assert rejected.problem == feed.problems[0] == str(rejected)
    assert rejected.row.cells == {**GOOD, **changes}
    with pytest.raises(InputRejected, match=rf"^usage\[0\]: .*{reason}"):
        raise InputRejected(feed.problems)


def test_plain_values_are_as_good_as_text() -> None:
    plain = {"id": 7, "quantity": Decimal("1.50"), "day": date(2026, 3, 1), "withdrawn": False}
    assert one(**plain).accepted == one(id="7").accepted


def test_a_row_of_another_shape_is_rejected_and_the_others_go_on() -> None:
    mixed: list[Any] = [GOOD, None, "u1,acme", ["u1"], {**GOOD, "id": "u2"}]
    feed = read(mixed)
    assert [record.id for record in feed.accepted] == ["u1", "u2"]
    assert feed.control.total.rows == 5
    assert [problem.split(":")[0] for problem in feed.problems] == [
        "usage[1]",
        "usage[2]",
        "usage[3]",
    ]
    assert feed.problems[0] == (
        "usage[1]: is no row: give mappings of names to cells, or the rows of csv_table or "
        "json_lines, not NoneType"
    )


def test_a_changed_record_is_refused_with_what_changed() -> None:
    feed = read([GOOD, {**GOOD, "quantity": "2", "customer": "late", "day": "2026-03-02"}])
    assert feed.accepted[0].quantity == Fraction(3, 2)
    assert feed.problems == (
        "usage[1]: usage record 'u1' of probe came before and is never changed (day '2026-03-01' "
        "is now '2026-03-02', customer_id 'K-1' is now 'K-2', quantity 1.5 is now 2): send the "
        "correction under an id of its own that replaces 'u1'",
    )


def test_another_key_of_the_same_customer_makes_no_other_record() -> None:
    feed = read([GOOD, {**GOOD, "customer": "acme gmbh"}])
    assert len(feed.accepted) == len(feed.repeated) == 1


def test_the_missing_keys_are_listed_once_with_their_first_day() -> None:
    feed = read(
        [
            {**GOOD, "customer": "unknown", "day": "2026-03-05"},
            {**GOOD, "customer": "unknown", "meter": "storage", "day": "2026-03-04"},
            {**GOOD, "customer": "late"},
        ]
    )
    assert [str(key) for key in feed.missing] == [
        "no customer has the key 'late' of probe on 2026-03-01",
        "no customer has the key 'unknown' of probe on 2026-03-04",
        "no meter has the key 'storage' of probe on 2026-03-04",
    ]
    assert str(feed.unmapped[1]).endswith(
        "on 2026-03-04; no meter has the key 'storage' of probe on 2026-03-04"
    )


@pytest.mark.parametrize(
    ("stamp", "zone", "day", "at"),
    [
        ("2026-03-31T22:30:00Z", "Europe/Berlin", date(2026, 4, 1), (3, 31, 22, 30)),
        ("2026-03-31T22:30:00Z", None, date(2026, 3, 31), (3, 31, 22, 30)),
        ("2026-04-01T00:30:00+02:00", None, date(2026, 4, 1), (3, 31, 22, 30)),
        ("2026-03-31 22:30:00.000000 UTC", None, date(2026, 3, 31), (3, 31, 22, 30)),
        ("2026-03-31 22:30:00+00", None, date(2026, 3, 31), (3, 31, 22, 30)),
        ("2026-04-01 00:30", "Europe/Berlin", date(2026, 4, 1), (3, 31, 22, 30)),
        ("2026-03-29T02:30:00", "Europe/Berlin", date(2026, 3, 29), (3, 29, 1, 0)),  # skipped
        ("2026-10-25T02:30:00", "Europe/Berlin", date(2026, 10, 25), (10, 25, 0, 30)),  # twice
        (
            datetime(2026, 3, 31, 22, 30, tzinfo=UTC),
            "Asia/Kolkata",
            date(2026, 4, 1),
            (3, 31, 22, 30),
        ),
    ],
)
def test_the_day_of_an_instant(
    stamp: object, zone: str | None, day: date, at: tuple[int, ...]
) -> None:
    layout = UsageColumns("probe", at="at", zone=zone)
    (record,) = read_usage([{**GOOD, "at": stamp}], layout, KEYS).accepted
    assert record.day == day
    assert record.at == datetime(2026, at[0], at[1], at[2], at[3], tzinfo=UTC)


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        ("2026-03-31T22:30:00", "has no offset: name the zone of the feed"),
        ("2026-03-31", "at must be a time stamp like"),
        ("2026-02-30T00:00:00Z", "at must be a time stamp like"),
        ("20260331T2230Z", "at must be a time stamp like"),
        ("0001-01-01T00:00:00+01:00", "outside the years 1 to 9999"),
        ("", "at must not be empty"),
    ],
)
def test_an_instant_that_names_none_is_refused(stamp: str, reason: str) -> None:
    feed = read_usage([{**GOOD, "at": stamp}], UsageColumns("probe", at="at"), KEYS)
    assert reason in feed.problems[0]


def test_a_day_of_its_own_goes_before_that_of_the_instant() -> None:
    layout = UsageColumns("probe", day="day", at="at")
    rows_ = [{**GOOD, "at": "2026-04-01T00:30:00Z"}, {**GOOD, "id": "u2", "at": ""}]
    first, second = read_usage(rows_, layout, KEYS).accepted
    assert (first.day, second.day, second.at) == (date(2026, 3, 1), date(2026, 3, 1), None)
    assert first.at == datetime(2026, 4, 1, 0, 30, tzinfo=UTC)


def test_constants_factor_and_ids_of_our_own() -> None:
    layout = UsageColumns(
        "probe",
        day="day",
        meter="what",
        quantity="mb",
        constants={"what": "storage"},
        factor="1/1024",
        source="probe 2",
        ours=["meter"],
    )
    assert layout.required == ("id", "customer", "mb", "day")
    (record,) = read_usage([{**GOOD, "mb": 512}], layout, KEYS).accepted
    assert (record.source, record.meter, record.quantity) == ("probe 2", "storage", Fraction(1, 2))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"system": ""}, "needs the name of its system"),
        ({}, "name the column of the day or of the instant"),
        ({"at": "at", "zone": "Middle/Earth"}, "no time zone 'Middle/Earth'"),
        ({"day": "day", "constants": {"plan": "x"}}, "constant 'plan' is the cell of no named"),
        ({"day": "day", "ours": ["line"]}, "not 'line'"),
        ({"day": "day", "ours": "meter"}, "give a list of names"),
        ({"day": "day", "factor": 0.5}, "a factor must be exact"),
    ],
)
def test_a_layout_that_cannot_work_is_refused(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        UsageColumns(**{"system": "probe", **parts})


@pytest.mark.parametrize("cell", ["1", "true", "True", "TRUE", True, 1])
def test_a_record_is_withdrawn_by_any_word_for_true(cell: object) -> None:
    (record,) = one(id="u2", replaces="u1", withdrawn=cell, quantity="").accepted
    assert record.withdrawn
    line = f"u2,acme,calls,,2026-03-01,,u1,{cell}"
    assert table(line).accepted == (record,)


@pytest.mark.parametrize("cell", ["0", "false", "FALSE", "", False, 0, None])
def test_a_record_stands_by_any_word_for_false(cell: object) -> None:
    assert one(withdrawn=cell).accepted == one().accepted


def test_a_missing_column_is_told_once_for_its_table() -> None:
    lines = [HEADER.replace("day", "date"), *["u1,acme,calls,1,2026-03-01,,,"] * 3]
    with pytest.raises(InputRejected) as caught:
        read(csv_table(lines, "u.csv"))
    assert caught.value.problems == (
        "u.csv:1: column day is missing; the header has id, customer, meter, quantity, date, user, "
        "replaces, withdrawn",
    )
    second = csv_table([HEADER.replace("user,", ""), "u1,acme,calls,1,2026-03-01,,"], "v.csv")
    with pytest.raises(InputRejected, match=r"v\.csv:1: column user is missing"):
        read(chain(csv_table([HEADER, "u1,acme,calls,1,2026-03-01,,,"], "u.csv"), second))


def test_cells_are_apart_by_the_sign_that_is_declared() -> None:
    lines = [HEADER, "u1,acme,calls,1.5,2026-03-01,anna,,", 'u2,acme,calls,2,2026-03-01,"a,;",,']
    expected = read(csv_table(lines, "u.csv")).accepted
    for sign in (";", "\t", "|"):
        other = [line.replace('"a,;"', "@").replace(",", sign) for line in lines]
        other = [line.replace("@", '"a,;"') for line in other]
        assert read(csv_table(other, "u.csv", delimiter=sign)).accepted == expected
        with pytest.raises(InputRejected) as caught:
            read(csv_table(other, "u.csv"))
        assert len(caught.value.problems) == 1
        assert f"if {sign!r} stands between its cells, say delimiter={sign!r}" in str(caught.value)


@pytest.mark.parametrize("sign", ["", ";;", '"', "\n", "e", "1", None])
def test_a_sign_that_cannot_stand_between_cells_is_refused(sign: Any) -> None:
    with pytest.raises(InvalidValue, match="delimiter must be one sign"):
        list(csv_table(["a"], "u.csv", delimiter=sign))


@pytest.mark.parametrize("reader", [csv_table, json_lines])
@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (b"id,t", "a table must be text, got bytes: decode it"),
        (bytearray(b"id"), "a table must be text, got bytearray"),
        (None, "a table must be text, got NoneType"),
        ([b"id,t"], "line 1 must be text, got bytes: decode it"),
        (["{}", None], "line 2 must be text, got NoneType"),
    ],
)
def test_bytes_are_no_text(reader: Any, lines: Any, what: str) -> None:
    with pytest.raises(InvalidValue, match=what):
        list(reader(lines, "u.csv"))


HEADER = "id,customer,meter,quantity,day,user,replaces,withdrawn"


def table(*lines: str) -> UsageFeed:
    return read(csv_table([HEADER, *lines], "u.csv"))


def test_a_stray_quotation_mark_spoils_its_own_row() -> None:
    feed = table(
        "u1,acme,calls,1,2026-03-01,,,",
        'u2,"acme,calls,1,2026-03-01,,,',
        "u3,acme,calls,1,2026-03-01,,,",
        'u4,acme,calls,1,2026-03-01,"anna\r\n',
        'and ""bob""",,',
        "u5,acme,calls,1,2026-03-01,,",
    )
    assert [record.id for record in feed.accepted] == ["u1", "u3", "u4"]
    assert feed.accepted[2].subject == 'anna\nand "bob"'
    assert feed.problems == (
        "u.csv:3: not CSV: see its quotation marks and line end",
        "u.csv:7: 7 cells, but the header has 8",
    )
    assert feed.rejected[0].row.cells == {"": 'u2,"acme,calls,1,2026-03-01,,,'}


@given(st.lists(st.lists(st.text('a,"\n;x', max_size=4), min_size=2, max_size=2), max_size=6))
def test_what_a_csv_writer_wrote_is_read_back(cells: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["one", "two"])
    writer.writerows(cells)
    whole = [list(row.cells.values()) for row in csv_table(text.getvalue(), "t.csv")]
    by_line = [list(row.cells.values()) for row in csv_table(io.StringIO(text.getvalue()), "t.csv")]
    assert whole == by_line == cells


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "u.csv:1: there is no header"),
        (["", "a,b,a"], "u.csv:2: column a is there twice"),
        (["\ufeffa,b"], "u.csv:1: column c is missing; the header has a, b"),
    ],
)
def test_a_header_that_cannot_be_understood_stops_the_feed(lines: list[str], message: str) -> None:
    with pytest.raises(InputRejected, match=message):
        list(csv_table(lines, "u.csv", ["c"] if "\ufeffa,b" in lines else []))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"id": "u1"', "not JSON: expecting ',' delimiter in column"),
        ('{"id": NaN}', "NaN is no number"),
        ('{"id": -Infinity}', "-Infinity is no number"),
        ('{"id": "u1", "id": "u2"}', "the key 'id' is there twice"),
        ('{"more": {"a": 1, "a": 2}}', "the key 'a' is there twice"),
        ("[1]", r"expected an object, got \[1\]"),
        ("9" * 5000, "a number is too long"),
        ('{"a": 1e99999999999999999999}', "a number is too long"),
        ("[" * 100_000, "nested too deeply"),
        (r'{"id": "\ud800"}', "a character is only half there"),
    ],
)
def test_a_line_that_is_no_object_is_rejected_by_itself(line: str, fault: str) -> None:
    lines = [json.dumps(GOOD), line, "", json.dumps({**GOOD, "id": "u2"})]
    feed = read(json_lines(lines, "u.jsonl"))
    assert [record.id for record in feed.accepted] == ["u1", "u2"]
    (rejected,) = feed.rejected
    assert isinstance(rejected, RejectedUsage)
    assert rejected.row.path == "u.jsonl:2"
    assert rejected.row.cells == {"": line}
    with pytest.raises(InputRejected, match=fault):
        raise InputRejected(feed.problems)


def test_characters_of_json_may_be_escaped() -> None:
    line = json.dumps({**GOOD, "user": "J\u00fcrgen \U0001f600"})
    assert "\\ud83d" in line
    (record,) = read(json_lines([line], "u.jsonl")).accepted
    assert record.subject == "J\u00fcrgen \U0001f600"


def test_numbers_of_json_are_exact() -> None:
    lines = [
        json.dumps(GOOD).replace('"1.5"', number)
        for number in (
            "0.1",
            "12345678901234567890.125",
            "1e2",
            "true",
            '"0.1"',
            "1E-400",
            "1e4000",
        )
    ]
    feed = read(
        json_lines((line.replace("u1", f"u{n}") for n, line in enumerate(lines)), "u.jsonl")
    )
    assert [record.quantity for record in feed.accepted] == [
        Fraction(1, 10),
        Fraction("12345678901234567890.125"),
        100,
        Fraction(1, 10),
        Fraction(1, 10**400),
    ]
    assert [problem.split(": ")[0] for problem in feed.problems] == ["u.jsonl:4", "u.jsonl:7"]


def test_usage_of_a_later_day_is_rejected() -> None:
    later = {**GOOD, "id": "u2", "day": "2026-03-02"}
    feed = read([later, GOOD, later], through=date(2026, 3, 1))
    assert [record.id for record in feed.accepted] == ["u1"]
    assert [problem.split(": ")[1] for problem in feed.problems] == [
        "its day 2026-03-02 is after 2026-03-01"
    ] * 2


def test_blanks_around_an_id_make_no_other_record() -> None:
    feed = read([{**GOOD, "id": "1"}, {**GOOD, "id": " 1"}, {**GOOD, "id": "1 "}])
    assert ([record.id for record in feed.accepted], len(feed.repeated)) == (["1"], 2)
    other = read([{**GOOD, "id": "1"}, {**GOOD, "id": " 1", "quantity": "99"}])
    assert (len(other.accepted), len(other.rejected)) == (1, 1)
    padded = one(id=" 2 ", replaces=" 1 ", user=" anna ").accepted[0]
    assert (padded.id, padded.replaces, padded.subject) == ("2", "1", "anna")
    assert one(replaces=" ", user=" ").accepted == one().accepted
    assert one(id="  ").problems == ("usage[0]: id must not be empty",)
