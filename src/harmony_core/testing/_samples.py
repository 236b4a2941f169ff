"""Small, complete values for the suites, each under the id that a test asks for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import attrs

from harmony_core.assets import Device, DeviceEvent, EventKind
from harmony_core.billing import (
    Allocation,
    BillingProfile,
    Charge,
    ChargeKind,
    Invoice,
    InvoiceGrouping,
    InvoiceLine,
    LineKey,
    Payment,
    PaymentTerms,
    QuantityOverride,
    Receivable,
    Recognised,
    ReviewDeed,
    ReviewStep,
)
from harmony_core.contracts import Contract, ContractLine, Side
from harmony_core.explanation import Explainer
from harmony_core.finance import (
    Booked,
    CostPlus,
    CostRateTable,
    ExactAmount,
    Group,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Rate,
    Role,
    TaxLine,
    TaxRate,
    TransferRule,
    dimensions,
    tax_document,
)
from harmony_core.funds import Incident
from harmony_core.orders import (
    Adjustment,
    Order,
    OrderLine,
    Purchase,
    Quote,
    QuoteVersion,
    SupplierChange,
)
from harmony_core.parties import Customer, Employment, Person, Supplier
from harmony_core.periods import History, InstantSpan, Month
from harmony_core.pricing import AtLeast, BandTable, FillUp, PerUnit, PriceBook, PriceEntry
from harmony_core.products import ContractType, Product, defaults_of
from harmony_core.repositories import Company
from harmony_core.work import Expense, Progress, TimeEntry, UsageRecord, WorkSubject

MARCH = Month(2026, 3)
DAY = date(2026, 3, 10)


def company(name: str = "Northbridge Group") -> Company:
    """A group of two entities with a tax rate, a transfer rule and cost rates."""
    accounts = {"revenue": "4000", "receivable": "1100"}
    entities = (
        LegalEntity("DE", "Northbridge GmbH", "DE", "EUR", "Europe/Berlin", 1, accounts),
        LegalEntity("GB", "Northbridge Ltd", "GB", "GBP", "Europe/London", 4, accounts),
    )
    start = date(2024, 1, 1)
    return Company(
        group=Group("NB", name, "EUR", entities, start),
        divisions=(("cloud", (("en", "Cloud"), ("de", "Cloud-Dienste"))),),
        tax_rates=(TaxRate("DE", "S", Fraction(19), start),),
        transfer_rules=(TransferRule("T-1", "GB", "DE", CostPlus(Fraction(8)), start),),
        cost_rates=CostRateTable(
            persons={"P-1": History.of([(start, ExactAmount.of("52.125", "EUR"))])},
            default=History.always(ExactAmount.of(Fraction(140, 3), "EUR")),
        ),
        asset_parents=(("device", None), ("laptop", "device")),
    )


def customer(id: str, name: str = "Müller & Söhne") -> Customer:  # noqa: A002  the field's own name
    """A customer."""
    return Customer(id, name, "DE", "EUR", "de-DE")


def supplier(id: str, name: str = "Cables Ltd") -> Supplier:  # noqa: A002  the field's own name
    """A supplier."""
    return Supplier(id, name, "GB", "GBP")


def person(id: str, name: str = "Anna") -> Person:  # noqa: A002  the field's own name
    """A person who moved from one entity to another."""
    first = Employment("GB", "engineer", date(2024, 1, 1))
    return Person.of(id, name, first, Employment("DE", "engineer", date(2025, 7, 1)))


def product(id: str, name: str = "Backup") -> Product:  # noqa: A002  the field's own name
    """A product with a banded price and a minimum."""
    table = BandTable.of("EUR", [(10, "12"), (50, "10.50"), (None, "8")])
    scheme = AtLeast(FillUp(table), ExactAmount.of(100, "EUR"))
    return Product.sold_as(ContractType.RECURRING, id, {"en": name, "de": name}, [scheme])


def order(id: str, party_id: str = "K-1") -> Order:  # noqa: A002  the field's own name
    """An accepted order of one line, whose supplier was swapped after the sale."""
    bought = Purchase("P-1", "S-1", Fraction("2.5"), ExactAmount.of("1/3", "USD"), DAY)
    line = OrderLine(
        "1",
        f"C-{id}",
        "BACKUP",
        Fraction("2.5"),
        DAY,
        unit_price=ExactAmount.of("9.95", "EUR"),
        purchases=bought,
    )
    order = Order(id, Side.SELL, party_id, "DE", "EUR", (line,), accepted_on=DAY)
    swap = SupplierChange("S-2", ExactAmount.of("0.45", "GBP"))
    return order.adjusted(Adjustment("A-1", line.reference, "P-1", DAY, swap, "out of stock"))


def incident(id: str, contract_id: str = "C-1") -> Incident:  # noqa: A002  the field's own name
    """An incident that is closed, and was recorded a day late."""
    late = DAY + timedelta(days=1)
    return Incident(
        id,
        "server",
        DAY,
        closed=DAY,
        recorded_on=late,
        contract_id=contract_id,
        line_id="1",
    )


def quote(id: str, party_id: str = "K-1") -> Quote:  # noqa: A002  the field's own name
    """A quote of two versions, one line of which was accepted."""
    lines = [OrderLine(str(number), f"C-{id}", "BACKUP", Fraction("2.5"), DAY) for number in (1, 2)]
    first, second = (QuoteVersion(DAY, DAY, lines[:number]) for number in (1, 2))
    quote = Quote(id, Side.SELL, party_id, "DE", "EUR", [first, second])
    return quote.accept(DAY, lines=[lines[0].reference]).quote


def price_book(price: str = "9.95") -> PriceBook:
    """A price for everybody and another one for a group, which ends."""
    tiers = BandTable.of("EUR", [("2.5", price), (None, "1/3")])
    return PriceBook(
        [
            PriceEntry("BACKUP", "EUR", PerUnit.of(price, "EUR"), DAY, id="P-1"),
            PriceEntry("BACKUP", "EUR", FillUp(tiers), DAY, DAY, customer_group="partner"),
        ]
    )


def contract(id: str, party_id: str = "K-1") -> Contract:  # noqa: A002  the field's own name
    """A contract of one recurring line."""
    defaults = defaults_of(ContractType.RECURRING)
    line = ContractLine(
        id="1",
        product_id="BACKUP",
        names=(("en", "Backup"), ("de", "Datensicherung")),
        type=ContractType.RECURRING,
        division="cloud",
        unit="seat",
        quantity=Fraction("12.5"),
        scheme=PerUnit.of("4.50", "EUR"),
        source=defaults.quantity,
        billing=defaults.billing,
        accounting=defaults.accounting,
        tax_category="S",
        start=date(2026, 1, 31),
    )
    return Contract(id, Side.SELL, party_id, "DE", "EUR", (line,), order_id="O-1")


def device(id: str, customer_id: str = "K-1") -> Device:  # noqa: A002  the field's own name
    """A device, switched on and off by its events."""
    return Device(id, "laptop", customer_id)


_SUBJECT = WorkSubject("K-1", "I-1", "D-1", "backup", "pat", "north", "restored a mailbox")
_NIGHT = datetime(2026, 3, 28, 23, 59, 59, 999_999, tzinfo=UTC)


def _worked(hours: Fraction) -> InstantSpan:
    return InstantSpan(_NIGHT, _NIGHT + int(hours * 3600) * timedelta(seconds=1))


def time_entry(
    id: str,  # noqa: A002  the field's own name
    day: date = DAY,
    hours: str = "1.25",
    recorded_on: date | None = None,
) -> TimeEntry:
    """Time worked; ``recorded_on`` may be given."""
    return TimeEntry(
        id,
        "P-1",
        day,
        Fraction(hours),
        "C-1",
        "1",
        "senior",
        Fraction("1.5"),
        started_at=time(9, 30),
        recorded_on=recorded_on,
        role="second line",
        subject=_SUBJECT,
        worked=_worked(Fraction(hours)),
    )


def expense(
    id: str,  # noqa: A002  the field's own name
    day: date = DAY,
    amount: str = "12.50",
    recorded_on: date | None = None,
) -> Expense:
    """Money spent."""
    return Expense(
        id,
        "P-1",
        day,
        Money.of(amount, "GBP"),
        "C-1",
        None,
        "travel",
        recorded_on=recorded_on,
        subject=_SUBJECT,
        receipts=("R-1", "R-2"),
    )


def usage(
    id: str,  # noqa: A002  the field's own name
    day: date = DAY,
    quantity: str = "0.125",
    source: str = "meters",
    *,
    recorded_on: date | None = None,
    replaces: str | None = None,
) -> UsageRecord:
    """Units used at an instant; zero in the place of an earlier record withdraws it."""
    return UsageRecord(
        id,
        source,
        day,
        "K-1",
        "storage",
        Fraction(quantity),
        recorded_on=recorded_on,
        at=datetime(day.year, day.month, day.day, 9, 30, 15, 250_000, UTC),
        subject="host-1",
        replaces=replaces,
        withdrawn=replaces is not None and not Fraction(quantity),
        origin="meters-1.csv",
    )


def event(
    device_id: str, day: date = DAY, kind: EventKind = EventKind.ON, recorded_on: date | None = None
) -> DeviceEvent:
    """A device that went on or off."""
    return DeviceEvent(device_id, day, kind, recorded_on=recorded_on)


def rate(day: date = DAY, value: str = "0.8571", known: date | None = None) -> Rate:
    """Euro in pounds."""
    return Rate("EUR", "GBP", day, Fraction(value), source="ECB", known_from=known)


def charge(key: str, trigger: date = DAY, amount: str = "56.25") -> Charge:
    """A charge with its explanation and evidence."""
    why = Explainer("per unit", 1)
    why.given("quantity", "quantity", Fraction("12.5"))
    why.given("price", "unit price", Fraction(amount) / Fraction("12.5"), "EUR")
    result = why.step("amount", "quantity at the unit price", "multiply", "quantity", "price")
    owed = Money.of(amount, "EUR")
    return Charge(
        key=key,
        contract_id="C-1",
        line_id="1",
        kind=ChargeKind.SERVICE,
        service=MARCH.span,
        trigger=trigger,
        booked_on=trigger,
        booked=Booked(owed, Money(owed.minor * 6 // 7, "GBP"), owed),
        rate_ids=("ECB:EUR/GBP:spot:2026-03-10",),
        quantity=Fraction("12.5"),
        evidence=("D-1", "D-2"),
        explanation=why.explanation(result),
    )


def booked(amount: str) -> Booked:
    """An amount in pounds, in euro books, of a group in dollars."""
    pounds = Money.of(amount, "GBP")
    return Booked(pounds, Money(pounds.minor * 7 // 6, "EUR"), Money(pounds.minor * 5 // 4, "USD"))


def recognised(
    charge_key: str, month: Month = MARCH, amount: str = "10.00", breakage: str | None = None
) -> Recognised:
    """What a month earned of a charge."""
    lapsed = None if breakage is None else booked(breakage)
    return Recognised(charge_key, "C-1", "1", month, booked(amount), lapsed)


def invoice(id: str, day: date = DAY, net: str = "56.25") -> Invoice:  # noqa: A002  the field's own name
    """An invoice of one line with tax."""
    amount, percent = Money.of(net, "EUR"), Fraction(19)
    line = InvoiceLine("C-1/1/service/2026-03-01", "C-1", "1", amount, "S", percent)
    tax = tax_document("EUR", [TaxLine(amount.exact, "S", percent)])
    return Invoice(id, Side.SELL, "DE", "K-1", "EUR", day, (line,), tax)


def entry(
    id: str,  # noqa: A002  the field's own name
    day: date = DAY,
    entity: str = "DE",
    amount: str = "10.00",
) -> JournalEntry:
    """Revenue earned, in three currencies."""
    about = dimensions(contract="C-1", customer="K-1")
    lines = (
        JournalLine(Role.CONTRACT_BALANCE, "1500", booked(amount), about),
        JournalLine(Role.REVENUE, "4000", -booked(amount), about),
    )
    return JournalEntry(id, entity, day, "recognition", "C-1/1", lines, text="März – Backup")


def profile(id: str) -> BillingProfile:  # noqa: A002  the field's own name
    """How a customer wants to be billed."""
    return BillingProfile(
        id,
        grouping=InvoiceGrouping.SITE,
        sort=[LineKey.DIVISION, LineKey.PRODUCT],
        subtotals=1,
        wording=[("title", "Rechnung über Dienste")],
        sites=[("C-1", "Bonn")],
        payment=PaymentTerms.after_month_end(10),
        reviewed_contracts=["C-1"],
    )


def override(charge_key: str, number: int = 1, quantity: str = "12") -> QuantityOverride:
    """A quantity that somebody changed."""
    changed = Fraction(quantity)
    return QuantityOverride(charge_key, number, changed, Fraction("12.5"), "Anna", "Gespräch", DAY)


def review_step(document_id: str, number: int = 1) -> ReviewStep:
    """A document that somebody looked at."""
    return ReviewStep(document_id, number, ReviewDeed.REVIEW, "Anna", DAY, "d41d8c")


def progress(id: str) -> Progress:  # noqa: A002  the field's own name
    """A report that is known a day late."""
    return Progress(id, "C-1", "1", DAY, "1/3", recorded_on=DAY + timedelta(days=1))


def receivable(id: str) -> Receivable:  # noqa: A002  the field's own name
    """What an invoice asks for."""
    return Receivable(id, "DE", "K-1", DAY, MARCH.last_day, booked("66.94"), ("I-0",))


def payable(id: str) -> Receivable:  # noqa: A002  the field's own name
    """What a supplier's bill asks for."""
    return attrs.evolve(receivable(id), party_id="S-1", side=Side.BUY)


def payment(id: str, amount: str = "66.94") -> Payment:  # noqa: A002  the field's own name
    """Money that came in."""
    return Payment(id, "DE", "K-1", DAY, Money.of(amount, "GBP"), ["I-1"])


def allocation(id: str) -> Allocation:  # noqa: A002  the field's own name
    """What a payment settled."""
    return Allocation(id, DAY, "P-1", "I-1", Money.of("66.94", "GBP"))
