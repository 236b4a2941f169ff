"""How a contract stands on any day, as far as its amendments are known.

Amendments are folded in order of their first day, so that the order in which they arrive plays no
part. Two that change the same thing from the same day are told apart by the day on which they were
agreed, the later one going before, and refused where that is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import attrs

from harmony_core.contracts._amendment import (
    Amendment,
    Change,
    FundCloses,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NewPrice,
    NewQuantity,
    UnitsRefunded,
    subject_of,
)
from harmony_core.contracts._lifecycle import ContractEvent
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._new_price import refuse_new_price, with_new_price
from harmony_core.errors import CurrencyMismatch, NotFound, RuleBroken
from harmony_core.periods import Schedule, Span
from harmony_core.pricing import change_days, scheme_on
from harmony_core.products import CountPolicy, DevicesCounted, LeftOver

_DAY = timedelta(days=1)


@attrs.frozen
class Agreed:
    """Lines, and the amendments that change them, in order of their first day.

    Raises:
        NotFound: an amendment changes a line that there is not.
        RuleBroken: two amendments of one day of agreement change the same thing from the same day,
            or one changes what is bought once (a prepaid block), measured, or trued up, or what
            a prepaid line buys anew within one of its periods.
        InvalidValue: a new price that its line cannot have.
    """

    contract_id: str
    lines: Sequence[ContractLine]
    amendments: tuple[Amendment, ...]

    def __attrs_post_init__(self) -> None:
        agreed: dict[tuple[date, date, tuple[str, object]], str] = {}
        for amendment in self.amendments:
            for change in amendment.changes:
                self._refuse_what_is_settled(amendment, change)
                if isinstance(change, NewPrice):
                    refuse_new_price(amendment, change, self.line(change.line_id))
                place = (amendment.first_day, amendment.agreed_on, subject_of(change))
                if (other := agreed.setdefault(place, amendment.id)) != amendment.id:
                    raise RuleBroken(
                        f"amendments {other!r} and {amendment.id!r}, agreed on one day, change "
                        f"the same of line {change.line_id!r} from {amendment.first_day}: "
                        "withdraw one, or agree on the second a day later"
                    )

    def _refuse_what_is_settled(self, amendment: Amendment, change: Change) -> None:
        line = self.line(change.line_id)
        if line.fund is not None and isinstance(change, NewQuantity | NewPrice):
            _refuse_what_is_bought(amendment, line, change)
        if isinstance(change, FundCloses):
            self._refuse_what_cannot_close(amendment, line, change)
        if isinstance(change, UnitsRefunded):
            _refuse_what_cannot_be_refunded(amendment, line, change)
        if (
            line.fund is not None
            and isinstance(change, LineRunsOn)
            and self._leaves_a_gap(amendment, change.line_id)
        ):
            raise RuleBroken(
                f"amendment {amendment.id!r} lets line {line.id!r}, which is prepaid, buy blocks "
                f"again from {amendment.first_day}, after it ended: add a line for further blocks"
            )
        if (
            isinstance(change, LineEnds)
            and change.left_over is not None
            and (
                line.fund is None
                or (line.fund.has_own_ends and change.left_over is not LeftOver.KEPT)
            )
        ):
            raise RuleBroken(
                f"amendment {amendment.id!r} says what is left of line {line.id!r}, which has no "
                "blocks, or units that end by rules of their own: leave it out"
            )
        if isinstance(change, NewQuantity) and not line.is_fixed:
            raise RuleBroken(
                f"amendment {amendment.id!r} agrees on a quantity of line {line.id!r}, which is "
                "measured: change its price, or end it"
            )
        trued_up = (
            isinstance(line.source, DevicesCounted)
            and line.source.policy is CountPolicy.ADVANCE_TRUE_UP
        )
        if trued_up and isinstance(change, NewPrice):
            raise RuleBroken(
                f"amendment {amendment.id!r} changes the price of line {line.id!r}, which is "
                "billed ahead and trued up at the price of its period: end the line, add another"
            )

    def _refuse_what_cannot_close(
        self, amendment: Amendment, line: ContractLine, change: FundCloses
    ) -> None:
        if line.fund is None:
            raise RuleBroken(
                f"amendment {amendment.id!r} closes the fund of line {line.id!r}, which is not "
                "prepaid: it has no balance"
            )
        for lot in change.lots:
            if lot.value.currency != line.scheme.currency:
                raise CurrencyMismatch(lot.value.currency, line.scheme.currency)
        if any(
            isinstance(one, FundCloses) and other.id != amendment.id
            for other, one in self._changes_of(line.id)
        ):
            raise RuleBroken(
                f"amendment {amendment.id!r} closes the fund of line {line.id!r}, which another "
                "has closed: withdraw one"
            )

    def closing(self, line_id: str) -> tuple[Amendment, FundCloses] | None:
        """What closes the fund of a line, and the amendment that says so."""
        for amendment, change in self._changes_of(line_id):
            if isinstance(change, FundCloses):
                return amendment, change
        return None

    def refunds(self, line_id: str) -> tuple[tuple[Amendment, UnitsRefunded], ...]:
        """What gives units of a line back, each with the amendment that says so."""
        return tuple(
            (amendment, change)
            for amendment, change in self._changes_of(line_id)
            if isinstance(change, UnitsRefunded)
        )

    def _leaves_a_gap(self, amendment: Amendment, line_id: str) -> bool:
        """Whether a line has ended before the day from which an amendment lets it run.

        One that buys anew and was only suspended goes on with its next period.
        """
        line = self.line(line_id)
        last, by = line.last_day, None
        for other, change in self._changes_of(line_id):
            if other.first_day >= amendment.first_day:
                break
            if isinstance(change, LineRunsOn):
                if goes_on(last, by, other):
                    last, by = change.last_day, other
            elif isinstance(change, LineEnds) and (last is None or last >= other.first_day):
                last, by = other.first_day - _DAY, other
        if by is not None and by.event is ContractEvent.SUSPENSION and not line.is_billed_once:
            return False
        return last is not None and last < amendment.first_day - _DAY

    @property
    def lines_ever(self) -> tuple[ContractLine, ...]:
        """Every line as first agreed, with the latest end that it ever had: all its periods."""
        return tuple(map(self._as_long_as_ever, self.lines))

    def line(self, line_id: str) -> ContractLine:
        """Give a line as it was first agreed.

        Raises:
            NotFound: there is no such line.
        """
        for line in self.lines:
            if line.id == line_id:
                return line
        known = ", ".join(line.id for line in self.lines)
        raise NotFound(f"contract {self.contract_id!r} has no line {line_id!r}; it has {known}")

    def line_on(self, line_id: str, day: date) -> ContractLine | None:
        """Give a line as it stands on a day; ``None`` where it does not run.

        Raises:
            NotFound: the contract has no such line.
        """
        line = self.line(line_id)
        last, by = line.last_day, None
        for amendment, change in self._changes_of(line_id):
            if amendment.first_day > day:
                break
            match change:
                case NewQuantity(quantity=quantity):
                    line = attrs.evolve(line, quantity=quantity)
                case NewPrice(scheme=scheme):
                    line = with_new_price(line, scheme, amendment.first_day)
                case LineEnds():
                    if last is None or last >= amendment.first_day:
                        last, by = amendment.first_day - _DAY, amendment
                case LineRunsOn(last_day=until):
                    if goes_on(last, by, amendment):
                        last, by = until, amendment
        if day < line.start or (last is not None and day > last):
            return None
        return attrs.evolve(line, last_day=last)

    def parts(self, line_id: str, span: Span) -> tuple[tuple[Span, ContractLine], ...]:
        """Cut days into parts of one price and quantity each; days without the line are left out.

        Where nothing changes there is one part, whatever amendments say.
        """
        found: list[tuple[Span, ContractLine]] = []
        for stretch in _cut(span, (one.first_day for one, _ in self._changes_of(line_id))):
            for part in self._running(line_id, stretch):
                if found and _go_together(found[-1], part):
                    part = Span(found.pop()[0].start, part[0].end), part[1]  # noqa: PLW2901  it grows
                found.append(part)
        return tuple(found)

    def _running(self, line_id: str, stretch: Span) -> Iterator[tuple[Span, ContractLine]]:
        """The line within days on which nothing is amended: its price may change by itself."""
        begin = max(stretch.start, self.line(line_id).start)
        if begin >= stretch.end or (line := self.line_on(line_id, begin)) is None:
            return
        end = stretch.end if line.end is None else min(stretch.end, line.end)
        for days in _cut(Span(begin, end), change_days(line.scheme, Span(begin, end))):
            yield days, line

    def _as_long_as_ever(self, line: ContractLine) -> ContractLine:
        ends = [line.last_day]
        for _, change in self._changes_of(line.id):
            if isinstance(change, LineRunsOn):
                ends.append(change.last_day)
        known = [end for end in ends if end is not None]
        last = max(known) if len(known) == len(ends) else None
        return line if last == line.last_day else attrs.evolve(line, last_day=last)

    def _changes_of(
        self, line_id: str
    ) -> Iterator[
        tuple[
            Amendment,
            NewQuantity | NewPrice | LineEnds | LineRunsOn | FundCloses | UnitsRefunded,
        ]
    ]:
        for amendment in self.amendments:
            for change in amendment.changes:
                if change.line_id == line_id and not isinstance(change, LineBegins):
                    yield amendment, change


def _refuse_what_is_bought(
    amendment: Amendment, line: ContractLine, change: NewQuantity | NewPrice
) -> None:
    """A block is bought whole, for one price: what changes are those of later periods."""
    interval, day = line.billing.interval, amendment.first_day
    if interval is None:
        raise RuleBroken(
            f"amendment {amendment.id!r} changes line {line.id!r}, a prepaid block, which is "
            "bought once: credit it, or add a line for another block"
        )
    if isinstance(change, NewQuantity) and not change.quantity:
        raise RuleBroken(
            f"amendment {amendment.id!r} lets line {line.id!r} buy blocks of nothing: end the "
            "line, or suspend it"
        )
    if day <= line.start:
        return
    period = Schedule(line.anchor, interval).period_at(day)
    if day != period.start:
        raise RuleBroken(
            f"amendment {amendment.id!r} changes line {line.id!r}, which is prepaid, on {day}, "
            f"within its period {period}: what a period buys is bought whole on its first day; "
            f"let the change begin on {max(period.start, line.start)} or {period.end}"
        )


def _refuse_what_cannot_be_refunded(
    amendment: Amendment, line: ContractLine, change: UnitsRefunded
) -> None:
    if line.fund is None or line.fund.rollover is not None:
        raise RuleBroken(
            f"amendment {amendment.id!r} refunds units of line {line.id!r}, which buys no blocks: "
            "credit its charge"
        )
    for lot in change.lots:
        if lot.value.currency != line.scheme.currency:
            raise CurrencyMismatch(lot.value.currency, line.scheme.currency)


def goes_on(last_day: date | None, by: Amendment | None, amendment: Amendment) -> bool:
    """Whether an amendment that lets a line run on finds it running, or may begin it again.

    A line that was ended for good before is not begun again by what was agreed earlier, such as a
    notice taken back, or a longer term: the later agreement stands. One that was only suspended is.

    Args:
        last_day: of the line until then.
        by: what fixed it; ``None`` is the line itself.
        amendment: lets it run on.
    """
    runs = last_day is None or last_day >= amendment.first_day - _DAY
    if runs or by is None or by.event is ContractEvent.SUSPENSION:
        return True
    return amendment.agreed_on >= by.agreed_on


def _cut(span: Span, days: Iterable[date]) -> Iterator[Span]:
    inside = sorted({day for day in days if span.start < day < span.end})
    for start, end in pairwise((span.start, *inside, span.end)):
        yield Span(start, end)


def _go_together(one: tuple[Span, ContractLine], then: tuple[Span, ContractLine]) -> bool:
    """Whether two parts touch and cost the same a day."""
    (days, line), (later, other) = one, then
    return (
        days.end == later.start
        and line.quantity == other.quantity
        and scheme_on(line.scheme, days.start) == scheme_on(other.scheme, later.start)
    )
