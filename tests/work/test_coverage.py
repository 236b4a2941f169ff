"""Every piece of work lands on one line or is uncovered with the reason; linted contracts agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.contracts import (
    Amendment,
    Contract,
    ContractEvent,
    ContractLine,
    Cover,
    CoverRule,
    LineEnds,
    LineRunsOn,
    NameList,
    Side,
)
from harmony_core.culture import Culture, missing_messages
from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount, Money
from harmony_core.periods import Interval, Span, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    Accounting,
    Billing,
    ContractType,
    DevicesCounted,
    FundTerms,
    FundUnit,
    Notice,
    QuantitySource,
    Recognition,
    Renewal,
    TimeRounding,
    TimeTerms,
    TimeWorked,
    UsageMetered,
)
from harmony_core.work import (
    Coverage,
    CoverageBook,
    Expense,
    Finding,
    FindingKind,
    HourlyRate,
    RateCard,
    RatedFor,
    TimeEntry,
    WorkFacts,
    WorkSubject,
    bill_time,
    cover_work,
    lint_contracts,
)

START = date(2026, 1, 1)
DAY = date(2026, 3, 10)
YEAR = Span.of_days(START, date(2026, 12, 31))
ALL = NameList.all_but()
ROLES, TYPES = ("junior", "senior"), ("project", "remote")


def line(
    id_: str,
    covers: Cover | None = None,
    source: QuantitySource | None = None,
    last_day: date | None = None,
    **more: Any,
) -> ContractLine:
    return ContractLine(
        id=id_,
        product_id="P",
        names=(("en", id_),),
        type=ContractType.TRANSACTIONAL,
        division="managed",
        unit="hour",
        quantity=more.pop("quantity", 0),
        scheme=PerUnit.of("95", "EUR"),
        source=TimeWorked() if source is None else source,
        billing=Billing(Timing.ARREARS, None),
        accounting=Accounting(),
        tax_category="S",
        start=START,
        last_day=last_day,
        cover=covers,
        **more,
    )


def contract(
    id_: str, *lines: ContractLine, party: str = "K-1", side: Side = Side.SELL
) -> Contract:
    return Contract(id_, side, party, "GB", "EUR", lines)


def cover(types: NameList = ALL, roles: NameList = ALL, **reach: Any) -> Cover:
    return Cover(roles=roles, types=types, **reach)


def work(day: date = DAY, work_type: str = "remote", **facts: Any) -> WorkFacts:
    own = {name: facts.pop(name) for name in ("role", "contract_id", "line_id") if name in facts}
    subject = WorkSubject(**{"customer_id": "K-1", **facts})
    return WorkFacts("W", day, subject, work_type, **{"role": "junior", **own})


MANAGED = contract(
    "C-1",
    line("asset", cover(NameList.all_but("project"), assets=["PC-1", "PC-2"])),
    line("backup", cover(service_items=["backup"])),
    line("vip", cover(users=["pat"])),
    line("north", cover(sites=["north"], last_day=date(2026, 6, 30))),
    line("project", cover(work_types=["project"], roles=NameList.only("senior"))),
    line("word", cover(keywords=["VPN"])),
    line("linked only"),
)
HOURLY = contract("C-2", line("rest", cover(takes_the_rest=True)))
BOOK = CoverageBook([MANAGED, HOURLY])


@pytest.mark.parametrize(
    ("facts", "landed", "rule"),
    [
        (work(asset_id="PC-1", service_item="backup"), "C-1/asset", CoverRule.ASSET),
        (work(service_item="backup", user="pat"), "C-1/backup", CoverRule.SERVICE_ITEM),
        (work(user="pat", site="north"), "C-1/vip", CoverRule.USER),
        (work(site="north", text="vpn is down"), "C-1/north", CoverRule.SITE),
        (work(text="the vpn, again"), "C-1/word", CoverRule.KEYWORD),
        (work(text="vpns"), "C-2/rest", CoverRule.DEFAULT),
        (work(work_type="project", role="senior"), "C-1/project", CoverRule.WORK_TYPE),
        # what a line refuses goes on to the next rule
        (work(work_type="project", asset_id="PC-1"), "C-2/rest", CoverRule.DEFAULT),
        (work(date(2026, 7, 1), site="north"), "C-2/rest", CoverRule.DEFAULT),
        (work(contract_id="C-1", line_id="linked only"), "C-1/linked only", CoverRule.LINK),
        (
            work(work_type="project", contract_id="C-1", line_id="asset"),
            "C-2/rest",
            CoverRule.DEFAULT,
        ),
        # a contract alone is asked first, and the others after it
        (work(user="pat", contract_id="C-2"), "C-2/rest", CoverRule.DEFAULT),
        (work(user="pat", contract_id="C-1"), "C-1/vip", CoverRule.USER),
        (work(contract_id="C-1", customer_id=None), "C-2/rest", CoverRule.DEFAULT),
    ],
)
def test_the_first_rule_that_leads_to_a_line_decides(
    facts: WorkFacts, landed: str, rule: CoverRule
) -> None:
    found = BOOK.find(facts)
    assert found.line is not None
    assert ("/".join(found.line), found.rule) == (landed, rule)
    assert found.trace[-1].taken


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (work(customer_id=None), "neither a customer nor a contract"),
        (work(customer_id="K-2"), "no line is reached"),
        (work(contract_id="C-9", line_id="1"), "a contract that does not exist"),
        (work(contract_id="C-1", line_id="9"), "a line that does not exist"),
        (work(date(2025, 1, 1), contract_id="C-1", line_id="vip"), "is not in force that day"),
        (work(date(2025, 1, 1)), "every line that it reaches refuses it; default, C-2/rest: not"),
    ],
)
def test_what_lands_nowhere_says_why(facts: WorkFacts, reason: str) -> None:
    found = BOOK.find(facts)
    assert found.line is None
    assert reason in found.why_not


def test_two_lines_are_reported_and_not_guessed_between() -> None:
    book = CoverageBook([HOURLY, contract("C-3", line("rest", cover(takes_the_rest=True)))])
    found = book.find(work())
    assert found.line is None
    assert found.candidates == (("C-2", "rest"), ("C-3", "rest"))
    assert "several lines would take it" in found.why_not
    assert book.find(work(contract_id="C-3")).line == ("C-3", "rest")


def test_a_contract_of_the_buy_side_takes_no_work() -> None:
    bought = contract("B-1", line("1", cover(takes_the_rest=True)), side=Side.BUY)
    book = CoverageBook([bought])
    assert "buy side" in book.find(work(contract_id="B-1", line_id="1")).why_not
    assert book.find(work()).line is None


def test_a_new_work_type_slips_in_only_where_all_but_some_are_taken() -> None:
    listed = contract("C-1", line("1", cover(NameList.only("remote"), takes_the_rest=True)))
    rest = contract("C-1", line("1", cover(NameList.all_but("project"), takes_the_rest=True)))
    new = work(work_type="drone flight")
    assert CoverageBook([listed]).find(new).line is None
    assert CoverageBook([rest]).find(new).line == ("C-1", "1")


def test_a_merged_customer_has_the_lines_of_the_one_that_stands() -> None:
    book = CoverageBook([HOURLY], {"K-9": "K-1", "K-1": "K-1"}.__getitem__)
    assert book.find(work(customer_id="K-9")).line == ("C-2", "rest")


def test_an_expense_has_a_category_and_no_role() -> None:
    senior_only = cover(NameList.only("hotel"), NameList.only("senior"), takes_the_rest=True)
    book = CoverageBook([contract("C-1", line("1", senior_only))])
    spent = Expense("E", "anna", DAY, Money.of(80, "EUR"), category="hotel", subject=_OWN)
    assert book.find(spent).line == ("C-1", "1")
    assert book.find(attrs.evolve(spent, category="taxi")).line is None


_OWN = WorkSubject(customer_id="K-1")


def test_coverage_reads_in_the_readers_language() -> None:
    found = BOOK.find(work(work_type="project", asset_id="PC-1"))
    assert found.as_text().splitlines() == [
        "W is covered by line rest of contract C-2 (default)",
        "  asset, C-1/asset: refuses the work type project",
        "  work type, C-1/project: refuses the role junior",
        "  default, C-2/rest: taken",
    ]
    german = Culture.of("de-DE")
    assert found.as_text(german).startswith("W ist gedeckt durch Zeile rest")
    assert BOOK.find(work(customer_id="K-2")).as_text(german) == (
        "W ist ungedeckt: keine Regel führt zu einer Zeile"
    )
    reasons = {BOOK.find(facts).reason for facts in (work(customer_id=None), work(contract_id="X"))}
    assert not missing_messages(reasons | {rule.value for rule in CoverRule}, german)


@pytest.mark.parametrize(
    ("reach", "message"),
    [
        ({"assets": [""]}, "names an empty asset"),
        ({"keywords": [" "]}, "names an empty keyword"),
        ({"first_day": DAY, "last_day": START}, "before 2026-03-10"),
    ],
)
def test_a_cover_that_cannot_be_is_refused(reach: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        cover(**reach)


# The linter: each kind of finding, then that it is sound.


def lint(*contracts: Contract, **more: Any) -> list[Finding]:
    return list(lint_contracts(contracts, YEAR, roles=ROLES, work_types=TYPES, **more))


FUND = FundTerms(FundUnit.HOURS, 12, {"*": 1}, [ExactAmount.of(100, "GBP")])
EACH = ExactAmount.of(95, "EUR")


def test_a_line_with_rates_of_its_own_needs_none_of_the_others() -> None:
    own = TimeWorked(rates=RateCard([HourlyRate("own", EACH)]))
    (agreed,) = HOURLY.lines
    seniors = [HourlyRate("a", EACH, RatedFor(role="senior"))]
    assert [found.kind for found in lint(HOURLY, rates=seniors)] == [FindingKind.RATE_MISSING]
    held = attrs.evolve(HOURLY, lines=[attrs.evolve(agreed, source=own)])
    assert lint(held, rates=seniors) == []


@pytest.mark.parametrize(
    ("contracts", "more", "kind", "lines", "reason"),
    [
        (
            [contract("C-1", line("1", cover(NameList.all_but("project"), assets=["PC-1"])))],
            {},
            FindingKind.DEAD_END,
            ("C-1/1",),
            "project in roles junior, senior: reaches them from 2026-01-01 to 2026-12-31",
        ),
        (
            [
                contract("C-1", line("1", cover(NameList.only("remote"), assets=["PC-1"]))),
                contract("C-2", line("1", cover(takes_the_rest=True), last_day=date(2026, 6, 30))),
            ],
            {},
            FindingKind.DEAD_END,
            ("C-1/1",),
            "from 2026-07-01 to 2026-12-31 by asset PC-1, explicit link C-1/1, is refused",
        ),
        (
            [HOURLY, contract("C-3", line("1", cover(takes_the_rest=True)))],
            {},
            FindingKind.OVERLAP,
            ("C-2/rest", "C-3/1"),
            "they take the same work, by default, from 2026-01-01 to 2026-12-31",
        ),
        (
            [
                contract("C-1", line("1", source=UsageMetered("traffic"))),
                contract("C-2", line("1", source=UsageMetered("traffic"))),
            ],
            {},
            FindingKind.OVERLAP,
            ("C-1/1", "C-2/1"),
            "both bill the meter traffic from 2026-01-01 to 2026-12-31",
        ),
        (
            [
                contract("C-1", line("1", source=DevicesCounted("computer", "peak"))),  # type: ignore[arg-type]
                contract("C-2", line("1", source=DevicesCounted("laptop", "peak"))),  # type: ignore[arg-type]
            ],
            {"type_parents": {"laptop": "computer", "computer": None}},
            FindingKind.OVERLAP,
            ("C-1/1", "C-2/1"),
            "both count devices of the type laptop",
        ),
        (
            [contract("C-1", line("1", cover(NameList.only(), takes_the_rest=True)))],
            {},
            FindingKind.NEVER_MATCHES,
            ("C-1/1",),
            "takes only listed work types, and lists none",
        ),
        (
            [contract("C-1", line("1", cover(NameList.only("project"), work_types=["remote"])))],
            {},
            FindingKind.NEVER_MATCHES,
            ("C-1/1",),
            "the work type remote, which it refuses",
        ),
        (
            [contract("C-1", line("1", cover(work_types=["remoat"])))],
            {},
            FindingKind.NEVER_MATCHES,
            ("C-1/1",),
            "remoat, which nobody uses",
        ),
        (
            [contract("C-1", line("1", cover(last_day=date(2025, 1, 1), takes_the_rest=True)))],
            {},
            FindingKind.NEVER_MATCHES,
            ("C-1/1",),
            "never meet",
        ),
        (
            [contract("B-1", line("1", cover(takes_the_rest=True)), side=Side.BUY)],
            {},
            FindingKind.NEVER_MATCHES,
            ("B-1/1",),
            "on the buy side",
        ),
        (
            [HOURLY],
            {"rates": [HourlyRate("a", EACH), HourlyRate("b", EACH)]},
            FindingKind.RATE_TIE,
            (),
            "'a' for everything",
        ),
        (
            [HOURLY],
            {"rates": [HourlyRate("a", EACH, RatedFor(role="senior"))]},
            FindingKind.RATE_MISSING,
            ("C-2/rest",),
            "no rate in EUR for project as junior, remote as junior",
        ),
        (
            [HOURLY],
            {"rates": [HourlyRate("a", EACH, last_day=date(2026, 11, 30))]},
            FindingKind.RATE_MISSING,
            ("C-2/rest",),
            "no rate in EUR",
        ),
        (
            [
                contract("C-1", line("1", last_day=DAY)),
                contract("B-1", line("1", serves="C-1"), side=Side.BUY),
            ],
            {},
            FindingKind.EXPIRED,
            ("B-1/1",),
            "serves contract C-1, which ends on 2026-03-10",
        ),
        (
            [contract("B-1", line("1", serves="C-9"), side=Side.BUY)],
            {},
            FindingKind.EXPIRED,
            ("B-1/1",),
            "which does not exist",
        ),
        (
            [contract("C-1", line("1", last_day=START))],
            {"open_work": [work(contract_id="C-1", line_id="1")]},
            FindingKind.EXPIRED,
            ("C-1/1",),
            "W names it, but it is not in force on 2026-03-10",
        ),
        (
            [
                contract(
                    "C-1",
                    attrs.evolve(
                        line("1", quantity=10, fund=FUND),
                        type=ContractType.PREPAYMENT,
                        billing=Billing(Timing.ADVANCE, None),
                        accounting=Accounting(recognition=Recognition.AS_DRAWN),
                    ),
                )
            ],
            {},
            FindingKind.NO_OVERAGE,
            ("C-1/1",),
            "no price in EUR",
        ),
    ],
)
def test_a_fault_is_found(
    contracts: list[Contract],
    more: dict[str, Any],
    kind: FindingKind,
    lines: tuple[str, ...],
    reason: str,
) -> None:
    found = lint(*contracts, **more)
    matching = [one for one in found if one.kind is kind and reason in one.reason]
    assert [tuple("/".join(ref) for ref in one.lines) for one in matching] == [lines], found
    assert all(one.way_out in str(one) for one in matching)


REST: dict[str, Any] = {"assets": ["PC-1"], "takes_the_rest": True}
JUNE, AUGUST = date(2026, 6, 30), date(2026, 8, 1)


def days_of(kind: FindingKind, *contracts: Contract) -> list[tuple[str, date | None, date | None]]:
    return [
        (" ".join("/".join(ref) for ref in found.lines), found.first_day, found.last_day)
        for found in lint(*contracts)
        if found.kind is kind
    ]


def test_days_between_two_lines_are_a_dead_end() -> None:
    before = line("1", cover(**REST), last_day=JUNE)
    after = attrs.evolve(line("2", cover(**REST)), start=AUGUST)
    (found,) = lint(contract("C-1", before, after))
    assert str(found) == (
        "dead end [C-1/1, C-1/2]: project, remote in roles junior, senior: reaches them "
        "from 2026-07-01 to 2026-07-31 by asset PC-1, default, when none of them is in force, and "
        "no line catches it; let a line of the customer take the rest, or a line cover those days "
        "too"
    )
    assert (found.first_day, found.last_day) == (date(2026, 7, 1), date(2026, 7, 31))
    caught = contract("C-2", line("1", cover(takes_the_rest=True)))
    only = contract("C-1", line("1", cover(assets=["PC-1"]), last_day=JUNE))
    assert lint(only, caught) == []


def test_a_line_that_ends_and_is_not_followed_leaves_a_dead_end() -> None:
    rest_of_year = [("C-1/1", date(2026, 7, 1), YEAR.last_day)]
    by_itself = line("1", cover(assets=["PC-1"]), last_day=JUNE)
    assert days_of(FindingKind.DEAD_END, contract("C-1", by_itself)) == rest_of_year
    half_year = Renewal(6, 6, Notice(Interval.months(1)), maximum_renewals=0)
    with_terms = attrs.evolve(line("1", cover(assets=["PC-1"])), renewal=half_year)
    assert days_of(FindingKind.DEAD_END, contract("C-1", with_terms)) == rest_of_year
    goes_on = attrs.evolve(with_terms, renewal=attrs.evolve(half_year, maximum_renewals=None))
    agreed = contract("C-1", goes_on)
    assert days_of(FindingKind.DEAD_END, agreed) == []
    ended = agreed.amended(Amendment("N", "C-1", START, date(2026, 7, 1), [LineEnds("1")]))
    assert days_of(FindingKind.DEAD_END, ended) == rest_of_year


def test_a_suspension_is_a_dead_end_and_two_of_them_are_two() -> None:
    agreed = contract("C-1", line("1", cover(assets=["PC-1"])))
    for number, month in enumerate((3, 9)):
        for id_, first, change in (
            (f"S{number}", date(2026, month, 1), LineEnds("1")),
            (f"R{number}", date(2026, month + 1, 1), LineRunsOn("1")),
        ):
            event = "suspension" if isinstance(change, LineEnds) else "resumption"
            agreed = agreed.amended(
                Amendment(id_, "C-1", START, first, [change], event=ContractEvent(event))
            )
    assert days_of(FindingKind.DEAD_END, agreed) == [
        ("C-1/1", date(2026, 3, 1), date(2026, 3, 31)),
        ("C-1/1", date(2026, 9, 1), date(2026, 9, 30)),
    ]


def test_a_line_that_ended_by_itself_and_goes_on_later_leaves_the_days_between() -> None:
    terms = Renewal(3, 3, Notice(Interval.months(1)), maximum_renewals=0)
    agreed = contract("C-1", attrs.evolve(line("1", cover(assets=["PC-1"])), renewal=terms))
    again = Amendment("A", "C-1", START, date(2026, 5, 1), [LineRunsOn("1")])
    gap = [("C-1/1", date(2026, 4, 1), date(2026, 4, 30))]
    assert days_of(FindingKind.DEAD_END, agreed.amended(again)) == gap


def test_an_overlap_has_the_days_that_two_lines_share() -> None:
    one = contract("C-1", line("1", cover(assets=["PC-1"])))
    other = contract("C-2", attrs.evolve(line("1", cover(assets=["PC-1"])), start=AUGUST))
    shared = [("C-1/1 C-2/1", AUGUST, YEAR.last_day)]
    assert days_of(FindingKind.OVERLAP, one, other) == shared
    metered = [
        attrs.evolve(it, lines=[attrs.evolve(it.lines[0], source=UsageMetered("traffic"))])
        for it in (one, other)
    ]
    assert ("C-1/1 C-2/1", AUGUST, YEAR.last_day) in days_of(FindingKind.OVERLAP, *metered)
    ended = metered[0].amended(Amendment("N", "C-1", START, JUNE, [LineEnds("1")]))
    assert days_of(FindingKind.OVERLAP, ended, metered[1]) == []


def test_sound_contracts_have_no_finding() -> None:
    rates = [HourlyRate("list", EACH)]
    assert lint(MANAGED, HOURLY, rates=rates, open_work=[work()]) == []


name_lists = st.builds(
    NameList, st.sets(st.sampled_from([*TYPES, *ROLES]), max_size=2), st.booleans()
)
reaches = {
    "assets": st.sampled_from(["", "A", "B"]),
    "sites": st.sampled_from(["", "A"]),
    "work_types": st.sampled_from(["", *TYPES]),
    "keywords": st.sampled_from(["", "vpn", "mail"]),
}
month_ends = st.sampled_from([None, date(2026, 3, 31), date(2026, 9, 30)])


begins = st.sampled_from([START, START, date(2025, 7, 15), date(2026, 4, 1), date(2026, 8, 1)])
terms_agreed = st.none() | st.builds(
    Renewal,
    st.sampled_from([3, 6, 12]),
    st.sampled_from([3, 12]),
    st.just(Notice(Interval.months(1))),
    st.none() | st.integers(0, 2),
)
amended_days = st.sampled_from([date(2026, 2, 1), date(2026, 5, 1), date(2026, 10, 1)])


@st.composite
def agreed(draw: st.DrawFn) -> list[Contract]:
    made = []
    for number in range(draw(st.integers(1, 4))):
        reach = {name: [one] for name, values in reaches.items() if (one := draw(values))}
        covering = cover(
            draw(st.just(ALL) | name_lists),
            draw(st.just(ALL) | name_lists),
            takes_the_rest=draw(st.booleans()),
            last_day=draw(month_ends),
            **reach,
        )
        start, last_day = draw(begins), draw(month_ends)
        last_day = None if last_day is None or last_day < start else last_day
        plain = line("1", covering, last_day=last_day)
        standing = attrs.evolve(plain, start=start, renewal=draw(terms_agreed))
        made.append(draw(amended(contract(f"C-{number}", standing))))
    return made


@st.composite
def amended(draw: st.DrawFn, made: Contract) -> Contract:
    """Suspend the line and perhaps let it resume, or leave it as it is."""
    first = draw(st.none() | amended_days)
    if first is None or first <= made.start:
        return made
    event = ContractEvent.SUSPENSION
    made = made.amended(Amendment("S", made.id, START, first, [LineEnds("1")], event=event))
    if draw(st.booleans()):
        again, until = first + timedelta(days=draw(st.integers(1, 60))), draw(month_ends)
        until = None if until is None or until < again else until
        resumed = Amendment(
            "R", made.id, START, again, [LineRunsOn("1", until)], event=ContractEvent.RESUMPTION
        )
        made = made.amended(resumed)
    return made


@st.composite
def pieces(draw: st.DrawFn, contracts: list[Contract]) -> WorkFacts:
    linked = draw(st.none() | st.sampled_from([one.id for one in contracts]))
    role = draw(st.sampled_from([*ROLES, None]))
    return work(
        draw(st.dates(YEAR.first_day, YEAR.last_day)),
        "hotel" if role is None else draw(st.sampled_from(TYPES)),
        role=role,
        asset_id=draw(reaches["assets"]),
        site=draw(reaches["sites"]),
        text=draw(reaches["keywords"]),
        contract_id=linked,
        line_id="1" if linked and draw(st.booleans()) else None,
    )


@given(agreed(), st.data())
def test_work_that_meets_a_rule_and_lands_nowhere_was_found_with_its_day(
    contracts: list[Contract], data: st.DataObject
) -> None:
    faults = lint_contracts(contracts, YEAR, roles=ROLES, work_types=TYPES, categories=["hotel"])
    book = CoverageBook(contracts)
    for facts in data.draw(st.lists(pieces(contracts), max_size=5)):
        found = book.find(facts)
        linked = [one for one in found.trace if one.rule is CoverRule.LINK]
        if any("not in force" in one.verdict for one in linked):
            continue  # a mistake of the work, which is told where it is given as open work
        told = _told(faults, facts.day)
        if found.candidates:
            assert FindingKind.OVERLAP in told
        elif found.line is None and found.trace:
            assert FindingKind.DEAD_END in told


@given(agreed(), st.dates(YEAR.first_day, YEAR.last_day), st.sampled_from(TYPES))
def test_a_dead_end_is_told_on_its_days_and_on_no_others(
    contracts: list[Contract], day: date, kind: str
) -> None:
    faults = lint_contracts(contracts, YEAR, roles=["junior"], work_types=[kind])
    book = CoverageBook(contracts)
    work_of_the_day = [
        work(day, kind, **{name: one})
        for name, ones in (("asset_id", ["", "A", "B"]), ("site", ["A"]), ("text", ["vpn", "mail"]))
        for one in ones
    ]
    work_of_the_day += [
        work(day, kind, contract_id=one.id, line_id="1")
        for one in contracts
        if one.line_on("1", day) is not None
    ]
    found = [book.find(facts) for facts in work_of_the_day]
    told = _told(faults, day)
    open_work = any(one.line is None and one.trace and not one.candidates for one in found)
    linked_in_vain = any("not in force" in one.trace[0].verdict for one in found if one.trace)
    if FindingKind.DEAD_END in told and not linked_in_vain:
        assert open_work
    if open_work and not linked_in_vain:
        assert FindingKind.DEAD_END in told


def _told(faults: Iterable[Finding], day: date) -> set[FindingKind]:
    """The kinds of what was found for a day."""
    return {
        one.kind
        for one in faults
        if one.first_day is not None
        and one.last_day is not None
        and one.first_day <= day <= one.last_day
        and f"from {one.first_day} to {one.last_day}" in one.reason
    }


@given(agreed(), st.data())
def test_coverage_is_a_partition_in_any_order(
    contracts: list[Contract], data: st.DataObject
) -> None:
    found = data.draw(st.lists(pieces(contracts), max_size=6))
    entries = [
        TimeEntry(
            f"T-{number}",
            "anna",
            facts.day,
            number,
            facts.contract_id,
            facts.line_id,
            facts.work_type,
            role=facts.role or "",
            subject=facts.subject,
        )
        for number, facts in enumerate(found)
    ]
    done = cover_work(entries, CoverageBook(contracts))
    landed = [fact.id for fact in done.facts] + [one.fact.id for one in done.uncovered]
    assert Counter(landed) == Counter(entry.id for entry in entries)
    assert all(fact.contract_id and fact.line_id for fact in done.facts)
    assert [one.facts.id for one in done.coverage if one.line] == [one.id for one in done.facts]
    again = cover_work(entries[::-1], CoverageBook(contracts[::-1]))
    assert again == done


items = st.sampled_from(["backup", "mail", "phone"])


@given(
    st.lists(st.tuples(items, st.integers(0, 240), st.sampled_from(["", "T-1", "T-2"])), max_size=9)
)
def test_one_line_or_one_for_each_service_item_bill_the_same(
    worked: list[tuple[str, int, str]],
) -> None:
    entries = [
        attrs.evolve(
            TimeEntry.of_minutes(str(number), "anna", DAY, minutes),
            subject=WorkSubject(customer_id="K-1", service_item=item, ticket=ticket),
        )
        for number, (item, minutes, ticket) in enumerate(worked)
    ]
    many = contract(
        "C-1", *(line(one, cover(service_items=[one])) for one in ("backup", "mail", "phone"))
    )
    one = contract("C-1", line("all", cover(service_items=["backup", "mail", "phone"])))
    terms = TimeTerms(TimeRounding("ticket", increment=15))  # type: ignore[arg-type]

    def totals(*contracts: Contract) -> dict[str | None, Fraction]:
        done = cover_work(entries, CoverageBook(contracts))
        assert not done.uncovered
        shares: dict[str, Fraction] = {}
        taken = [fact for fact in done.facts if isinstance(fact, TimeEntry)]
        for group in bill_time(taken, terms).groups:
            for id_, share in group.shares.items():
                shares[id_] = shares.get(id_, Fraction(0)) + share
        by_line: dict[str | None, Fraction] = {}
        for fact in taken:
            by_line[fact.line_id] = by_line.get(fact.line_id, Fraction(0)) + shares[fact.id]
        return by_line

    assert sum(totals(many).values()) == sum(totals(one).values())
    assert len(totals(one)) <= 1


def test_coverage_of_the_same_facts_is_the_same_value() -> None:
    found = BOOK.find(work(user="pat"))
    assert isinstance(found, Coverage)
    assert found == CoverageBook([HOURLY, MANAGED]).find(work(user="pat"))


def test_an_amended_line_takes_work_only_while_it_runs() -> None:
    agreed = contract("C-1", line("1"))
    end = START + timedelta(days=60)
    book = CoverageBook([agreed.amended(Amendment("A", "C-1", START, end, [LineEnds("1")]))])
    for day, taken in ((end - timedelta(days=1), ("C-1", "1")), (end, None)):
        assert book.find(work(day, contract_id="C-1", line_id="1")).line == taken
