"""Prices that change by date: ramps, uplifts, and what stands around them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, NotFound, PriceNotFound
from harmony_core.explanation import Explanation
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Rounding
from harmony_core.periods import Interval, Month, Schedule, Span
from harmony_core.pricing import (
    ONLY_LINE,
    AtLeast,
    AtMost,
    BandTable,
    CapacityStep,
    CapacitySteps,
    Commitment,
    Discounted,
    Dynamic,
    FillUp,
    FixedUplift,
    Flat,
    GraduatedPercentage,
    IndexSeries,
    IndexUplift,
    Percentage,
    PercentOff,
    PerUnit,
    PricePoint,
    Ramp,
    Scheme,
    Uplift,
    Uplifted,
    anchored,
    change_days,
    explain,
    facts_on,
    price,
    price_since,
    repriced,
    scheme_on,
)
from harmony_core.products._price_words import price_in_words
from tests.pricing.scheme_values import (
    can_rise,
    dated,
    days,
    money,
    percents,
    quantities,
    ramps,
    schemes,
    uplifts,
)

TEN, TWELVE = PerUnit.of("10", "EUR"), PerUnit.of("12", "EUR")
ENTRY = Ramp.of((date(2026, 1, 1), TEN), (date(2027, 1, 1), TWELVE))


def euro(amount: Exact) -> ExactAmount:
    return ExactAmount.of(amount, "EUR")


# --- laws ----------------------------------------------------------------------------------------


@given(scheme=schemes, day=days)
def test_a_scheme_without_dates_is_given_back_as_it_is(scheme: Scheme, day: date) -> None:
    assert scheme_on(scheme, day) is scheme
    assert change_days(scheme, Span(date.min, date.max)) == ()
    assert facts_on(scheme, day) == ()


@given(scheme=schemes, day=days, quantity=quantities)
def test_a_ramp_of_one_step_is_the_scheme_alone(
    scheme: Scheme, day: date, quantity: Fraction
) -> None:
    ramp = Ramp.of((date.min, scheme))
    assert scheme_on(ramp, day) is scheme
    assert change_days(ramp, Span(date(2000, 1, 1), date.max)) == ()


@given(scheme=dated, day=days, quantity=quantities)
def test_every_dated_scheme_has_a_price_on_a_day_that_explains_itself(
    scheme: Scheme, day: date, quantity: Fraction
) -> None:
    held = scheme_on(scheme, day)
    amount = price(held, quantity)
    assert explain(held, quantity).evaluate() == amount.value
    assert amount.currency == scheme.currency
    assert scheme_on(held, day) is held


@given(scheme=dated, day=days, length=st.integers(0, 900))
def test_between_two_change_days_the_price_is_one(scheme: Scheme, day: date, length: int) -> None:
    within = Span.starting(day, length)
    found = change_days(scheme, within)
    assert list(found) == sorted(set(found))
    assert all(one in within for one in found)
    for start, end in zip([day, *found], [*found, within.end], strict=True):
        if start < end:
            last = end - timedelta(days=1)
            assert scheme_on(scheme, start) == scheme_on(scheme, last)
            if start != day:
                assert scheme_on(scheme, start) != scheme_on(scheme, start - timedelta(days=1))
                assert price_since(scheme, last) == start


@given(one=dated, day=days, cut=st.integers(0, 400), rest=st.integers(0, 400))
def test_a_span_has_the_change_days_of_its_parts(
    one: Scheme, day: date, cut: int, rest: int
) -> None:
    middle = day + timedelta(days=cut)
    end = middle + timedelta(days=rest)
    parts = (*change_days(one, Span(day, middle)), *change_days(one, Span(middle, end)))
    assert change_days(one, Span(day, end)) == parts


def _has_a_share_of_value(scheme: Scheme) -> bool:
    if isinstance(scheme, Percentage | GraduatedPercentage | Dynamic):
        return True
    inner = getattr(scheme, "scheme", None)
    return inner is not None and _has_a_share_of_value(inner)


@given(
    scheme=schemes.filter(lambda one: not _has_a_share_of_value(one)),
    uplift=uplifts(st.none()),
    day=days,
    quantity=quantities,
)
def test_unrounded_uplifts_multiply_the_price_of_every_quantity(
    scheme: Scheme, uplift: Uplift, day: date, quantity: Fraction
) -> None:
    factor = uplift.amount_on(euro(1), day).value
    raised = scheme_on(Uplifted(scheme, uplift), day)
    assert price(raised, quantity) == price(scheme, quantity) * factor


@given(scheme=schemes.filter(can_rise), since=days, day=days)
def test_an_uplift_of_nothing_changes_nothing(scheme: Scheme, since: date, day: date) -> None:
    uplifted = Uplifted(scheme, Uplift.fixed(since, 0, rounding=None))
    assert scheme_on(uplifted, day) == scheme
    assert change_days(uplifted, Span(since, date(2040, 1, 1))) == ()


@given(amount=money, uplift=uplifts(), day=days)
def test_an_uplifted_price_explains_itself(amount: ExactAmount, uplift: Uplift, day: date) -> None:
    found = uplift.price_on(amount, day)
    assert found.explanation.evaluate() == found.price.value
    assert found.price == uplift.amount_on(amount, day)
    assert found.uplifts == len(uplift.uplifts_by(day))
    assert found.explanation.as_text(Culture.of("de"))


@given(amounts=st.lists(money, min_size=2, max_size=4), uplift=uplifts(), day=days)
def test_an_amount_is_uplifted_alone(amounts: list[ExactAmount], uplift: Uplift, day: date) -> None:
    """What stands beside it in a table does not change its steps."""
    rows = [(number, one.value) for number, one in enumerate(amounts[:-1], 1)]
    table = BandTable.of("EUR", [*rows, (None, amounts[-1].value)])
    raised = scheme_on(Uplifted(FillUp(table), uplift), day)
    alone = [scheme_on(Uplifted(PerUnit(one), uplift), day) for one in amounts]
    assert isinstance(raised, FillUp)
    assert [PerUnit(band.unit_price) for band in raised.table.bands] == alone


@given(percent=percents, day=days, later=st.integers(0, 4000))
def test_steps_are_rounded_one_after_the_other(percent: Fraction, day: date, later: int) -> None:
    uplift = Uplift.fixed(day, percent)
    on = day + timedelta(days=later)
    whole, money_of = euro("1000"), Rounding().apply
    for _ in uplift.uplifts_by(on):
        whole = euro(money_of(whole.value * (1 + percent / 100), Fraction(1, 100)))
    assert uplift.amount_on(euro("1000"), on) == whole


@pytest.mark.parametrize(
    "scheme",
    [
        Dynamic("EUR", 1),
        Percentage.of("2.9", "EUR"),
        Discounted(Dynamic("EUR", 1), [PercentOff(10)]),
        Ramp.of((date(2000, 1, 1), Dynamic("EUR", 1))),
    ],
)
def test_what_has_no_agreed_amount_is_not_uplifted_in_silence(scheme: Scheme) -> None:
    with pytest.raises(InvalidValue, match="an uplift would change nothing"):
        Uplifted(scheme, Uplift.fixed(date(2024, 5, 31), 3))
    Uplifted(
        Ramp.of((date(2000, 1, 1), scheme), (date(2025, 1, 1), PerUnit(euro(1)))),
        Uplift.fixed(None, 3),
    )


@given(ramp=ramps(schemes.filter(can_rise)), uplift=uplifts(), day=days, quantity=quantities)
def test_a_ramp_inside_an_uplift_and_an_uplift_inside_a_ramp_agree(
    ramp: Ramp, uplift: Uplift, day: date, quantity: Fraction
) -> None:
    outside = Uplifted(ramp, uplift)
    inside = Ramp.of(*((one.first_day, Uplifted(one.scheme, uplift)) for one in ramp.steps))
    assert scheme_on(outside, day) == scheme_on(inside, day)


# --- known figures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounding", "day", "uplifts", "expected"),
    [
        (HALF_UP, date(2022, 1, 31), 0, "1000.00"),
        (HALF_UP, date(2022, 2, 1), 1, "1035.00"),
        (HALF_UP, date(2025, 4, 1), 4, "1147.53"),
        (None, date(2025, 4, 1), 4, "1147.52"),
        (Rounding.of("half_up", 5), date(2025, 4, 1), 4, "1145.00"),
        (HALF_UP, date(2020, 1, 1), 0, "1000.00"),
    ],
)
def test_a_fixed_uplift(rounding: Rounding | None, day: date, uplifts: int, expected: str) -> None:
    found = Uplift.fixed(date(2021, 2, 1), "3.5", rounding=rounding).price_on(euro(1000), day)
    assert (found.uplifts, str(found.price.settle())) == (uplifts, f"{expected} EUR")


INDEX = Uplift.by_index(date(2022, 7, 1), ["9.4", "2.1", "0.4"], floor=1, cap=5)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2023, 6, 30), "250.00"),
        (date(2023, 7, 1), "262.50"),
        (date(2024, 7, 1), "268.01"),
        (date(2025, 7, 1), "270.69"),
    ],
)
def test_an_index_with_floor_and_cap(day: date, expected: str) -> None:
    assert str(INDEX.amount_on(euro(250), day).settle()) == f"{expected} EUR"


def test_a_change_of_the_index_that_is_missing_is_not_guessed() -> None:
    with pytest.raises(PriceNotFound, match="for the anniversary 2026-07-01"):
        INDEX.amount_on(euro(250), date(2026, 7, 1))
    line = Uplifted(TEN, INDEX)
    assert change_days(line, Span(date(2026, 1, 1), date(2027, 1, 1))) == (date(2026, 7, 1),)


@pytest.mark.parametrize(
    ("since", "every", "first", "expected"),
    [
        (date(2024, 2, 29), Interval.years(1), 1, ["2025-02-28", "2026-02-28", "2027-02-28"]),
        (date(2023, 8, 31), Interval.months(6), 1, ["2024-02-29", "2024-08-31", "2025-02-28"]),
        (date(2023, 8, 31), Interval.years(1), 3, ["2026-08-31", "2027-08-31", "2028-08-31"]),
    ],
)
def test_anniversaries_keep_their_day(
    since: date, every: Interval, first: int, expected: list[str]
) -> None:
    uplift = Uplift.fixed(since, 1, every=every, first=first)
    found = list(uplift.anniversaries(Span(date(2000, 1, 1), date(2028, 9, 1))))
    assert [str(day) for day in found][: len(expected)] == expected
    assert found == [day for day, _ in uplift.uplifts_by(date(2028, 8, 31))]


def test_the_29th_of_february_comes_back_in_a_leap_year() -> None:
    uplift = Uplift.fixed(date(2024, 2, 29), 10)
    assert uplift.price_on(euro(100), date(2028, 2, 28)).uplifts == 3
    assert uplift.price_on(euro(100), date(2028, 2, 29)).uplifts == 4


def test_a_listed_price_has_no_anniversaries_until_it_is_sold() -> None:
    listed = AtLeast.of(
        Ramp.of((date(2020, 1, 1), Uplifted(TEN, Uplift.fixed(None, "5", first=2)))), 1
    )
    assert change_days(listed, Span(date(2021, 1, 1), date(2040, 1, 1))) == ()
    assert price(scheme_on(listed, date(2039, 1, 1)), 1) == euro(10)
    sold = anchored(listed, date(2026, 1, 31))
    assert change_days(sold, Span(date(2021, 1, 1), date(2029, 1, 1))) == (date(2028, 1, 31),)
    assert anchored(sold, date(2030, 1, 1)) == sold
    assert anchored(AtLeast.of(TEN, 1), date(2026, 1, 1)) == AtLeast.of(TEN, 1)
    found = Uplift.fixed(None, 5).price_on(euro(10), date(2030, 1, 1))
    assert (found.uplifts, found.explanation.facts) == (0, ())


def test_changes_of_an_index_are_added_as_they_become_known() -> None:
    listed = Uplift.by_index(None, [], floor=1)
    sold = listed.anchored(date(2024, 2, 29)).with_changes(["3"]).with_changes(["0.5", "2"])
    assert sold.uplifts_by(date(2028, 2, 28)) == (
        (date(2025, 2, 28), Fraction(3)),
        (date(2026, 2, 28), Fraction(1)),
        (date(2027, 2, 28), Fraction(2)),
    )
    assert sold.with_changes([]) is sold
    gap = Uplift(date(2024, 1, 1), IndexUplift([(date(2026, 1, 1), 1)])).with_changes([2])
    assert isinstance(gap.change, IndexUplift)
    assert gap.change.changes == (
        (date(2026, 1, 1), Fraction(1)),
        (date(2027, 1, 1), Fraction(2)),
    )
    with pytest.raises(PriceNotFound, match="2025-01-01"):
        gap.uplifts_by(date(2025, 6, 1))
    with pytest.raises(InvalidValue, match="nothing says from which day"):
        listed.with_changes([1])
    with pytest.raises(InvalidValue, match="a change of the index on 2026-01-01 needs the day"):
        Uplift(None, IndexUplift([(date(2026, 1, 1), 1)]))
    with pytest.raises(InvalidValue, match="follows no index"):
        Uplift.fixed(date(2024, 1, 1), 1).with_changes([1])


def test_an_index_series_gives_the_changes_of_its_months() -> None:
    series = IndexSeries.of(
        {"2022-05": "100", "2023-05": "109.4", "2024-05": "111.7", "2025-05": "112.15"}
    )
    tenth = Rounding.of("half_up", "0.1")
    changes = series.changes(date(2022, 7, 31), date(2025, 7, 31), months_before=2, rounding=tenth)
    assert changes == (Fraction("9.4"), Fraction("2.1"), Fraction("0.4"))
    assert series.changes(date(2022, 7, 31), date(2025, 7, 30), months_before=2, first=2) == (
        series.change(Month(2023, 5), Month(2024, 5)),
    )
    assert series.changes(date(2022, 7, 31), date(2023, 7, 30)) == ()
    with pytest.raises(NotFound, match="no value for 2026-05"):
        series.changes(date(2022, 7, 31), date(2026, 7, 31), months_before=2)
    with pytest.raises(InvalidValue, match="above zero, got 0 for 2026-05"):
        IndexSeries.of({"2026-05": 0})
    with pytest.raises(InvalidValue, match="one value for each month"):
        IndexSeries([(Month(2026, 5), 100), (Month(2026, 5), 101)])


def test_a_price_too_small_to_show_an_uplift_does_not_stand_still() -> None:
    terms = Uplift.fixed(date(2021, 1, 1), "3.5")
    for years in (1, 5, 10):
        price = terms.price_on(euro("0.05"), date(2021 + years, 1, 1))
        assert price.price == euro("0.05") * Fraction("1.035") ** years
        assert price.explanation.evaluate() == price.price.value
    table = FillUp(BandTable.of("EUR", [(10, "12"), (None, "0.05")]))
    raised = scheme_on(Uplifted(table, terms), date(2022, 1, 1))
    assert raised == FillUp(BandTable.of("EUR", [(10, "12.42"), (None, "0.05175")]))
    by_step = Uplift.fixed(date(2021, 1, 1), "3.5", rounding=Rounding(step=Fraction(1, 100)))
    assert by_step.price_on(euro("0.05"), date(2031, 1, 1)).price == euro("0.05")  # as was agreed


def test_a_repricing_that_brings_a_maximum_below_the_minimum_around_it_can_be_priced() -> None:
    capped = AtLeast.of(AtMost.of(PerUnit.of("1", "EUR"), "10"), "9")
    raised = repriced(capped, lambda amount: euro("11") if amount == euro("9") else amount)
    assert raised.price(100) == euro("11")
    assert raised.explain(100).evaluate() == 11


def test_a_price_finer_than_money_is_rounded_only_by_a_step_of_its_own() -> None:
    day = date(2025, 1, 1)
    fine = Uplift.fixed(date(2024, 1, 1), "3.5").amount_on(euro("0.00045"), day)
    stepped = Uplift.fixed(
        date(2024, 1, 1), "3.5", rounding=Rounding.of("half_up", "0.00001")
    ).amount_on(euro("0.00045"), day)
    assert (fine, stepped) == (euro("0.00046575"), euro("0.00047"))
    yen = Uplift.fixed(date(2024, 1, 1), "3.5").amount_on(ExactAmount.of(999, "JPY"), day)
    assert yen == ExactAmount.of(1034, "JPY")


def test_an_uplift_raises_amounts_and_leaves_shares_and_quantities() -> None:
    scheme = Commitment.of(
        AtLeast.of(Percentage.of("2", "EUR", fee="1", free_amount=100), "20"), "1000"
    )
    raised = repriced(scheme, lambda amount: amount * Fraction("1.1"))
    expected = Commitment.of(
        AtLeast.of(Percentage.of("2", "EUR", fee="1.1", free_amount=100), "22"), "1100"
    )
    assert raised == expected


def test_steps_of_capacity_are_repriced_too() -> None:
    steps = CapacitySteps([CapacityStep.of("10", "EUR", {"users": None})])
    assert steps.repriced(lambda amount: amount * 2).price({"users": 7}) == euro(20)


def test_every_price_says_since_when_it_holds_and_what_raised_it() -> None:
    uplifted = AtLeast.of(Uplifted(ENTRY, INDEX_FROM_2026), "5")
    assert facts_on(uplifted, date(2026, 5, 1)) == (("price in force since", "2026-01-01"),)
    assert facts_on(uplifted, date(2028, 7, 1)) == (
        ("price in force since", "2028-07-01"),
        ("uplifts", "2027-07-01: 2 %, 2028-07-01: 5 %"),
    )
    assert facts_on(Ramp.of((date(2026, 1, 1), uplifted)), date(2028, 7, 1))[1][0] == "uplifts"
    assert facts_on(Uplifted(uplifted, INDEX_FROM_2026), date(2027, 7, 1))[1:] == (
        ("uplifts", "2027-07-01: 2 %"),
        ("uplifts", "2027-07-01: 2 %"),
    )


INDEX_FROM_2026 = Uplift.by_index(date(2026, 7, 1), [2, 9], cap=5)


def test_in_words() -> None:
    english = list(price_in_words(Culture.of("en-GB"), Uplifted(ENTRY, INDEX), "seat"))
    assert english == [
        "From 1 January 2026 on:",
        "  €10.00 per seat.",
        "From 1 January 2027 on:",
        "  €12.00 per seat.",
        "Counted from 1 July 2022, the price follows an index every year.",
        "Each change is 1% at least.",
        "Each change is 5% at most.",
    ]
    listed = Uplifted(TEN, Uplift.fixed(None, "3.5", first=2))
    assert list(price_in_words(Culture.of("en-GB"), listed, "seat"))[1:] == [
        "Counted from the first day agreed, the price changes by 3.5% every year.",
        "The first change is on anniversary number 2.",
    ]
    later = Uplifted(TEN, Uplift.fixed(date(2026, 1, 1), "3.5", first=2, every=Interval.months(18)))
    german = [
        text.replace("\xa0", " ") for text in price_in_words(Culture.of("de-DE"), later, "Platz")
    ]
    assert german == [
        "10,00 € je Platz.",
        "Gezählt ab 1. Januar 2026 ändert sich der Preis alle 18 Monate um 3,5 %.",
        "Die erste Änderung ist am 1. Januar 2029.",
    ]


# --- what cannot be ------------------------------------------------------------------------------


def test_before_the_first_step_there_is_no_price() -> None:
    with pytest.raises(PriceNotFound, match=r"no price on 2025-12-31: .* begins on 2026-01-01"):
        scheme_on(AtLeast.of(ENTRY, 5), date(2025, 12, 31))
    assert change_days(ENTRY, Span(date(2025, 1, 1), date(2026, 2, 1))) == (date(2026, 1, 1),)


@pytest.mark.parametrize("scheme", [ENTRY, Uplifted(TEN, INDEX), AtLeast.of(ENTRY, 5)])
def test_without_a_day_there_is_no_price(scheme: Scheme) -> None:
    for ask in (price, explain):
        with pytest.raises(InvalidValue, match=r"depends on the day: take scheme_on\(scheme, day"):
            ask(scheme, 1)


def test_a_ramp_rises_and_has_one_currency() -> None:
    with pytest.raises(InvalidValue, match="needs a step"):
        Ramp(())
    with pytest.raises(InvalidValue, match="2026-01-01 follows 2026-01-01"):
        Ramp.of((date(2026, 1, 1), TEN), (date(2026, 1, 1), TWELVE))
    with pytest.raises(InvalidValue, match="one currency: found EUR, USD"):
        Ramp.of((date(2026, 1, 1), TEN), (date(2027, 1, 1), PerUnit.of("12", "USD")))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FixedUplift("-100.5"), "below zero"),
        (lambda: FixedUplift(True), "must be exact"),
        (lambda: IndexUplift((), floor=3, cap=2), "3 % at least and 2 % at most"),
        (lambda: IndexUplift([(date(2026, 1, 2), 1), (date(2026, 1, 2), 1)]), "one for each"),
        (
            lambda: Uplift(date(2026, 1, 1), IndexUplift([(date(2027, 1, 2), 1)])),
            "2027-01-02 is no anniversary of 2026-01-01 .* from 2027-01-01 on",
        ),
        (lambda: Uplift(date(2026, 1, 1), IndexUplift([(date(2026, 1, 1), 1)])), "no anniversary"),
        (lambda: Uplift.fixed(date(2026, 1, 1), 1, first=0), "a number from 1, got 0"),
    ],
)
def test_an_uplift_that_cannot_be(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidValue, match=message):
        make()


@attrs.frozen
class HostScheme:
    """What a host may bring: it prices, and knows nothing else."""

    currency: str = "EUR"

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        return TEN.price(quantity, point)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        return TEN.explain(quantity, point)


@attrs.frozen
class HostWeekend:
    """A host's own dated scheme: another price at weekends."""

    currency: str = "EUR"

    def on(self, day: date) -> Scheme:
        return TWELVE if day.weekday() >= 5 else TEN

    def turning_days(self, within: Span) -> list[date]:
        return [day for day in within.each_day() if day.weekday() in (0, 5)]

    def facts_on(self, day: date) -> tuple[tuple[str, str], ...]:
        return (("tariff", "weekend"),) if day.weekday() >= 5 else ()

    def price(self, *_: object) -> ExactAmount:
        raise InvalidValue("depends on the day")

    def explain(self, *_: object) -> Explanation:
        raise InvalidValue("depends on the day")


def test_a_hosts_scheme_that_cannot_be_repriced_is_refused_at_set_up() -> None:
    with pytest.raises(InvalidValue, match="HostScheme cannot be repriced: give it a method"):
        Uplifted(AtLeast.of(HostScheme(), 5), INDEX)
    assert scheme_on(Ramp.of((date(2026, 1, 1), HostScheme())), date(2026, 1, 1)).price(2) == (
        euro(20)
    )


def test_a_hosts_own_dated_scheme_takes_part() -> None:
    monday = Schedule(date(2026, 6, 1), Interval.weeks(1)).period(0)
    around = AtLeast.of(HostWeekend(), 1)
    assert change_days(around, monday) == (date(2026, 6, 1), date(2026, 6, 6))
    assert price(scheme_on(around, date(2026, 6, 7)), 1) == euro(12)
    assert facts_on(around, date(2026, 6, 7)) == (
        ("price in force since", "2026-06-06"),
        ("tariff", "weekend"),
    )
    assert scheme_on(Flat.of(1, "EUR"), date(2026, 6, 7)) == Flat.of(1, "EUR")
