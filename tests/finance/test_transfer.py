from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import (
    AccountNotMapped,
    CurrencyMismatch,
    InvalidValue,
    NotFound,
    RateNotFound,
)
from harmony_core.explanation import Explanation
from harmony_core.finance import (
    PASS_THROUGH,
    CostPlus,
    CustomerLine,
    ExactAmount,
    FixedRate,
    Group,
    IntercompanyPair,
    LegalEntity,
    Money,
    PairLine,
    PercentOfSell,
    Rate,
    RateBook,
    ResaleMinus,
    Role,
    TransferBasis,
    TransferMethod,
    TransferOutcome,
    TransferRateCard,
    TransferRule,
    TransferRules,
    TransferSubject,
    book_transfer,
    booking_rates,
    consolidate,
    dimensions,
    explain_transfer,
    money_sum,
    total_charge,
    transfer_outcome,
    transfer_price,
)

DAY = date(2026, 3, 10)
ACCOUNTS = {
    Role.RECEIVABLE: "1100",
    Role.REVENUE: "4000",
    Role.LABOUR_COST: "5000",
    Role.LABOUR_ABSORBED: "2300",
    Role.INTERCOMPANY_REVENUE: "4900",
    Role.INTERCOMPANY_COST: "5900",
    Role.INTERCOMPANY_RECEIVABLE: "1900",
    Role.INTERCOMPANY_PAYABLE: "2900",
}
GROUP = Group(
    "NB",
    "Northbridge",
    "GBP",
    (
        LegalEntity("GB", "Northbridge Ltd", "GB", "GBP", accounts=ACCOUNTS),
        LegalEntity("IN", "Northbridge Pvt Ltd", "IN", "INR", accounts=ACCOUNTS),
        LegalEntity("DE", "Northbridge GmbH", "DE", "EUR"),
    ),
    date(2024, 4, 1),
)
RATES = RateBook(
    Rate(base, quote, DAY, value, source="test")
    for base, quote, value in [
        ("INR", "GBP", "0.0095"),
        ("GBP", "INR", "105.263158"),
        ("JPY", "GBP", "0.0053"),
        ("JPY", "INR", "0.558"),
    ]
)
ENGINEER = ExactAmount.of(1450, "INR")
EIGHT_PERCENT, SIXTY_PERCENT = CostPlus(8), PercentOfSell(60)
CARD = FixedRate(ExactAmount.of("28.00", "GBP"))
METHODS: list[TransferMethod] = [EIGHT_PERCENT, SIXTY_PERCENT, CARD]


def price(method: TransferMethod, basis: TransferBasis) -> Explanation:
    return explain_transfer(method, basis)


def outcome(
    method: TransferMethod, hours: str = "12.5", unit_price: str = "95.00", performer: str = "IN"
) -> TransferOutcome:
    line = CustomerLine(hours, ExactAmount.of(unit_price, "GBP"))
    cost_rate = ENGINEER if performer == "IN" else ExactAmount.of(42, "GBP")
    charge = transfer_price(
        TransferRules([TransferRule("T-1", "GB", None, method, date(2026, 1, 1))]),
        seller="GB",
        performer=performer,
        day=DAY,
        basis=TransferBasis.of_time(hours, cost_rate, line.amount),
    )
    return transfer_outcome(
        sale=line.amount,
        cost=CustomerLine(hours, cost_rate).amount,
        charge=charge,
        seller="GB",
        performer=performer,
        day=DAY,
        group=GROUP,
        rates=RATES,
    )


@pytest.mark.parametrize(
    ("method", "document", "seller_cost", "seller_margin", "performer_margin"),
    [
        (EIGHT_PERCENT, Money.of("19575.00", "INR"), "185.96", "1001.54", "13.77"),
        (SIXTY_PERCENT, Money.of("712.50", "GBP"), "712.50", "475.00", "540.31"),
        (CARD, Money.of("350.00", "GBP"), "350.00", "837.50", "177.81"),
    ],
)
def test_only_the_split_moves_never_the_group_result(
    method: TransferMethod,
    document: Money,
    seller_cost: str,
    seller_margin: str,
    performer_margin: str,
) -> None:
    result = outcome(method)
    assert result.charge is not None
    assert result.charge.amount == document
    assert result.charge.rule_id == "T-1"
    assert result.books("GB").intercompany_cost == Money.of(seller_cost, "GBP")
    assert result.margin("GB") == Money.of(seller_margin, "GBP")
    assert result.margin("IN") == Money.of(performer_margin, "GBP")
    assert result.group_margin == Money.of("1015.31", "GBP")
    assert result.elimination_net == Money.zero("GBP")
    assert result.sale == Money.of("1187.50", "GBP")


def test_covered_work_still_transfers_under_cost_plus_and_fixed_rate() -> None:
    assert outcome(EIGHT_PERCENT, unit_price="0").margin("GB") == Money.of("-185.96", "GBP")
    assert outcome(CARD, unit_price="0").margin("GB") == Money.of("-350.00", "GBP")
    assert outcome(SIXTY_PERCENT, unit_price="0").margin("GB") == Money.zero("GBP")


def test_work_inside_one_company_makes_no_document() -> None:
    result = outcome(EIGHT_PERCENT, performer="GB")
    assert result.charge is None
    assert [entry.kind for entry in result.entries] == ["sale", "cost"]
    assert result.group_margin == result.margin("GB") == Money.of("662.50", "GBP")


@given(hours=st.fractions(0, 300), method=st.sampled_from(METHODS), sold=st.integers(0, 10**6))
def test_a_credit_mirrors_every_sign(hours: Fraction, method: TransferMethod, sold: int) -> None:
    charge = price(method, TransferBasis.of_time(hours, ENGINEER, Money(sold, "GBP")))
    credit = price(method, TransferBasis.of_time(-hours, ENGINEER, Money(-sold, "GBP")))
    assert credit.value == -charge.value


@given(hours=st.fractions(-50, 300), method=st.sampled_from(METHODS), sold=st.integers(0, 10**6))
def test_a_price_is_found_again_from_its_explanation(
    hours: Fraction, method: TransferMethod, sold: int
) -> None:
    why = price(method, TransferBasis.of_time(hours, ENGINEER, Money(sold, "GBP")))
    assert why.evaluate() == why.value
    assert Explanation.from_data(why.as_data()) == why


def test_an_expense_passes_at_cost_and_is_billed_again_with_a_markup() -> None:
    spent = TransferBasis.of_expense(Money.of(8000, "INR"))
    assert price(CostPlus(0), spent).value == 8000
    billed = explain_transfer(CostPlus(10), spent, RATES.find("INR", "GBP", DAY))
    assert (billed.value, billed.unit) == (Fraction("83.60"), "GBP")


def test_a_percentage_follows_the_rounded_customer_amount() -> None:
    line = CustomerLine("12.5", ExactAmount.of(17_999, "JPY"))
    assert line.amount == Money.of(224_988, "JPY")
    why = price(PercentOfSell(55), TransferBasis.of_time("12.5", None, line.amount))
    assert Money.of(why.value, why.unit) == Money.of(123_743, "JPY")


def test_where_the_agreement_says_so_the_cost_is_rounded_first() -> None:
    basis = TransferBasis.of_time("7.5", ExactAmount.of("58.33", "EUR"))
    into_usd = Rate("EUR", "USD", DAY, "1.1512", source="test").found
    assert explain_transfer(CostPlus(8), basis, into_usd).value == Fraction("543.91")
    rounded = CostPlus.of_share("0.08", round_cost_first=True)
    assert explain_transfer(rounded, basis, into_usd).value == Fraction("543.92")


def test_the_explanation_names_rule_rate_and_every_step() -> None:
    basis = TransferBasis.of_time("12.5", ENGINEER)
    why = explain_transfer(CostPlus(8), basis, RATES.find("INR", "GBP", DAY), rule_id="T-1")
    assert why.as_text().splitlines() == [
        "transfer price: cost plus (v1)",
        "  exchange rate: test:INR/GBP:spot:2026-03-10",
        "  transfer rule: T-1",
        "  cost per hour: 1450 INR",
        "  hours worked: 12.5 h",
        "  exchange rate: 0.0095",
        "  mark-up as a share: 0.08",
        "  smallest unit: 0.01 GBP",
        "  cost of the hours: 1450 × 12.5 = 18125 INR",
        "  in GBP, at the rate of 2026-03-10: 18125 × 0.0095 = 172.1875 GBP",
        "  mark-up: 172.1875 × 0.08 = 13.775 GBP",
        "  cost with mark-up: 172.1875 + 13.775 = 185.9625 GBP",
        "  transfer price: round half up (185.9625; 0.01) = 185.96 GBP",
    ]


@pytest.mark.parametrize(
    ("method", "basis", "message"),
    [
        (CARD, TransferBasis.of_expense(Money.of(1, "GBP")), "give expenses a rule of their own"),
        (SIXTY_PERCENT, TransferBasis.of_time(1, ENGINEER), "needs the customer's amount"),
        (EIGHT_PERCENT, TransferBasis.of_time(1), "needs the performer's cost"),
    ],
)
def test_a_method_says_which_fact_it_lacks(
    method: TransferMethod, basis: TransferBasis, message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        explain_transfer(method, basis)


def test_a_rate_from_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        explain_transfer(CARD, TransferBasis.of_time(1), RATES.find("INR", "GBP", DAY))


def test_a_negative_markup_is_refused() -> None:
    with pytest.raises(InvalidValue, match="markup_percent must be zero or more, got -1"):
        CostPlus(-1)


# --- rules --------------------------------------------------------------------------------------

RULES = TransferRules(
    [
        TransferRule("any", None, None, CostPlus(5), date(2024, 1, 1)),
        TransferRule("old", "GB", "IN", CostPlus(8), date(2024, 1, 1)),
        TransferRule("new", "GB", "IN", CostPlus(10), date(2025, 4, 1), date(2026, 4, 1)),
        TransferRule(
            "spent", "GB", "IN", CostPlus(0), date(2024, 1, 1), subject=TransferSubject.EXPENSE
        ),
    ]
)


@pytest.mark.parametrize(
    ("performer", "day", "subject", "rule"),
    [
        ("IN", date(2025, 3, 31), TransferSubject.TIME, "old"),
        ("IN", date(2025, 4, 1), TransferSubject.TIME, "new"),
        ("IN", date(2026, 4, 1), TransferSubject.TIME, "old"),  # the newer one has ended
        ("IN", date(2025, 4, 1), TransferSubject.EXPENSE, "spent"),  # most specific, though older
        ("DE", date(2025, 4, 1), TransferSubject.TIME, "any"),
    ],
)
def test_the_most_specific_rule_wins_then_the_latest_start(
    performer: str, day: date, subject: TransferSubject, rule: str
) -> None:
    assert RULES.rule("GB", performer, day, subject).id == rule


def test_without_a_rule_nothing_is_guessed() -> None:
    with pytest.raises(NotFound, match="'IN' on contracts of 'GB' on 2023-12-31"):
        RULES.rule("GB", "IN", date(2023, 12, 31))


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            [
                TransferRule("A", "GB", None, CARD, DAY),
                TransferRule("B", None, "IN", CARD, DAY),
            ],
            "'A' and 'B' are equally specific",
        ),
        (
            [
                TransferRule("A", "GB", "IN", CARD, DAY),
                TransferRule("A", "GB", "DE", CARD, DAY),
            ],
            "two transfer rules have the id 'A'",
        ),
    ],
)
def test_a_tie_is_an_error_at_set_up(rules: list[TransferRule], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        TransferRules(rules)


def test_a_rule_needs_two_companies_and_a_life() -> None:
    with pytest.raises(InvalidValue, match="between 'GB' and itself"):
        TransferRule("A", "GB", "GB", CARD, DAY)
    with pytest.raises(InvalidValue, match="not after its start"):
        TransferRule("A", "GB", "IN", CARD, DAY, DAY)


# --- the two entries ----------------------------------------------------------------------------


def test_both_legs_share_transaction_and_group_amount() -> None:
    rules = TransferRules([TransferRule("T-1", "GB", "IN", PercentOfSell(55), DAY)])
    sold = TransferBasis.of_time("12.5", ENGINEER, Money.of(224_988, "JPY"))
    charge = transfer_price(rules, seller="GB", performer="IN", day=DAY, basis=sold)
    assert charge is not None
    about = dimensions(contract="C-1", customer="K-7")
    performer, seller = book_transfer(
        charge, id="IC-1", day=DAY, group=GROUP, rates=RATES, source="TE-5", dimensions=about
    )
    assert (performer.entity, performer.counterparty) == ("IN", "GB")
    assert (seller.entity, seller.counterparty) == ("GB", "IN")
    assert performer.pair == seller.pair == "IC-1"
    assert {line.dimensions for entry in (performer, seller) for line in entry.lines} == {about}
    assert [(line.role, str(line.amount.entity)) for line in performer.lines] == [
        ("intercompany_receivable", "69048.59 INR"),
        ("intercompany_revenue", "-69048.59 INR"),
    ]
    assert [(line.role, line.account, str(line.amount.entity)) for line in seller.lines] == [
        ("intercompany_cost", "5900", "655.84 GBP"),
        ("intercompany_payable", "2900", "-655.84 GBP"),
    ]
    # 69,048.59 INR at 0.0095 would be 655.96: converting the books leaves 0.12
    assert performer.lines[0].amount.group == seller.lines[0].amount.group == Money(65584, "GBP")


def test_a_month_of_charges_is_booked_as_one_pair() -> None:
    first, second = outcome(EIGHT_PERCENT).charge, outcome(EIGHT_PERCENT, hours="-2").charge
    assert first is not None
    assert second is not None
    month = total_charge([first, attrs.evolve(second, rule_id="T-0")])
    assert month.amount == Money.of("16443.00", "INR")
    assert month.rule_id == "T-0+T-1"
    assert month.explanation.evaluate() == 16443
    with pytest.raises(InvalidValue, match="two documents"):
        total_charge([first, attrs.evolve(second, seller="DE")])
    with pytest.raises(InvalidValue, match="no charge"):
        total_charge([])


def test_a_converted_price_names_the_rates_that_converted_it() -> None:
    found = Rate("INR", "GBP", DAY, "0.0095", source="treasury").found
    basis = TransferBasis.of_time("12.5", ExactAmount.of(1450, "INR"))
    why = explain_transfer(EIGHT_PERCENT, basis, found)
    assert ("exchange rate", "treasury:INR/GBP:spot:2026-03-10") in why.facts
    assert why.evaluate() == Fraction("185.96")


def test_a_pair_with_two_amounts_is_refused() -> None:
    pair = outcome(EIGHT_PERCENT)
    assert pair.charge is not None
    made = IntercompanyPair.of(pair.charge, id="IC-1", day=DAY, group=GROUP, rates=RATES)
    with pytest.raises(InvalidValue, match="share one transaction and one group amount"):
        IntercompanyPair("IC-2", DAY, "IN", "GB", made.earned, made.owed + made.owed)


@given(st.lists(st.integers(-99999, 99999), min_size=1, max_size=6))
def test_the_lines_of_a_pair_add_up_to_it_and_mirror_each_other(minors: list[int]) -> None:
    """Both legs share transaction and group amounts line by line; each book converts once."""
    amounts = {dimensions(line=str(n)): Money(minor, "INR") for n, minor in enumerate(minors)}
    into = {one: booking_rates(RATES, "INR", one, "GBP", DAY) for one in ("INR", "GBP")}
    pair = IntercompanyPair.of_lines(
        amounts,
        id="IC-1",
        day=DAY,
        performer="IN",
        seller="GB",
        earned_at=into["INR"],
        owed_at=into["GBP"],
    )
    whole = money_sum(amounts.values(), "INR")
    assert (pair.earned, pair.owed) == (into["INR"].book(whole), into["GBP"].book(whole))
    for line in pair.lines:
        assert line.earned.transaction == line.owed.transaction == amounts[line.about]
        assert line.earned.group == line.owed.group
        exactly = line.owed.transaction.exact.value * into["GBP"].to_entity.value
        assert abs(line.owed.entity.exact.value - exactly) < Fraction("0.01")
    earned, owed = pair.entries(GROUP, "IC-1")
    assert not consolidate([earned, owed], GROUP).breaks
    assert {one.dimensions for one in earned.lines} == set(amounts)


def test_the_lines_of_a_pair_that_are_not_the_pair_are_refused() -> None:
    pair = outcome(EIGHT_PERCENT)
    assert pair.charge is not None
    made = IntercompanyPair.of(pair.charge, id="IC-1", day=DAY, group=GROUP, rates=RATES)
    half = PairLine((), made.earned, made.owed + made.owed)
    with pytest.raises(InvalidValue, match=r"lines of pair 'IC-1' do not add up to 19575.00 INR"):
        attrs.evolve(made, lines=(half,))


def test_a_missing_rate_account_or_company_is_named() -> None:
    charge = outcome(EIGHT_PERCENT).charge
    assert charge is not None
    with pytest.raises(RateNotFound, match="INR/GBP"):
        book_transfer(charge, id="X", day=date(2026, 1, 1), group=GROUP, rates=RATES)
    with pytest.raises(NotFound, match="no entity 'US'"):
        transfer_outcome(
            sale=Money.of(1, "GBP"),
            cost=Money.of(1, "GBP"),
            charge=None,
            seller="US",
            performer="US",
            day=DAY,
            group=GROUP,
            rates=RATES,
        )
    with pytest.raises(AccountNotMapped, match="'DE' has no account for the role 'receivable'"):
        transfer_outcome(
            sale=Money.of(1, "EUR"),
            cost=Money.of(1, "EUR"),
            charge=None,
            seller="DE",
            performer="DE",
            day=DAY,
            group=GROUP,
            rates=RATES.with_rates([Rate("EUR", "GBP", DAY, "0.86", source="test")]),
        )


# --- resale minus, rate cards, and why a rule was taken ------------------------------------------


def priced(method: TransferMethod, basis: TransferBasis) -> Money:
    why = explain_transfer(method, basis)
    assert why.evaluate() == why.value
    return Money.of(why.value, why.unit)


@given(st.integers(-(10**7), 10**7), st.fractions(0, 100, max_denominator=40))
def test_resale_minus_leaves_what_the_seller_does_not_keep(minor: int, margin: Fraction) -> None:
    basis = TransferBasis.of_time(1, sell=Money(minor, "GBP"))
    left = priced(ResaleMinus(margin), basis)
    assert left == priced(PercentOfSell(100 - margin), basis)
    assert left == -priced(
        ResaleMinus(margin), TransferBasis.of_time(-1, sell=Money(-minor, "GBP"))
    )


def test_pass_through_is_the_cost() -> None:
    spent = Money.of(8000, "INR")
    assert priced(PASS_THROUGH, TransferBasis.of_expense(spent)) == spent


def test_a_rate_card_goes_by_role() -> None:
    card = TransferRateCard(
        {"senior": ExactAmount.of("42.50", "GBP"), "junior": ExactAmount.of(21, "GBP")}
    )
    assert priced(card, TransferBasis.of_time("12.5", role="senior")) == Money.of("531.25", "GBP")
    assert priced(card, TransferBasis.of_time(2, role="junior")) == Money.of(42, "GBP")
    with pytest.raises(NotFound, match="no rate for the role 'night', only for junior, senior"):
        priced(card, TransferBasis.of_time(1, role="night"))
    open_card = attrs.evolve(card, other=ExactAmount.of(30, "GBP"))
    assert priced(open_card, TransferBasis.of_time(1, role="night")) == Money.of(30, "GBP")
    with pytest.raises(InvalidValue, match="paid for hours, but this is an expense"):
        priced(card, TransferBasis.of_expense(Money.of(1, "GBP")))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ResaleMinus("100.5"), "up to 100 %, got 100.5"),
        (lambda: ResaleMinus(-1), "must be zero or more"),
        (lambda: TransferRateCard({}), "needs a rate"),
        (lambda: TransferRateCard((("a", ENGINEER), ("a", ENGINEER))), "stands twice"),
        (lambda: priced(ResaleMinus(1), TransferBasis.of_time(1, ENGINEER)), "pass sell="),
    ],
)
def test_what_is_no_method_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        make()


def test_every_rule_says_why_it_was_taken_or_left() -> None:
    start = date(2026, 1, 1)
    rules = TransferRules(
        [
            TransferRule("any", None, None, CostPlus(5), start),
            TransferRule("old", "GB", "IN", CostPlus(6), date(2025, 1, 1)),
            TransferRule("best", "GB", "IN", CostPlus(7), start),
            TransferRule("later", "GB", "IN", CostPlus(8), date(2026, 6, 1)),
            TransferRule("ended", "GB", None, CostPlus(8), date(2024, 1, 1), date(2025, 1, 1)),
            TransferRule("us", "US", "IN", CostPlus(8), start),
            TransferRule("de", "GB", "DE", CostPlus(8), start),
            TransferRule("spent", "GB", "IN", CostPlus(0), start, None, TransferSubject.EXPENSE),
        ]
    )
    found = {rule.id: verdict.name for rule, verdict in rules.verdicts("GB", "IN", DAY)}
    assert found == {
        "any": "LESS_SPECIFIC",
        "old": "EARLIER_START",
        "best": "WINS",
        "later": "NOT_YET",
        "ended": "NO_LONGER",
        "us": "OTHER_SELLER",
        "de": "OTHER_PERFORMER",
        "spent": "OTHER_SUBJECT",
    }
    assert rules.rule("GB", "IN", DAY).id == "best"
    with pytest.raises(NotFound):
        TransferRules([]).verdicts("GB", "IN", DAY)
