"""A small group with its rates, and generated contracts with the facts that happened under them.

Everything lies around the first half of 2026; rates change monthly and divide nothing evenly.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import attrs
from hypothesis import strategies as st

from harmony_core.assets import AssetTypes, Device, DeviceEvent, EventKind
from harmony_core.billing import BillingTerms, Charge, ChargeKind, Facts
from harmony_core.contracts import (
    Amendment,
    Change,
    Contract,
    ContractEvent,
    ContractLine,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NewPrice,
    NewQuantity,
    Side,
)
from harmony_core.errors import RuleBroken
from harmony_core.finance import (
    ExactAmount,
    Group,
    LegalEntity,
    Money,
    Rate,
    RateBook,
    RatePolicy,
    Role,
    TaxRate,
    TaxTable,
    minor_digits,
)
from harmony_core.funds import Incident
from harmony_core.parties import Customer, Directory
from harmony_core.periods import Interval, Month, Schedule, Timing, months_between
from harmony_core.pricing import (
    BandTable,
    BucketUse,
    CapacityStep,
    CapacitySteps,
    FillUp,
    Flat,
    LookUp,
    PerUnit,
    Ramp,
    Scheme,
    Uplift,
    Uplifted,
    UsageRule,
)
from harmony_core.products import (
    Accounting,
    Billing,
    CarryMode,
    ChargeDay,
    ContractType,
    CountPolicy,
    DevicesCounted,
    DrawOrder,
    ExpensesIncurred,
    FixedQuantity,
    FundTerms,
    FundUnit,
    IncidentTerms,
    OverageMode,
    QuantitySource,
    Recognition,
    Rollover,
    Shortfall,
    TimeWorked,
    TopUp,
    UnitsMetered,
    UsageMetered,
    meters_of,
)
from harmony_core.work import Expense, Progress, TimeEntry, UsageRecord
from tests.pricing.usage_rules import CIVIL, usage_rules

OPENING = date(2026, 1, 1)
FIRST, LAST = date(2025, 10, 1), date(2026, 6, 30)
END = date(2026, 9, 30)
"""Every fact is known by then, and every charge of those months has fallen due."""

ROLES = tuple(value for name, value in vars(Role).items() if name.isupper())
GROUP = Group(
    "G",
    "Group",
    "GBP",
    tuple(
        LegalEntity(id_, id_, id_, code, accounts={role: role for role in ROLES})
        for id_, code in {"GB": "GBP", "DE": "EUR", "IN": "INR"}.items()
    ),
    OPENING,
)
_PER_EURO = {"GBP": "0.8571", "USD": "1.1373", "INR": "90.0913", "JPY": "161.37"}
RATES = RateBook(
    Rate(
        "EUR",
        code,
        month.first_day,
        Fraction(value) * (1000 + 7 * number) / 1000,
        source="house",
    )
    for number, month in enumerate(months_between(Month(2025, 1), Month(2028, 12)))
    for code, value in _PER_EURO.items()
)
TREE = AssetTypes({"computer": None, "server": "computer", "laptop": "computer", "switch": None})
TERMS = BillingTerms(GROUP, RATES, TREE, RatePolicy(max_age_days=40))
CUSTOMERS = Directory(
    [
        Customer("K-1", "Customer", "DE", "EUR"),
        Customer("K-9", "The same, entered twice", "DE", "EUR", merged_into="K-1"),
    ]
)
TAXES = TaxTable(
    TaxRate(country, category, Fraction(percent), date(2020, 1, 1))
    for country, standard in (("GB", 20), ("DE", 19), ("IN", 18))
    for category, percent in (("S", standard), ("G", 0))
)

CURRENCIES = ("EUR", "GBP", "USD", "JPY")


@attrs.frozen
class Happened:
    """A contract and everything that happened under it."""

    contract: Contract
    time: tuple[TimeEntry, ...] = ()
    expenses: tuple[Expense, ...] = ()
    usage: tuple[UsageRecord, ...] = ()
    devices: tuple[Device, ...] = ()
    events: tuple[DeviceEvent, ...] = ()
    incidents: tuple[Incident, ...] = ()
    progress: tuple[Progress, ...] = ()

    def facts(self, known: date = date.max, shuffled: Random | None = None) -> Facts:
        """The facts recorded by ``known``, in an order that must not matter."""

        def arranged(items: tuple[object, ...]) -> list[object]:
            there = [item for item in items if getattr(item, "known_on", date.min) <= known]
            if shuffled is not None:
                shuffled.shuffle(there)
            return there

        return Facts(
            time=arranged(self.time),  # type: ignore[arg-type]
            expenses=arranged(self.expenses),  # type: ignore[arg-type]
            usage=arranged(self.usage),  # type: ignore[arg-type]
            devices=arranged(self.devices),  # type: ignore[arg-type]
            device_events=arranged(self.events),  # type: ignore[arg-type]
            directory=CUSTOMERS,
            incidents=arranged(self.incidents),  # type: ignore[arg-type]
            progress=arranged(self.progress),  # type: ignore[arg-type]
        )

    def at_once(self) -> Happened:
        """The same, had everything been recorded on its own day, and agreed long before."""
        long_before = [
            attrs.evolve(one, agreed_on=one.agreed_on - timedelta(days=2000), recorded_on=None)
            for one in self.contract.amendments
        ]
        return attrs.evolve(
            self,
            contract=attrs.evolve(self.contract, amendments=long_before),
            time=tuple(attrs.evolve(one, recorded_on=None) for one in self.time),
            expenses=tuple(attrs.evolve(one, recorded_on=None) for one in self.expenses),
            usage=tuple(attrs.evolve(one, recorded_on=None) for one in self.usage),
            events=tuple(attrs.evolve(one, recorded_on=None) for one in self.events),
            incidents=tuple(attrs.evolve(one, recorded_on=None) for one in self.incidents),
            progress=tuple(attrs.evolve(one, recorded_on=None) for one in self.progress),
        )


def period_of(charge: Charge) -> tuple[str, bool, str]:
    """The period of a line that a charge, its true-up and their corrections are about."""
    start = charge.key.partition("@")[0].rpartition("/")[2]
    return charge.line_id, charge.kind is ChargeKind.OVERAGE, start


def line(
    scheme: Scheme,
    start: date = date(2026, 1, 1),
    last_day: date | None = None,
    *,
    id: str = "1",  # noqa: A002  the field's own name
    kind: ContractType = ContractType.RECURRING,
    quantity: int | Fraction = 1,
    source: QuantitySource | None = None,
    timing: Timing = Timing.ADVANCE,
    months: int | None = 1,
    lead_days: int = 0,
    recognition: Recognition = Recognition.AT_ONCE,
    milestones: dict[str, int] | None = None,
    agent: bool = False,
    fund: FundTerms | None = None,
    expected_breakage: str = "0",
    tax_category: str = "S",
    serves: str | None = None,
) -> ContractLine:
    """A contract line, of which a test names only what it is about."""
    return ContractLine(
        id=id,
        product_id=f"P-{id}",
        names=(("en", "Service"), ("de", "Leistung")),
        type=kind,
        division="managed",
        unit="piece",
        quantity=Fraction(quantity),
        scheme=scheme,
        source=source or FixedQuantity(),
        billing=Billing(timing, None if months is None else Interval.months(months), lead_days),
        accounting=Accounting(
            "revenue.managed",
            recognition=recognition,
            expected_breakage=expected_breakage,
            milestones=milestones or {},
            agent=agent,
        ),
        tax_category=tax_category,
        start=start,
        last_day=last_day,
        fund=fund,
        serves=serves,
    )


def contract(
    *lines: ContractLine,
    id: str = "C-1",  # noqa: A002
    side: Side = Side.SELL,
    party: str = "K-1",
    entity: str = "DE",
) -> Contract:
    """A contract of these lines, in their currency."""
    return Contract(id, side, party, entity, lines[0].scheme.currency, lines)


def fund_terms(
    currency: str = "EUR",
    *,
    valid_months: int = 12,
    unit: FundUnit = FundUnit.HOURS,
    units_per_hour: int | Fraction = 1,
    overage: str = "100",
    order: DrawOrder = DrawOrder.EXPIRY,
) -> FundTerms:
    """Terms of a fund with one tariff and one price beyond it."""
    return FundTerms(
        unit,
        valid_months,
        (("*", Fraction(units_per_hour)),),
        (ExactAmount.of(overage, currency),),
        order,
    )


# --- generated ---------------------------------------------------------------------------------

_days = st.integers(0, (LAST - FIRST).days).map(lambda n: FIRST + timedelta(days=n))
_starts = st.sampled_from([date(2025, 10, 31), date(2025, 12, 31), date(2026, 2, 28)]) | _days
_last_days = st.none() | st.integers(0, 200)
_prices = st.sampled_from(["0", "0.00045", "1", "9.99", "33.33", "95", "1234.56"])
_quantities = st.sampled_from([Fraction(n) for n in (0, 1, 3, 12, "2.5", "1/3", 60)])


def _recorded(day: date, delay: int | None) -> date | None:
    return None if delay is None else day + timedelta(days=delay)


_delays = st.none() | st.integers(0, 3) | st.integers(0, 75)


@st.composite
def schemes(draw: st.DrawFn, currency: str) -> Scheme:
    """Any price scheme, now and then one whose price changes on a day, or on anniversaries."""
    first = draw(undated_schemes(currency))
    dates = draw(st.sampled_from([None, None, None, "ramp", "uplift"]))
    if dates == "ramp":
        step = draw(undated_schemes(currency))
        return Ramp.of((date.min, first), (draw(st.dates(FIRST, LAST)), step))
    if dates == "uplift":
        every = Interval.months(draw(st.sampled_from([2, 12])))
        since = draw(st.dates(date(2025, 1, 1), LAST))
        return Uplifted(first, Uplift.fixed(since, "3.5", every=every))
    return first


@st.composite
def undated_schemes(draw: st.DrawFn, currency: str) -> Scheme:
    """Any price scheme whose price rises, or stays, with the quantity; look-up may fall."""
    shape = draw(st.sampled_from(["flat", "per unit", "fill up", "look up"]))
    price = draw(_prices)
    if shape == "flat":
        return Flat.of(price, currency)
    if shape == "per unit":
        return PerUnit.of(price, currency)
    table = BandTable.of(currency, [(2, price), (10, "0.07", "5"), (None, "3.3333")])
    return FillUp(table) if shape == "fill up" else LookUp(table)


def _ends(start: date, length: int | None) -> date | None:
    return None if length is None else start + timedelta(days=length)


@st.composite
def fixed_lines(draw: st.DrawFn, id: str, currency: str) -> ContractLine:  # noqa: A002
    """A line of a fixed quantity, recurring or billed once."""
    start = draw(_starts)
    months = draw(st.sampled_from([None, 1, 1, 3, 12]))
    return line(
        draw(schemes(currency)),
        start,
        _ends(start, draw(_last_days)),
        id=id,
        kind=ContractType.TRANSACTIONAL if months is None else ContractType.RECURRING,
        quantity=draw(_quantities),
        timing=draw(st.sampled_from(Timing)),
        months=months,
        lead_days=draw(st.sampled_from([0, 0, 5, 14])),
        **draw(_patterns(months is None)),
    )


@st.composite
def _patterns(draw: st.DrawFn, billed_once: bool) -> dict[str, Any]:
    """When a fixed quantity is earned: at once, by the days agreed, or by progress."""
    patterns = [one for one in Recognition if one is not Recognition.AS_DRAWN]
    if billed_once:
        patterns = [one for one in patterns if one.month_weight is None]
    else:
        patterns = [one for one in patterns if not one.by_progress]
    chosen = draw(st.sampled_from(patterns))
    milestones = {"design": 2, "live": 3} if chosen is Recognition.MILESTONES else {}
    return {"recognition": chosen, "milestones": milestones}


@st.composite
def worked_lines(draw: st.DrawFn, id: str, currency: str) -> ContractLine:  # noqa: A002
    """A line of time or of expenses."""
    source: QuantitySource = TimeWorked()
    if draw(st.booleans()):
        source = ExpensesIncurred(Fraction(draw(st.sampled_from(["0", "10", "7.5"]))))
    return line(
        draw(st.just(PerUnit.of(draw(_prices), currency)) | schemes(currency)),
        draw(_starts),
        id=id,
        kind=ContractType.TRANSACTIONAL,
        quantity=0,
        source=source,
        timing=Timing.ARREARS,
        months=None,
    )


ON_FIRST_DAY = (CountPolicy.FIRST_DAY, CountPolicy.ADVANCE_TRUE_UP)


@st.composite
def device_lines(
    draw: st.DrawFn,
    id: str,  # noqa: A002
    currency: str,
    policy: CountPolicy | None = None,
) -> ContractLine:
    """A line that counts devices."""
    start = draw(_starts)
    policy = policy or draw(st.sampled_from(CountPolicy))
    advance = policy is CountPolicy.ADVANCE_TRUE_UP or (
        policy is CountPolicy.FIRST_DAY and draw(st.booleans())
    )
    types = tuple(draw(st.sampled_from([["computer"], ["laptop", "switch"], ["server"]])))
    return line(
        draw(schemes(currency)),
        start,
        _ends(start, draw(_last_days)),
        id=id,
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=DevicesCounted(types, policy, draw(st.integers(0, 2))),
        timing=Timing.ADVANCE if advance else Timing.ARREARS,
        months=draw(st.sampled_from([1, 3])),
        lead_days=draw(st.sampled_from([0, 0, 7])) if policy in ON_FIRST_DAY else 0,
        recognition=Recognition.STRAIGHT_LINE if advance else Recognition.AT_ONCE,
    )


_rules = st.just(UsageRule()) | usage_rules((timedelta(hours=12), *CIVIL))


@st.composite
def usage_lines(draw: st.DrawFn, id: str, currency: str) -> ContractLine:  # noqa: A002
    """A line that meters usage."""
    start = draw(_starts)
    return line(
        draw(schemes(currency)),
        start,
        _ends(start, draw(_last_days)),
        id=id,
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=UsageMetered(draw(st.sampled_from(["storage", "traffic"])), draw(_rules)),
        timing=Timing.ARREARS,
        months=draw(st.sampled_from([1, 3])),
    )


_one_quantity = _rules.filter(
    lambda rule: rule.buckets is None or rule.buckets.use is not BucketUse.PRICED_ALONE
)


@st.composite
def capacity_steps(draw: st.DrawFn, currency: str) -> CapacitySteps:
    """One to three steps over two units, the last without limits."""
    limits = sorted(draw(st.lists(st.integers(0, 20), max_size=2)))
    return CapacitySteps(
        CapacityStep.of(draw(_prices), currency, {"gigabytes": limit, "users": limit})
        for limit in [*limits, None]
    )


@st.composite
def unit_lines(draw: st.DrawFn, id: str, currency: str) -> ContractLine:  # noqa: A002
    """A line that meters two units and charges one step for both."""
    start = draw(_starts)
    return line(
        draw(capacity_steps(currency)),
        start,
        _ends(start, draw(_last_days)),
        id=id,
        kind=ContractType.CONSUMPTION,
        quantity=0,
        source=UnitsMetered(
            {
                "gigabytes": UsageMetered("storage", draw(_one_quantity)),
                "users": UsageMetered("traffic", draw(_one_quantity)),
            }
        ),
        timing=Timing.ARREARS,
        months=draw(st.sampled_from([1, 3])),
    )


@st.composite
def prepaid_lines(draw: st.DrawFn, id: str, currency: str) -> ContractLine:  # noqa: A002
    """A line that buys blocks, once or again and again."""
    start = draw(_starts)
    unit = draw(st.sampled_from(FundUnit))
    terms = fund_terms(
        currency,
        valid_months=draw(st.integers(1, 4)),
        unit=unit,
        units_per_hour=draw(st.sampled_from([Fraction(1), Fraction(3), Fraction("2.5")])),
        overage=draw(_prices),
        order=draw(st.sampled_from(DrawOrder)),
    )
    beyond = draw(st.sampled_from(["bill", "bill", "units", "deny", "negative", "top up"]))
    if beyond == "units" and unit is not FundUnit.CASH:
        terms = attrs.evolve(terms, apply_multiplier=True)
    elif beyond in ("deny", "negative"):
        terms = attrs.evolve(terms, overage_prices=(), overage_mode=OverageMode(beyond))
    elif beyond == "top up":
        price = ExactAmount.of("9.99", currency)
        terms = attrs.evolve(terms, top_up=TopUp(1, by=4, prices=price, valid_months=2))
    if unit is FundUnit.CASH and draw(st.integers(0, 3)) == 0:
        incidents = draw(incident_terms(currency))
        terms = FundTerms(unit, terms.valid_months, (), (), terms.order, incidents=incidents)
    return line(
        PerUnit.of(draw(_prices), currency),
        start,
        _ends(start, draw(_last_days)),
        id=id,
        kind=ContractType.PREPAYMENT,
        quantity=draw(st.sampled_from([Fraction(n) for n in (1, 5, 10, "7.25")])),
        months=draw(st.sampled_from([None, 1, 3])),
        lead_days=draw(st.sampled_from([0, 10])),
        recognition=Recognition.AS_DRAWN,
        fund=terms,
        expected_breakage=draw(st.sampled_from(["0", "0", "0.25"])),
    )


@st.composite
def allowance_lines(draw: st.DrawFn, id: str, currency: str) -> ContractLine:  # noqa: A002
    """A line that grants units in each period, of which some go on into the next."""
    bought = draw(prepaid_lines(id, currency))
    terms = fund_terms(currency, valid_months=1, overage=draw(_prices))
    rollover = draw(
        st.sampled_from([Rollover(CarryMode.CAP, cap=Fraction(3)), Rollover(lifetime_periods=1)])
    )
    months = draw(st.sampled_from([1, 3]))
    return attrs.evolve(
        bought,
        billing=Billing(Timing.ADVANCE, Interval.months(months), bought.billing.lead_days),
        accounting=attrs.evolve(bought.accounting, expected_breakage=0),
        fund=attrs.evolve(terms, rollover=rollover),
    )


@st.composite
def incident_terms(draw: st.DrawFn, currency: str) -> IncidentTerms:
    """Prices of incidents, of which a fund holds a few."""
    return IncidentTerms(
        {"password": Money(1, currency), "server": Money(3, currency)},
        draw(st.sampled_from(Shortfall)),
        {"server": Money(4, currency)},
        draw(st.integers(0, 1)),
        ChargeDay.OPENED,
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A contract of one to four lines of any of the four types."""
    currency = draw(st.sampled_from(CURRENCIES))
    kinds = st.sampled_from(
        [
            fixed_lines,
            worked_lines,
            device_lines,
            usage_lines,
            unit_lines,
            prepaid_lines,
            allowance_lines,
        ]
    )
    chosen = draw(st.lists(kinds, min_size=1, max_size=4))
    lines = [draw(make(str(number), currency)) for number, make in enumerate(chosen, start=1)]
    linked = [draw(passing_on(one, lines[number:])) for number, one in enumerate(lines, start=1)]
    return contract(*linked, entity=draw(st.sampled_from(["GB", "DE", "IN"])))


@st.composite
def passing_on(draw: st.DrawFn, one: ContractLine, later: list[ContractLine]) -> ContractLine:
    """A prepaid line that leaves what it does not cover to some of the lines after it."""
    takers = [
        it.id
        for it in later
        if (it.fund is not None and not it.fund.incidents) or isinstance(it.source, TimeWorked)
    ]
    fund = one.fund
    if fund is None or fund.incidents or fund.overage_mode is OverageMode.NEGATIVE or not takers:
        return one
    names = draw(st.lists(st.sampled_from(takers), max_size=2, unique=True))
    return attrs.evolve(one, fund=attrs.evolve(fund, passes_to=sorted(names)))


@st.composite
def _time(draw: st.DrawFn, number: int, line_id: str) -> TimeEntry:
    day = draw(_days)
    return TimeEntry(
        f"T-{number}",
        draw(st.sampled_from(["anna", "ravi"])),
        day,
        Fraction(draw(st.integers(-4, 32)), 4),  # below zero takes hours back
        "C-1",
        line_id,
        multiplier=Fraction(draw(st.sampled_from(["1", "1", "1.5", "2", "0"]))),
        recorded_on=_recorded(day, draw(_delays)),
    )


@st.composite
def _expense(draw: st.DrawFn, number: int, line_id: str) -> Expense:
    day, code = draw(_days), draw(st.sampled_from(CURRENCIES))
    amount = Money(draw(st.integers(0, 90)) * 10 ** minor_digits(code) + 3, code)
    recorded = _recorded(day, draw(_delays))
    return Expense(f"E-{number}", "anna", day, amount, "C-1", line_id, recorded_on=recorded)


@st.composite
def _incident(draw: st.DrawFn, number: int, line_id: str) -> Incident:
    """The price list knows no printers."""
    day, kind = draw(_days), draw(st.sampled_from(["password", "server", "printer"]))
    recorded = _recorded(day, draw(_delays))
    name = f"I-{number}"
    return Incident(name, kind, day, recorded_on=recorded, contract_id="C-1", line_id=line_id)


@st.composite
def _reports(draw: st.DrawFn, one: ContractLine) -> list[Progress]:
    """Progress up and down; at the end all is done."""
    if one.accounting.recognition is Recognition.PERCENT_COMPLETE:
        said = draw(st.lists(st.fractions(0, 1, max_denominator=9), max_size=4))
        what: list[dict[str, Any]] = [{"share": share} for share in [*said, Fraction(1)]]
    else:
        what = [{"milestone": name} for name, _ in one.accounting.milestones]
    found: list[Progress] = []
    for number, report in enumerate(what):
        day = END if number == len(what) - 1 else draw(_days)
        recorded = END if day == END else _recorded(day, draw(_delays))
        id_ = f"R-{one.id}-{number}"
        found.append(Progress(id_, "C-1", one.id, day, recorded_on=recorded, **report))
    return found


_clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59), tzinfo=st.just(UTC))


@st.composite
def _usage(draw: st.DrawFn) -> tuple[UsageRecord, ...]:
    """Records of which some take the place of others, each place in one way only."""
    found: list[UsageRecord] = []
    free: dict[str, list[str]] = {"a": [], "b": []}
    for number in range(draw(st.integers(0, 12))):
        id_, source = f"U-{number // 2}", "ab"[number % 2]  # an id is unique within its source
        day, clock = draw(_days), draw(st.none() | _clocks)
        others = free[source]
        replaced: str | None = None
        if draw(st.integers(0, 1)) and others:
            replaced = draw(st.sampled_from(others))
            others.remove(replaced)
        others.append(id_)
        withdrawn = draw(st.booleans()) if replaced is not None else False
        record = UsageRecord(
            id_,
            source,
            day,
            draw(st.sampled_from(["K-1", "K-9"])),
            draw(st.sampled_from(["storage", "traffic"])),
            Fraction(0) if withdrawn else Fraction(draw(st.integers(-9, 40)), 3),
            recorded_on=_recorded(day, draw(_delays)),
            at=None if clock is None else datetime.combine(day, clock),
            subject=draw(st.sampled_from(["", "host 1", "host 2", "host 3"])),
            replaces=replaced,
            withdrawn=withdrawn,
        )
        found.append(record)
    return tuple(found)


@st.composite
def _event(draw: st.DrawFn) -> DeviceEvent:
    day, kind = draw(_days), draw(st.sampled_from(EventKind))
    device = draw(st.sampled_from([device.id for device in DEVICES]))
    return DeviceEvent(device, day, kind, _recorded(day, draw(_delays)))


DEVICES = (
    Device("D-1", "laptop", "K-1"),
    Device("D-2", "server", "K-9"),
    Device("D-3", "switch", "K-1"),
    Device("D-4", "laptop", "K-2"),
)


@st.composite
def _changes(draw: st.DrawFn, agreed: Contract, first_day: date, number: int) -> Change:
    """A change that a contract can take."""
    one = draw(st.sampled_from(agreed.lines))
    kinds = ["ends", "runs on", "begins"]
    if one.fund is None or not one.is_billed_once:
        kinds.extend(["price", "quantity"] if one.is_fixed else ["price"])
    kind = draw(st.sampled_from(kinds))
    if kind == "begins":
        new = draw(fixed_lines(f"new{number}", agreed.currency))
        start = first_day + timedelta(days=draw(st.integers(0, 40)))
        last = None if new.last_day is None else start + (new.last_day - new.start)
        return LineBegins(attrs.evolve(new, start=start, last_day=last))
    if kind == "price" and isinstance(one.source, UnitsMetered):
        return NewPrice(one.id, draw(capacity_steps(agreed.currency)))
    if kind == "price":
        return NewPrice(one.id, draw(schemes(agreed.currency)))
    if kind == "quantity":
        return NewQuantity(one.id, draw(_quantities) + (one.fund is not None))
    if kind == "ends":
        return LineEnds(one.id)
    return LineRunsOn(one.id, draw(st.none() | st.dates(LAST, END)))


def _event_of(change: Change, pauses: bool) -> ContractEvent:
    """An end may be for a while."""
    is_pause = pauses and isinstance(change, LineEnds)
    return ContractEvent.SUSPENSION if is_pause else ContractEvent.AMENDMENT


def _bought_on(one: ContractLine, day: date) -> date:
    """The first day of the period of a day, where a prepaid line buys anew."""
    if one.fund is None or one.billing.interval is None or day <= one.start:
        return day
    return Schedule(one.anchor, one.billing.interval).period_at(day).start


@st.composite
def amendments(draw: st.DrawFn, made: Contract, least: int = 0) -> Contract:
    """The contract with up to three amendments, agreed and recorded on any days."""
    for number in range(draw(st.integers(least, 3))):
        first_day, agreed_on = draw(_days), draw(_days)
        change = draw(_changes(made, first_day, number))
        if isinstance(change, NewQuantity | NewPrice):
            first_day = _bought_on(made.line(change.line_id), first_day)
        amendment = Amendment(
            f"A-{number}",
            made.id,
            agreed_on,
            first_day,
            [change],
            event=_event_of(change, draw(st.booleans())),
            recorded_on=_recorded(agreed_on, draw(_delays)),
        )
        with suppress(RuleBroken):  # two that collide, or a price that is trued up
            made = made.amended(amendment)
    return made


@st.composite
def happened(draw: st.DrawFn, agreed: st.SearchStrategy[Contract] | None = None) -> Happened:
    """A contract and up to a dozen facts of each kind that its lines measure.

    Unless a test brings its own contract, this one may have been amended.
    """
    made = draw(contracts().flatmap(amendments) if agreed is None else agreed)
    timed = [
        one.id for one in made.lines if isinstance(one.source, TimeWorked) or one.fund is not None
    ]
    paid = [
        one.id
        for one in made.lines
        if isinstance(one.source, ExpensesIncurred)
        or (one.fund is not None and one.fund.unit is FundUnit.CASH)
    ]
    served = [one.id for one in made.lines if one.fund is not None and one.fund.incidents]
    metered = any(meters_of(one.source) for one in made.lines)
    counted = any(isinstance(one.source, DevicesCounted) for one in made.lines)
    many = st.integers(0, 12)
    return Happened(
        made,
        tuple(
            draw(_time(number, draw(st.sampled_from(timed))))
            for number in range(draw(many) if timed else 0)
        ),
        tuple(
            draw(_expense(number, draw(st.sampled_from(paid))))
            for number in range(draw(many) if paid else 0)
        ),
        draw(_usage()) if metered else (),
        DEVICES if counted else (),
        tuple(draw(_event()) for _ in range(draw(many) if counted else 0)),
        tuple(
            draw(_incident(number, draw(st.sampled_from(served))))
            for number in range(draw(many) if served else 0)
        ),
        tuple(
            report
            for one in made.lines_ever
            if one.accounting.recognition.by_progress
            for report in draw(_reports(one))
        ),
    )
