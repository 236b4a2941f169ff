"""The rate book answers from facts, says which, and refuses rather than guesses."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound, RateNotFound
from harmony_core.finance import (
    ExactAmount,
    FoundRate,
    Money,
    Rate,
    RateBook,
    RateKind,
    RateLeg,
    RatePolicy,
    Rounding,
    convert,
    triangulate,
)
from harmony_core.periods import Span

FRIDAY = date(2026, 3, 27)
ANY_AGE = RatePolicy(max_age_days=None)
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))
VALUES = st.fractions(Fraction(1, 1000), 1000, max_denominator=10_000)


def ecb(quote: str, value: str, day: date = FRIDAY, **more: Any) -> Rate:
    return Rate("EUR", quote, day, value, source="ECB", **more)


def crossing(dollar: Fraction, pound: Fraction) -> RateBook:
    return RateBook(
        [
            Rate("EUR", "USD", FRIDAY, dollar, source="x"),
            Rate("EUR", "GBP", FRIDAY, pound, source="x"),
        ]
    )


BOOK = RateBook([ecb("USD", "1.15"), ecb("GBP", "0.86"), ecb("JPY", "161.37")])


@st.composite
def facts(draw: st.DrawFn) -> list[Rate]:
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(["USD", "GBP", "JPY"]), DAYS, st.none() | DAYS),
            unique_by=lambda key: (key[0], key[1], key[2] or key[1]),
            max_size=20,
        )
    )
    return [
        Rate("EUR", quote, day, draw(VALUES), source="ECB", known_from=known)
        for quote, day, known in keys
    ]


def answer(book: RateBook, base: str, quote: str, day: date, known: date | None = None) -> object:
    try:
        return book.find(base, quote, day, policy=ANY_AGE, known=known)
    except RateNotFound as refusal:
        return str(refusal)


PAIRS = st.sampled_from([("EUR", "USD"), ("USD", "EUR"), ("GBP", "JPY"), ("USD", "USD")])


@given(facts(), PAIRS, DAYS, st.none() | DAYS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    rates: list[Rate], pair: tuple[str, str], day: date, known: date | None, random: Any
) -> None:
    shuffled = list(rates)
    random.shuffle(shuffled)
    half = len(rates) // 2
    books = [RateBook(rates), RateBook(shuffled), RateBook(rates[half:]).with_rates(rates[:half])]
    assert len({answer(book, *pair, day, known) for book in books}) == 1
    assert books[0] == books[1] == books[2]
    assert len({hash(book) for book in books}) == 1


@given(facts(), st.sampled_from(["USD", "GBP", "JPY"]), DAYS, st.none() | DAYS)
def test_the_answer_is_the_latest_known_version_of_the_latest_day(
    rates: list[Rate], quote: str, day: date, known: date | None
) -> None:
    possible = [
        rate
        for rate in rates
        if rate.quote == quote and rate.day <= day and (known is None or rate.known_on <= known)
    ]
    found = answer(RateBook(rates), "EUR", quote, day, known)
    if not possible:
        assert "no spot rate" in str(found)
    else:
        best = max(possible, key=lambda rate: (rate.day, rate.known_on))
        assert found == FoundRate("EUR", quote, day, best.value, (RateLeg(best, inverted=False),))


@given(facts(), st.lists(st.tuples(DAYS, VALUES), max_size=5), DAYS, DAYS)
def test_a_correction_does_not_change_what_was_answered_as_known_earlier(
    rates: list[Rate], late: list[tuple[date, Fraction]], day: date, known: date
) -> None:
    later = known + timedelta(days=1)
    corrections = [
        Rate("EUR", "USD", about, value, source="ECB late", known_from=later + timedelta(days=n))
        for n, (about, value) in enumerate(late)
    ]
    kept = [
        r
        for r in rates
        if not any(r.day == c.day and r.known_on == c.known_on for c in corrections)
    ]
    before = answer(RateBook(kept), "EUR", "USD", day, known)
    assert answer(RateBook(kept).with_rates(corrections), "EUR", "USD", day, known) == before


@given(VALUES, VALUES, st.integers(-(10**9), 10**9))
def test_there_and_back_without_rounding_is_the_same_amount(
    dollar: Fraction, pound: Fraction, minor: int
) -> None:
    book = crossing(dollar, pound)
    there, back = book.find("USD", "GBP", FRIDAY), book.find("GBP", "USD", FRIDAY)
    assert there.value * back.value == 1
    assert there.value == pound / dollar
    assert (
        Money(minor, "USD").exact.value * there.value * back.value
        == Money(minor, "USD").exact.value
    )


@given(VALUES, VALUES, st.integers(-(10**9), 10**9))
def test_a_cross_rate_is_triangulation_without_rounding_between(
    dollar: Fraction, pound: Fraction, minor: int
) -> None:
    book = crossing(dollar, pound)
    money = Money(minor, "USD")
    pivot = book.find("USD", "EUR", FRIDAY), book.find("EUR", "GBP", FRIDAY)
    assert triangulate(money, *pivot) == convert(money, book.find("USD", "GBP", FRIDAY))
    assert triangulate(-money, *pivot) == -triangulate(money, *pivot)


def test_direct_then_inverse_then_cross_and_the_chain_is_kept() -> None:
    direct = BOOK.find("EUR", "USD", FRIDAY)
    inverse = BOOK.find("USD", "EUR", FRIDAY)
    cross = BOOK.find("GBP", "USD", FRIDAY)
    assert (direct.value, inverse.value) == (Fraction("1.15"), 1 / Fraction("1.15"))
    assert cross.value == Fraction("1.15") / Fraction("0.86")
    assert [leg.inverted for leg in cross.chain] == [True, False]
    assert cross.ids == ("ECB:EUR/GBP:spot:2026-03-27", "ECB:EUR/USD:spot:2026-03-27")
    with_direct = BOOK.with_rates([Rate("GBP", "USD", FRIDAY, "1.33", source="bank")])
    assert with_direct.find("GBP", "USD", FRIDAY).ids == ("bank:GBP/USD:spot:2026-03-27",)
    assert BOOK.find("GBP", "USD", FRIDAY) == cross


def test_pivots_are_tried_in_their_order() -> None:
    book = RateBook(
        [
            Rate("USD", "INR", FRIDAY, "84", source="RBI"),
            Rate("USD", "KWD", FRIDAY, "0.3", source="CBK"),
            *BOOK,
        ]
    )
    with pytest.raises(RateNotFound):
        book.find("INR", "KWD", FRIDAY)
    found = book.find("INR", "KWD", FRIDAY, policy=RatePolicy(via=("EUR", "USD")))
    assert found.value == Fraction("0.3") / 84


def test_the_same_currency_needs_no_rate() -> None:
    found = RateBook().find("EUR", "EUR", FRIDAY)
    assert found == FoundRate("EUR", "EUR", FRIDAY, Fraction(1), ())
    assert found.ids == ()


@pytest.mark.parametrize(
    ("day", "policy", "found"),
    [
        (FRIDAY, RatePolicy(), True),
        (FRIDAY + timedelta(days=3), RatePolicy(), True),
        (FRIDAY + timedelta(days=7), RatePolicy(), True),
        (FRIDAY + timedelta(days=8), RatePolicy(), False),
        (FRIDAY + timedelta(days=8), RatePolicy(max_age_days=8), True),
        (FRIDAY + timedelta(days=999), ANY_AGE, True),
        (FRIDAY + timedelta(days=1), RatePolicy(max_age_days=0), False),
        (FRIDAY + timedelta(days=1), RatePolicy(exact_day=True), False),
        (FRIDAY, RatePolicy(exact_day=True), True),
        (FRIDAY - timedelta(days=1), ANY_AGE, False),
    ],
)
def test_a_rate_is_on_or_before_within_its_age_and_never_after(
    day: date, policy: RatePolicy, *, found: bool
) -> None:
    if found:
        assert BOOK.find("EUR", "USD", day, policy=policy).value == Fraction("1.15")
        return
    with pytest.raises(RateNotFound):
        BOOK.find("EUR", "USD", day, policy=policy)


def test_inverse_and_cross_only_where_allowed() -> None:
    with pytest.raises(RateNotFound, match="no inverse"):
        BOOK.find("USD", "EUR", FRIDAY, policy=RatePolicy(inverse=False))
    with pytest.raises(RateNotFound, match="no cross rates"):
        BOOK.find("GBP", "USD", FRIDAY, policy=RatePolicy(via=()))


def test_kinds_are_never_mixed() -> None:
    book = BOOK.with_rates([ecb("USD", "1.11", kind=RateKind.AVERAGE)])
    assert book.find("EUR", "USD", FRIDAY).value == Fraction("1.15")
    assert book.find("EUR", "USD", FRIDAY, RateKind.AVERAGE).value == Fraction("1.11")
    with pytest.raises(RateNotFound, match="no budget rate EUR/USD for 2026-03-27"):
        book.find("EUR", "USD", FRIDAY, RateKind.BUDGET)


def test_a_missing_rate_names_what_was_asked_and_all_that_was_tried() -> None:
    with pytest.raises(RateNotFound) as caught:
        BOOK.find("KWD", "USD", date(2026, 4, 6), known=date(2026, 4, 7))
    message = str(caught.value)
    for part in (
        "no spot rate KWD/USD for 2026-04-06, as known on 2026-04-07",
        "at most 7 days old",
        "KWD/USD: none by then",
        "USD/KWD: none by then",
        "KWD/EUR: none by then",
        "EUR/USD: nearest is of 2026-03-27, 10 days old",
        "add the rate to the book",
    ):
        assert part in message


@pytest.mark.parametrize("pair", [("XYZ", "EUR"), ("EUR", "XYZ"), ("XYZ", "XYZ")])
def test_an_unknown_currency_is_named_as_the_reason(pair: tuple[str, str]) -> None:
    with pytest.raises(NotFound, match="no currency 'XYZ'"):
        BOOK.find(*pair, FRIDAY)


def test_a_corrected_rate_is_a_further_fact() -> None:
    monday = FRIDAY + timedelta(days=3)
    book = BOOK.with_rates([ecb("USD", "1.16", known_from=monday)])
    assert book.find("EUR", "USD", FRIDAY).value == Fraction("1.16")
    assert book.find("EUR", "USD", FRIDAY, known=FRIDAY).value == Fraction("1.15")
    assert book.find("EUR", "USD", FRIDAY, known=monday).ids == (
        "ECB:EUR/USD:spot:2026-03-27:2026-03-30",
    )


def test_two_rates_that_claim_the_same_are_refused_and_a_repeated_one_is_not() -> None:
    with pytest.raises(InvalidValue, match="give the correction a known_from"):
        BOOK.with_rates([ecb("USD", "1.16")])
    assert len(BOOK.with_rates(BOOK)) == len(BOOK) == 3


def test_a_rate_refuses_what_cannot_be_true() -> None:
    wrong: list[tuple[Any, ...]] = [("0",), ("-1",), (1.15,), ("NaN",), (True,)]
    for (value,) in wrong:
        with pytest.raises(InvalidValue):
            ecb("USD", value)
    with pytest.raises(InvalidValue, match="between two currencies"):
        ecb("EUR", "1")
    with pytest.raises(InvalidValue, match="needs a source"):
        Rate("EUR", "USD", FRIDAY, "1.15", source="")
    with pytest.raises(NotFound):
        ecb("XYZ", "1")
    with pytest.raises(InvalidValue, match="zone"):
        ecb("USD", "1", retrieved_at=datetime(2026, 3, 27, 16))  # noqa: DTZ001
    with pytest.raises(InvalidValue, match="more than zero units"):
        Rate.per(0, "JPY", "EUR", FRIDAY, "1", source="bank")
    with pytest.raises(InvalidValue, match="zero or more"):
        RatePolicy(max_age_days=-1)


def test_a_book_survives_pickling_and_shows_what_it_holds() -> None:
    stamped = BOOK.with_rates(
        [ecb("INR", "96.2", retrieved_at=datetime(2026, 3, 27, 16, tzinfo=UTC))]
    )
    assert pickle.loads(pickle.dumps(stamped)) == stamped
    assert repr(BOOK) == "<RateBook of 3 rates: EUR/GBP, EUR/JPY, EUR/USD>"
    assert stamped != BOOK


def test_conversion_starts_from_the_currency_of_the_rate() -> None:
    with pytest.raises(CurrencyMismatch):
        convert(Money(1, "GBP"), BOOK.find("EUR", "USD", FRIDAY))


def test_conversion_is_rounded_once_and_mirrors() -> None:
    rate = Rate("USD", "EUR", FRIDAY, "0.91735", source="bank").found
    assert convert(Money.of("100.00", "USD"), rate) == Money.of("91.74", "EUR")
    assert convert(Money.of("-100.00", "USD"), rate) == Money.of("-91.74", "EUR")
    assert convert(ExactAmount.of("0.005", "USD"), rate) == Money(0, "EUR")
    five_cents = Rounding.of("half_up", "0.05")
    assert convert(Money.of("100.00", "USD"), rate, five_cents) == Money.of("91.75", "EUR")
    inverse = Rate.per("1.5", "USD", "EUR", FRIDAY, 1, source="bank").found
    assert convert(Money.of("150", "USD"), inverse, Rounding.of("down")) == Money(10000, "EUR")


def test_the_two_rates_of_a_cross_may_have_to_be_of_one_day() -> None:
    """The dollar has a rate of Friday; the pound has none after Thursday, the yen none before."""
    thursday = FRIDAY - timedelta(days=1)
    book = RateBook(
        [
            ecb("USD", "1.10", thursday),
            ecb("USD", "1.15"),
            ecb("GBP", "0.80", thursday),
            ecb("JPY", "161.37"),
        ]
    )
    one_day = RatePolicy(cross_of_one_day=True)
    assert book.find("GBP", "USD", FRIDAY).value == Fraction("1.15") / Fraction("0.80")
    found = book.find("GBP", "USD", FRIDAY, policy=one_day)
    assert found.value == Fraction("1.10") / Fraction("0.80")
    assert {leg.rate.day for leg in found.chain} == {thursday}
    assert book.find("USD", "JPY", FRIDAY, policy=one_day).value == Fraction("161.37") / Fraction(
        "1.15"
    )
    with pytest.raises(RateNotFound, match="cross by EUR, of one day"):
        book.find("GBP", "JPY", FRIDAY, policy=one_day)


@given(facts(), DAYS, st.none() | DAYS)
def test_a_cross_of_one_day_is_of_the_latest_day_that_has_both(
    rates: list[Rate], day: date, known: date | None
) -> None:
    policy = RatePolicy(max_age_days=None, cross_of_one_day=True)
    seen = {
        code: {
            rate.day
            for rate in rates
            if rate.quote == code and rate.day <= day and (known is None or rate.known_on <= known)
        }
        for code in ("USD", "GBP")
    }
    both = seen["USD"] & seen["GBP"]
    if not both:
        with pytest.raises(RateNotFound):
            RateBook(rates).find("GBP", "USD", day, policy=policy, known=known)
    else:
        found = RateBook(rates).find("GBP", "USD", day, policy=policy, known=known)
        assert {leg.rate.day for leg in found.chain} == {max(both)}


@given(facts(), DAYS)
def test_the_versions_of_a_day_are_all_that_was_known_of_it_in_that_order(
    rates: list[Rate], day: date
) -> None:
    found = RateBook(rates).versions("EUR", "USD", day)
    wanted = [rate for rate in rates if (rate.quote, rate.day) == ("USD", day)]
    assert list(found) == sorted(wanted, key=lambda rate: rate.known_on)
    assert RateBook(rates).versions("EUR", "USD", day, RateKind.BUDGET) == ()


def test_a_quotation_for_many_units_keeps_its_provenance() -> None:
    fetched = datetime(2026, 3, 27, 16, tzinfo=UTC)
    rate = Rate.per(
        100, "JPY", "EUR", FRIDAY, "0.62", source="bank", retrieved_at=fetched, known_from=FRIDAY
    )
    assert (rate.value, rate.retrieved_at, rate.known_from) == (Fraction(31, 5000), fetched, FRIDAY)


@given(facts(), DAYS, DAYS, st.none() | DAYS)
def test_an_average_is_the_mean_of_what_was_known_of_each_day(
    rates: list[Rate], one: date, other: date, known: date | None
) -> None:
    span = Span(min(one, other), max(one, other) + timedelta(days=1))
    latest: dict[date, Fraction] = {}
    for rate in sorted(rates, key=lambda rate: rate.known_on):
        if rate.quote == "USD" and rate.day in span and (known is None or rate.known_on <= known):
            latest[rate.day] = rate.value
    if not latest:
        with pytest.raises(RateNotFound, match="so no average"):
            RateBook(rates).average("EUR", "USD", span, known=known)
        return
    found = RateBook(rates).average("EUR", "USD", span, known=known)
    assert found.value * len(latest) == sum(latest.values())
    assert (found.kind, found.day) == (RateKind.AVERAGE, span.last_day)
    assert RateBook([found]).find("EUR", "USD", span.last_day, RateKind.AVERAGE).ids == (found.id,)


def test_no_average_is_made_of_inverse_rates_or_of_unknown_currencies() -> None:
    march = Span(date(2026, 3, 1), date(2026, 4, 1))
    with pytest.raises(RateNotFound, match="no spot rate USD/EUR from 2026-03-01 until before"):
        BOOK.average("USD", "EUR", march)
    with pytest.raises(NotFound, match="no currency 'XYZ'"):
        BOOK.average("XYZ", "EUR", march)


def test_an_average_is_known_when_the_last_of_its_rates_was() -> None:
    """What was known on 2 April must not know what was corrected on the 10th."""
    corrected = Rate(
        "EUR", "USD", date(2026, 3, 31), "1.40", source="ECB", known_from=date(2026, 4, 10)
    )
    book = RateBook(
        [
            Rate("EUR", "USD", date(2026, 3, 30), "1.10", source="ECB"),
            Rate("EUR", "USD", date(2026, 3, 31), "1.20", source="ECB"),
            corrected,
        ]
    )
    march, day = Span(date(2026, 3, 1), date(2026, 4, 1)), date(2026, 3, 31)
    before = book.average("EUR", "USD", march, known=date(2026, 4, 2))
    after = book.average("EUR", "USD", march)
    assert (before.value, after.value) == (Fraction(23, 20), Fraction(5, 4))
    assert after.known_from == date(2026, 4, 10)
    kept = book.with_rates([before, after])
    found = [
        kept.find("EUR", "USD", day, RateKind.AVERAGE, known=known).value
        for known in (date(2026, 4, 2), date(2026, 4, 10))
    ]
    assert found == [Fraction(23, 20), Fraction(5, 4)]
