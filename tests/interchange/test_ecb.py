"""Reference rates: the ECB's own layout is read exactly, and a bad row harms no other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InputRejected
from harmony_core.finance import Rate, RateBook, RateKind
from harmony_core.interchange import RateFeed, read_ecb_csv, read_ecb_xml, read_rates_csv

HISTORY = """\
Date,USD,JPY,CYP,INR,
2026-04-02,1.1513,183.79,N/A,106.084,
2026-04-01,1.1498,183,N/A,N/A,
2007-12-31,1.4721,164.93,0.585274,N/A,
"""
MARCH_31 = date(2026, 3, 31)


def ecb(*rows: str, header: str = "Date,USD,JPY,") -> RateFeed:
    return read_ecb_csv([header, *rows])


def values(feed: RateFeed) -> dict[tuple[str, date], Fraction]:
    return {(rate.quote, rate.day): rate.value for rate in feed.rates}


def test_the_history_is_read_exactly() -> None:
    feed = read_ecb_csv(HISTORY)
    assert feed.rejected == ()
    assert values(feed) == {
        ("USD", date(2026, 4, 2)): Fraction("1.1513"),
        ("JPY", date(2026, 4, 2)): Fraction("183.79"),
        ("INR", date(2026, 4, 2)): Fraction("106.084"),
        ("USD", date(2026, 4, 1)): Fraction("1.1498"),
        ("JPY", date(2026, 4, 1)): Fraction(183),
        ("USD", date(2007, 12, 31)): Fraction("1.4721"),
        ("JPY", date(2007, 12, 31)): Fraction("164.93"),
        ("CYP", date(2007, 12, 31)): Fraction("0.585274"),
    }
    assert {(rate.base, rate.kind, rate.source, rate.known_from) for rate in feed.rates} == {
        (
            "EUR",
            RateKind.SPOT,
            "European Central Bank, euro foreign exchange reference rates",
            None,
        )
    }


def test_the_daily_file_has_spaces_and_long_dates() -> None:
    feed = read_ecb_csv(["Date, USD, JPY, \n", "2 November 2026, 1.1172, 175.68, \n"])
    assert not feed.rejected
    assert values(feed) == {
        ("USD", date(2026, 11, 2)): Fraction("1.1172"),
        ("JPY", date(2026, 11, 2)): Fraction("175.68"),
    }


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_line_ends_marks_and_blank_lines_are_no_faults(end: str) -> None:
    lines = ["\ufeffDate,USD", "", "2026-03-31,1.15", "  ", "2026-03-30,1.14,"]
    feed = read_ecb_csv([line + end for line in lines])
    assert not feed.rejected
    assert [rate.value for rate in feed.rates] == [Fraction("1.15"), Fraction("1.14")]


@given(
    table=st.dictionaries(
        st.dates(date(1999, 1, 4), date(2099, 12, 31)),
        st.tuples(*[st.none() | st.decimals("0.0001", "99999", places=4)] * 2),
        max_size=8,
    ),
    order=st.randoms(),
    torn=st.lists(st.sampled_from(["2026-02-30,1,2,", "x", '"', "2026-03-31,0,1,", ",,,"])),
)
def test_good_rows_are_read_whatever_stands_between_them(
    table: dict[date, tuple[Decimal | None, Decimal | None]],
    order: Random,
    torn: list[str],
) -> None:
    good = [
        f"{day},{','.join('N/A' if value is None else f'{value:f}' for value in row)},"
        for day, row in table.items()
        if day != MARCH_31
    ]
    rows = [*good, *torn]
    order.shuffle(rows)
    feed = ecb(*rows)
    assert values(feed) == {
        (code, day): Fraction(value)
        for day, row in table.items()
        if day != MARCH_31
        for code, value in zip(("USD", "JPY"), row, strict=True)
        if value is not None
    }
    lines = {line for line, row in enumerate(rows, start=2) if row in torn}
    assert {int(problem.split(":")[1]) for problem in feed.rejected} == lines


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("31/03/2026,1,2,", "Date must be a date such as 2026-03-31, got '31/03/2026'"),
        ("20260331,1,2,", "Date must be a date such as 2026-03-31, got '20260331'"),
        ("2026-02-30,1,2,", "Date must be a date such as 2026-03-31, got '2026-02-30'"),
        ("31 Maerz 2026,1,2,", "Date must be a date such as 2026-03-31, got '31 Maerz 2026'"),
        ("2026-03-31,1", "expected 3 columns as in the header, got 2"),
        ("2026-03-31,1,2,3,", "expected 3 columns as in the header, got 5"),
        ("2026-03-31,1,2,3", "expected 3 columns as in the header, got 4"),
        ('2026-03-31,1,"2', "the line is no CSV: see its quotation marks and line end"),
        ("2026-03-31,x,2,", "USD: a rate must be a number such as 1.0853, or N/A, got 'x'"),
        ("2026-03-31,1,,", "JPY: a rate must be a number such as 1.0853, or N/A, got ''"),
        ("2026-03-31,1e3,2,", "USD: a rate must be a number such as 1.0853, or N/A, got '1e3'"),
        ("2026-03-31,1/3,2,", "USD: a rate must be a number such as 1.0853, or N/A, got '1/3'"),
        ("2026-03-31,NaN,2,", "USD: a rate must be a number such as 1.0853, or N/A, got 'NaN'"),
        ("2026-03-31,0,2,", "USD: a rate must be above zero, got 0"),
        ("2026-03-31,1,-2.5,", "JPY: a rate must be above zero, got -2.5"),
        ("2026-03-30,1,2,", "the day 2026-03-30 is in line 2 already"),
    ],
)
def test_a_bad_row_is_named_and_left_out_whole(row: str, reason: str) -> None:
    feed = ecb("2026-03-30,1.1,180,", row, "2026-03-27,1.2,181,")
    assert feed.rejected == (f"ecb.csv:3: {reason}",)
    assert {rate.day for rate in feed.rates} == {date(2026, 3, 30), date(2026, 3, 27)}
    assert len(feed.rates) == 4


def test_every_fault_of_a_row_is_told_under_the_name_given() -> None:
    feed = read_ecb_csv(["Date,USD,JPY,", "2026-03-31,x,0,"], name="rates/march.csv")
    assert feed.rejected == (
        "rates/march.csv:2: USD: a rate must be a number such as 1.0853, or N/A, got 'x'",
        "rates/march.csv:2: JPY: a rate must be above zero, got 0",
    )


def test_a_rejected_row_does_not_take_the_day_of_a_good_one() -> None:
    feed = ecb("2026-03-31,x,1,", "2026-03-31,1.15,183,")
    assert values(feed) == {
        ("USD", MARCH_31): Fraction("1.15"),
        ("JPY", MARCH_31): Fraction(183),
    }
    assert len(feed.rejected) == 1


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Date,", "expected the header Date,USD,JPY,... of the European Central Bank, got Date,"),
        (
            "Day,USD",
            "expected the header Date,USD,JPY,... of the European Central Bank, got Day,US",
        ),
        ("Date,USD,USD,", "the currency USD has two columns"),
        ("Date,USD,EUR,", "EUR is the base of every rate and has no column of its own"),
        ("Date,USD,QQQ,", "QQQ"),
        ("Date,USD,,JPY", "''"),
        ('Date,"USD', "expected the header"),
    ],
)
def test_an_odd_header_stops_the_read(header: str, reason: str) -> None:
    with pytest.raises(InputRejected) as caught:
        ecb("2026-03-31,1,2,", header=header)
    assert all(problem.startswith("ecb.csv:1: ") for problem in caught.value.problems)
    assert reason in str(caught.value)


def test_an_empty_file_has_no_header() -> None:
    with pytest.raises(InputRejected, match=r"^ecb\.csv:1: expected the header .*, got none$"):
        read_ecb_csv([])


def test_the_header_is_the_first_line_that_is_not_blank() -> None:
    with pytest.raises(
        InputRejected, match=r"^ecb\.csv:2: expected the header .* got 2026-03-31,1"
    ):
        read_ecb_csv(["", "2026-03-31,1.15"])


def test_only_wanted_columns_are_looked_at() -> None:
    lines = ["Date,USD,QQQ,JPY,", "2026-03-31,1.15,?,183,"]
    feed = read_ecb_csv(lines, currencies={"JPY", "EUR"})
    assert not feed.rejected
    assert values(feed) == {("JPY", MARCH_31): Fraction(183)}
    with pytest.raises(InputRejected, match="no column for the currency KWD"):
        read_ecb_csv(lines, currencies=["JPY", "KWD"])


def test_rates_answer_from_a_book() -> None:
    book = RateBook(read_ecb_csv(HISTORY, source="ECB").rates)
    found = book.find("USD", "JPY", date(2026, 4, 6))
    assert found.value == Fraction("183.79") / Fraction("1.1513")
    assert found.ids == ("ECB:EUR/USD:spot:2026-04-02", "ECB:EUR/JPY:spot:2026-04-02")


HEADER = "day,base,quote,rate,source,known_from"


def test_rates_of_another_source_are_read() -> None:
    feed = read_rates_csv(
        [
            HEADER,
            "2026-03-31,EUR,KWD,0.35330,treasury,",
            '2026-03-31,EUR,KWD,0.354,"treasury, corrected",2026-04-02',
            "2026-03-31,KWD,USD,35/12,bank,",
        ],
        kind=RateKind.CLOSING,
    )
    assert not feed.rejected
    closing = RateKind.CLOSING
    assert feed.rates == (
        Rate("EUR", "KWD", MARCH_31, "0.3533", closing, source="treasury"),
        Rate(
            "EUR",
            "KWD",
            MARCH_31,
            "0.354",
            closing,
            source="treasury, corrected",
            known_from=MARCH_31 + timedelta(days=2),
        ),
        Rate("KWD", "USD", MARCH_31, "35/12", closing, source="bank"),
    )
    assert len(RateBook(feed.rates)) == 3


def test_the_last_column_may_be_missing() -> None:
    feed = read_rates_csv("day,base,quote,rate,source\n2026-03-31,EUR,KWD,0.35,treasury\n")
    assert [rate.known_on for rate in feed.rates] == [MARCH_31]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("31.3.2026,EUR,BHD,1,x,", "day must be a date such as 2026-03-31, got '31.3.2026'"),
        ("2026-03-31,EUR,BHD,1,x,soon", "known_from must be a date such as 2026-03-31, got 'soon'"),
        ("2026-03-31,EUR,BHD,1.2.3,x,", "rate must be a plain number like '12.50', got '1.2.3'"),
        ("2026-03-31,EUR,BHD,0,x,", "a rate must be above zero, got 0"),
        ("2026-03-31,EUR,EUR,1,x,", "a rate is between two currencies, got EUR twice"),
        ("2026-03-31,EUR,BHD,1,,", "the rate EUR/BHD of 2026-03-31 needs a source"),
        ("2026-03-31,EUR,BHD,1,x", "expected 6 columns as in the header, got 5"),
        (
            "2026-03-31,EUR,KWD,0.4,bank,",
            "EUR/KWD of 2026-03-31 is in line 2 already: give a correction the day in known_from "
            "on which it became known",
        ),
    ],
)
def test_a_bad_row_of_another_source_is_named(row: str, reason: str) -> None:
    good = "2026-03-31,EUR,KWD,0.3533,treasury,"
    feed = read_rates_csv([HEADER, good, row, good.replace("03-31", "03-30")])
    assert feed.rejected == (f"rates.csv:3: {reason}",)
    assert len(feed.rates) == 2


def test_an_unknown_currency_is_named() -> None:
    feed = read_rates_csv([HEADER, "2026-03-31,EUR,QQQ,1,x,"], name="other.csv")
    assert not feed.rates
    (problem,) = feed.rejected
    assert problem.startswith("other.csv:2: ")
    assert "QQQ" in problem


@pytest.mark.parametrize("header", [[], ["day,base,quote,value,source,known_from"], ["Date,USD"]])
def test_another_header_stops_the_read(header: list[str]) -> None:
    with pytest.raises(InputRejected, match=r"^rates\.csv:1: expected the header day,base,quote,"):
        read_rates_csv(header)


def test_further_columns_say_kind_units_and_retrieval() -> None:
    feed = read_rates_csv(
        [
            "day,base,quote,rate,source,units,kind,retrieved_at",
            "2026-03-31,JPY,EUR,0.62,bank,100,average,2026-03-31T16:05:00+02:00",
            "2026-03-31,JPY,EUR,0.0061,bank,,,",
        ]
    )
    average, spot = feed.rates
    assert average == Rate(
        "JPY",
        "EUR",
        MARCH_31,
        "0.0062",
        RateKind.AVERAGE,
        source="bank",
        retrieved_at=datetime(2026, 3, 31, 14, 5, tzinfo=UTC),
    )
    assert (spot.kind, spot.value, spot.retrieved_at) == (RateKind.SPOT, Fraction("0.0061"), None)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("0,,", "units must be above zero, got '0'"),
        (",mean,", "RateKind is one of spot"),
        (",,yesterday", "retrieved_at must be an instant"),
        (",,2026-03-31T16:05:00", "must carry its zone"),
    ],
)
def test_a_bad_further_column_is_named(cells: str, reason: str) -> None:
    header = "day,base,quote,rate,source,units,kind,retrieved_at"
    feed = read_rates_csv([header, f"2026-03-31,EUR,KWD,0.35,x,{cells}"])
    assert not feed.rates
    assert reason in feed.rejected[0]
    assert feed.rejected[0].startswith("rates.csv:2: ")


@pytest.mark.parametrize("more", ["mood", "kind,kind"])
def test_an_odd_further_column_is_refused(more: str) -> None:
    with pytest.raises(InputRejected, match="then any of known_from,kind,units,retrieved_at"):
        read_rates_csv([f"day,base,quote,rate,source,{more}"])


XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube>
    <Cube time="2026-04-02">
      <Cube currency="USD" rate="1.1513"/><Cube currency="JPY" rate="183.79"/>
    </Cube>
    <Cube time="2026-04-01">
      <Cube currency="USD" rate="1.1498"/><Cube currency="JPY" rate="183"/>
    </Cube>
  </Cube>
</gesmes:Envelope>
"""


def test_the_xml_gives_the_rates_of_the_csv() -> None:
    fetched = datetime(2026, 4, 2, 15, tzinfo=UTC)
    wanted = {"USD", "JPY"}
    csv = read_ecb_csv(HISTORY.rpartition("2007")[0], currencies=wanted, retrieved_at=fetched)
    for text in (XML, XML.encode()):
        feed = read_ecb_xml(text, currencies=wanted, retrieved_at=fetched)
        assert not feed.rejected
        assert feed.rates == csv.rates


def test_a_bad_rate_of_the_xml_is_left_out_alone() -> None:
    broken = XML.replace('"1.1513"', '"1,1513"').replace('"JPY" rate="183"', '"USD" rate="2"')
    feed = read_ecb_xml(broken)
    assert values(feed) == {
        ("JPY", date(2026, 4, 2)): Fraction("183.79"),
        ("USD", date(2026, 4, 1)): Fraction("1.1498"),
    }
    assert feed.rejected == (
        "ecb.xml:2026-04-02: USD: a rate must be a number such as 1.0853, got '1,1513'",
        "ecb.xml:2026-04-01: USD: the day has a rate of it already",
    )


@pytest.mark.parametrize("time", ["2026-04-02", "2 April 2026", "2026-04-31"])
def test_a_bad_day_of_the_xml_is_left_out(time: str) -> None:
    feed = read_ecb_xml(XML.replace("2026-04-01", time))
    assert {rate.day for rate in feed.rates} == {date(2026, 4, 2)}
    assert feed.rejected[0].startswith(f"ecb.xml:{time}: ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<Cube/>",
        "Date,USD,\n",
        "<Envelope><Cube><Cube currency='USD' rate='1'/></Cube></Envelope>",
        '<!DOCTYPE x [<!ENTITY a "1.1">]>' + XML.partition("?>")[2],
        b"<!DOCTYPE x>" + XML.partition("?>")[2].encode(),
    ],
)
def test_what_is_no_such_xml_is_refused(text: str | bytes) -> None:
    with pytest.raises(InputRejected, match=r"^ecb\.xml: "):
        read_ecb_xml(text)
