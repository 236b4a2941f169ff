"""The control totals once more, this time from what the library left in a store.

Nothing here works out an amount: figures are read from charges, invoices, recognition, journal and
reports, and added up under the headings of ``control_totals.json``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

from harmony_core.assets import count_devices, devices_from_events
from harmony_core.billing import Charge, Facts, fund_of
from harmony_core.contracts import Contract, ContractEvent, ContractLine, Side, line_end
from harmony_core.demo import FIRST_MONTH, LAST_MONTH, gather
from harmony_core.explanation import exact_text
from harmony_core.finance import (
    JournalEntry,
    Money,
    ProfitFacts,
    Role,
    contribution_by,
    entity_profit_facts,
    trend,
)
from harmony_core.funds import Block, Draw, Overage, OverageMode, draw_allowance, draw_down
from harmony_core.parties import Directory
from harmony_core.periods import Month, Span, add_months
from harmony_core.products import DevicesCounted
from harmony_core.repositories import Store
from harmony_core.work import TimeEntry

UNTIL = LAST_MONTH.last_day
Sums = dict[str, Money]


def _add(sums: Sums, amount: Money) -> None:
    sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount


def _texts(sums: Sums) -> dict[str, str]:
    return {currency: str(amount.amount) for currency, amount in sums.items()}


class Totals:
    """Everything of a played store that the totals need, loaded once."""

    def __init__(self, store: Store) -> None:
        with store.begin() as unit:
            self.company = unit.company.get()
            self.facts = Facts(
                devices=unit.devices.all(),
                device_events=unit.facts.device_events(date.max),
                directory=Directory(unit.customers.all()),
            )
            self.contracts: Mapping[str, Contract] = {c.id: c for c in unit.contracts.all()}
            self.charges = unit.charges.all()
            self.recognised_rows = unit.recognised.all()
            self.invoices_kept = unit.invoices.all()
            self.entries: tuple[JournalEntry, ...] = tuple(unit.journal.entries())
            self.time: tuple[TimeEntry, ...] = unit.facts.time(UNTIL)
        self.results = gather(store, FIRST_MONTH, LAST_MONTH)

    def sections(self) -> dict[str, object]:
        """Every section, in the form of the file."""
        profit = self.results.profit
        return {
            "billed": self.billed(),
            "bought": self.bought(),
            "invoices": self.invoices(),
            "taxes": self.taxes(),
            "corrections": self.corrections(),
            "recognised": self.recognised(),
            "labour": self.labour(),
            "transfers": self.transfers(),
            "expenses": self.expenses(),
            "contribution": _contribution(profit, "month"),
            "contribution_by_customer": _contribution(profit, "customer"),
            "contribution_total": str(profit.total.contribution.amount),
            "trend_total": str(trend(profit, LAST_MONTH).total.contribution.amount),
            "views": self.views(),
            "device_counts": self.device_counts(),
            "device_days": self.device_days(),
            "funds": self.funds(),
            "uncovered": self.uncovered(),
            "notices": self.notices(),
        }

    def _line(self, charge: Charge) -> ContractLine:
        return self.contracts[charge.contract_id].line(charge.line_id)

    def _charges(self, side: Side) -> Iterable[Charge]:
        return (
            charge
            for charge in self.charges
            if charge.amount and self.contracts[charge.contract_id].side is side
        )

    def billed(self) -> object:
        nets: dict[tuple[str, str, str], Money] = {}
        counts: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        for charge in self._charges(Side.SELL):
            currency = charge.amount.currency
            key = str(Month.containing(charge.trigger)), self._line(charge).type.value, currency
            nets[key] = nets.get(key, Money.zero(currency)) + charge.amount
            counts[key] += 1
        found: defaultdict[str, defaultdict[str, dict[str, object]]]
        found = defaultdict(lambda: defaultdict(dict))
        for (month, kind, currency), net in nets.items():
            count = counts[month, kind, currency]
            found[month][kind][currency] = {"net": str(net.amount), "charges": str(count)}
        return found

    def bought(self) -> object:
        nets: defaultdict[str, Sums] = defaultdict(dict)
        for charge in self._charges(Side.BUY):
            _add(nets[str(Month.containing(charge.trigger))], charge.amount)
        return {month: _texts(sums) for month, sums in nets.items()}

    def invoices(self) -> object:
        counts: defaultdict[str, int] = defaultdict(int)
        nets: defaultdict[str, Sums] = defaultdict(dict)
        taxes: defaultdict[str, Sums] = defaultdict(dict)
        for invoice in self.invoices_kept:
            if invoice.side is Side.SELL:
                counts[invoice.entity_id] += 1
                _add(nets[invoice.entity_id], invoice.net)
                _add(taxes[invoice.entity_id], invoice.total - invoice.net)
        return {
            entity: {
                "count": str(count),
                "net": _texts(nets[entity]),
                "tax": _texts(taxes[entity]),
            }
            for entity, count in counts.items()
        }

    def taxes(self) -> object:
        found: defaultdict[str, defaultdict[str, Sums]]
        found = defaultdict(lambda: defaultdict(dict))
        for invoice in self.invoices_kept:
            if invoice.side is Side.SELL:
                for part in invoice.tax_breakdown:
                    _add(found[invoice.entity_id][f"{part.jurisdiction} {part.category}"], part.tax)
        return {
            entity: {name: _texts(sums) for name, sums in by.items()}
            for entity, by in found.items()
        }

    def corrections(self) -> object:
        found = [charge for charge in self._charges(Side.SELL) if charge.corrects is not None]
        nets: Sums = {}
        for charge in found:
            _add(nets, charge.amount)
        return {"count": str(len(found)), "net": _texts(nets)}

    def recognised(self) -> object:
        sums: defaultdict[str, dict[str, Money]] = defaultdict(dict)
        zero = Money.zero(self.company.group.currency)
        for row in self.recognised_rows:
            contract = self.contracts[row.contract_id]
            if contract.side is Side.SELL:
                by_type, kind = sums[str(row.month)], contract.line(row.line_id).type.value
                by_type[kind] = by_type.get(kind, zero) + row.amount.group
        return {
            month: {kind: str(amount.amount) for kind, amount in by_type.items()}
            for month, by_type in sums.items()
        }

    def _costs(self, kind: str, *roles: str) -> Iterable[tuple[str, str, Money]]:
        for entry in self.entries:
            if entry.kind == kind:
                for line in entry.lines:
                    if line.role in roles:
                        month = str(Month.containing(entry.day))
                        yield entry.entity, month, line.amount.entity

    def labour(self) -> object:
        sums: dict[str, dict[str, Money]] = {}
        for entity, month, amount in self._costs("labour", Role.LABOUR_COST, Role.COST_OF_SALES):
            by_month = sums.setdefault(entity, {})
            by_month[month] = by_month.get(month, Money.zero(amount.currency)) + amount
        return {
            entity: {month: str(amount.amount) for month, amount in by_month.items()}
            for entity, by_month in sums.items()
        }

    def expenses(self) -> object:
        sums: defaultdict[str, Sums] = defaultdict(dict)
        for entity, _, amount in self._costs("expenses", Role.EXPENSE_COST):
            _add(sums[entity], amount)
        currencies = {entity.id: entity.currency for entity in self.company.group.entities}
        return {entity: _texts(found)[currencies[entity]] for entity, found in sums.items()}

    def transfers(self) -> object:
        """Amounts from the pairs in the journal, hours from the rated work."""
        sums: defaultdict[str, Sums] = defaultdict(dict)
        for entry in self.entries:
            for line in entry.lines:
                if line.role == Role.INTERCOMPANY_REVENUE:
                    pair = f"{entry.entity}->{entry.counterparty}"
                    _add(sums[pair], -line.amount.transaction)
        hours: defaultdict[str, Fraction] = defaultdict(Fraction)
        for rated in self.results.review.times:
            if rated.transfer is not None:
                hours[f"{rated.transfer.performer}->{rated.transfer.seller}"] += rated.entry.hours
        return {
            pair: {**_texts(found), "hours": exact_text(hours[pair])}
            for pair, found in sums.items()
        }

    def views(self) -> object:
        """Contribution of each contract to the group, and to each of its companies."""
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        companies = self.company.group.entities
        seen = {entity.id: entity_profit_facts(self.entries, entity) for entity in companies}
        for view, profit in {"group": self.results.profit, **seen}.items():
            for contract, amount in _contribution(profit, "contract").items():
                found[contract][view] = amount
        return found

    def device_counts(self) -> object:
        """What was counted for the first charge of each period, before any minimum."""
        counts: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for charge in self.charges:
            contract, line = self.contracts[charge.contract_id], self._line(charge)
            if isinstance(line.source, DevicesCounted) and charge.corrects is None:
                fleet = devices_from_events(
                    self.facts.devices_of(contract.party_id),
                    self.facts.device_events_of(contract.party_id),
                    known=charge.trigger,
                )
                count = count_devices(
                    fleet.devices,
                    charge.service,
                    line.source.policy,
                    line.source.types,
                    self.company.asset_types,
                    minimum=line.source.minimum,
                )
                assert (charge.quantity, charge.evidence) == (count.quantity, count.device_ids)
                start = charge.service.start.isoformat()
                counts[f"{contract.id}/{line.id}"][start] = exact_text(count.counted)
        return counts

    def device_days(self) -> object:
        """Days of devices by customer and by the lines that pick them up."""
        report = self.results.device_coverage
        days: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for part in (*report.once, *report.overlaps, *report.gaps):
            lines = " and ".join("/".join(key) for key in part.lines) or "no line"
            days[part.customer_id][lines] += part.days.days
        return {
            customer: {lines: str(count) for lines, count in found.items()}
            for customer, found in days.items()
        }

    def funds(self) -> object:
        return {
            f"{contract.id}/{line.id}": self._fund(contract, line)
            for contract in self.contracts.values()
            for line in contract.lines
            if line.fund is not None and line.start <= UNTIL and contract.side is Side.SELL
        }

    def _fund(self, contract: Contract, line: ContractLine) -> object:
        """The fund's statement at the close of the last day."""
        terms = line.fund
        assert terms is not None
        if terms.passes_to:
            return self._passing_on(contract, line)
        per_hour = terms.units_for(contract.currency)
        draws = [
            Draw(
                entry.id,
                entry.day,
                entry.hours,
                entry.multiplier * per_hour,
                entry.started_at,
                entry.recorded_on,
            )
            for entry in self.time
            if (entry.contract_id, entry.line_id) == (contract.id, line.id) and entry.day <= UNTIL
        ]
        overage = Overage(OverageMode.BILL, terms.overage_price(contract.currency))
        blocks, as_of = _blocks(contract, line), UNTIL + timedelta(days=1)
        if terms.rollover is not None:
            statement = draw_allowance(blocks, draws, terms.rollover, overage=overage, as_of=as_of)
        else:
            statement = draw_down(
                blocks,
                draws,
                terms.order,
                overage=overage,
                as_of=as_of,
                top_up=terms.top_up_in(contract.currency),
            )
        total = statement.total
        over = sum((part.quantity for part in statement.overage), Fraction(0))
        return {
            "bought": exact_text(total.purchased),
            "drawn": exact_text(total.drawn),
            "lapsed": exact_text(total.lapsed),
            "remaining": exact_text(total.remaining),
            "overage_hours": exact_text(over),
        }

    def _passing_on(self, contract: Contract, line: ContractLine) -> object:
        """The fund of a line that passes on, with what was passed on to it."""
        fund = fund_of(contract, line, Facts(time=self.time))
        drawn: defaultdict[str, Fraction] = defaultdict(Fraction)
        for part in fund.statement(UNTIL).allocations:
            drawn[part.block_id] += part.quantity
        blocks = [block for block in fund.blocks(UNTIL) if block.start <= UNTIL]
        left = {block.id: block.quantity - drawn[block.id] for block in blocks}
        lapsed = {block.id for block in blocks if block.last_day and block.last_day <= UNTIL}
        figures = {
            "bought": [block.quantity for block in blocks],
            "drawn": drawn.values(),
            "lapsed": [units for id_, units in left.items() if id_ in lapsed],
            "remaining": [units for id_, units in left.items() if id_ not in lapsed],
            "overage_hours": [],
        }
        return {name: exact_text(sum(units, Fraction(0))) for name, units in figures.items()}

    def uncovered(self) -> object:
        counts: defaultdict[str, int] = defaultdict(int)
        for fact in self.results.review.uncovered:
            counts[fact.kind] += 1
        return {kind: str(count) for kind, count in counts.items()}

    def notices(self) -> object:
        """By notice, the line and its last day."""
        return {
            amendment.id: f"{contract.id}/{change.line_id} "
            f"{line_end(contract, change.line_id).last_day}"
            for contract in self.contracts.values()
            for amendment in contract.amendments
            if amendment.event is ContractEvent.NOTICE
            for change in amendment.changes
        }


def _blocks(contract: Contract, line: ContractLine) -> list[Block]:
    terms = line.fund
    assert terms is not None
    blocks = []
    for period in line.periods():
        start = period.span.start
        if start > UNTIL:
            break
        last_day = Span(start, add_months(start, terms.valid_months)).last_day
        if terms.rollover is not None:
            last_day = period.span.last_day
        name = f"{line.id}/{start}"
        blocks.append(Block.of_days(name, terms.unit.value, line.quantity, start, last_day))
    return blocks


def _contribution(profit: ProfitFacts, dimension: str) -> dict[str, str]:
    return {
        value or "(none)": str(row.contribution.amount)
        for (value,), row in contribution_by(profit, dimension).rows.items()
    }
