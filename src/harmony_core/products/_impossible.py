"""What cannot be sold: behaviours that contradict each other, and prices that nothing can feed.

Each refusal names what was given, the rule, and what to do instead.
"""

from __future__ import annotations

from harmony_core.errors import InvalidValue
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    Aggregation,
    Scheme,
    refuse_number_as_money,
    refuse_other_units,
    refuse_transactions_as_one,
    refuse_unbillable,
    refuse_unrecorded,
)
from harmony_core.products._behaviours import Accounting, Billing, ContractType, Recognition
from harmony_core.products._fund_terms import FundTerms
from harmony_core.products._quantities import (
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    FixedQuantity,
    QuantitySource,
    TimeWorked,
    UnitsMetered,
    UsageMetered,
)
from harmony_core.products._renewal import Renewal


def refuse_unmeasurable(scheme: Scheme, quantity: QuantitySource) -> None:
    """Refuse a price that its source of quantity cannot feed.

    Raises:
        InvalidValue: it takes a quantity for each of several units and there is one, or the other
            way round; it charges each transaction while the usage comes to one quantity; it comes
            with usage records and there are none; or it prices a value and there is a number.
    """
    if isinstance(quantity, UnitsMetered):
        refuse_other_units(scheme, quantity.units)
        return
    refuse_unbillable(scheme)
    if isinstance(quantity, UsageMetered):
        refuse_transactions_as_one(scheme, quantity.rule)
        if quantity.rule.aggregation in (Aggregation.COUNT, Aggregation.UNIQUE):
            refuse_number_as_money(scheme, "a number of records")
        return
    refuse_unrecorded(scheme)
    if isinstance(quantity, TimeWorked | DevicesCounted):
        what = "hours" if isinstance(quantity, TimeWorked) else "devices"
        refuse_number_as_money(scheme, f"a number of {what}")


def _refuse_impossible_fund(
    measured: bool, billing: Billing, accounting: Accounting, fund: FundTerms
) -> None:
    if measured:
        raise InvalidValue("a prepaid block is bought in a fixed quantity, not a measured one")
    if fund.rollover is not None and billing.interval is None:
        raise InvalidValue("an allowance is granted by period: give a billing interval")
    if billing.timing is Timing.ARREARS:
        raise InvalidValue("a prepayment is billed in advance: in arrears it would not be prepaid")
    if accounting.expected_breakage and fund.rollover is not None:
        raise InvalidValue(
            "what an allowance does not carry lapses with each period: leave expected breakage out"
        )


def _is_known_on_first_day(quantity: QuantitySource) -> bool:
    return isinstance(quantity, DevicesCounted) and quantity.policy in (
        CountPolicy.FIRST_DAY,
        CountPolicy.ADVANCE_TRUE_UP,
    )


def refuse_unkept(
    quantity: QuantitySource,
    billing: Billing,
    accounting: Accounting,
    fund: FundTerms | None,
    renewal: Renewal | None,
) -> None:
    """Refuse what would be said of a line and not be kept.

    Raises:
        InvalidValue: what is sold once renews, or is earned over days that it does not last; or
            what is measured after the fact is billed before it is over.
    """
    fixed = isinstance(quantity, FixedQuantity)
    if fixed and billing.interval is None and fund is None:
        if renewal is not None:
            raise InvalidValue(
                "what is billed once is sold once, so it has no term of "
                f"{renewal.initial_months} months to renew or to end: leave the renewal out, or "
                "sell it as recurring, with a billing interval"
            )
        if accounting.recognition.month_weight is not None:
            raise InvalidValue(
                f"what is billed once is served on one day, so {accounting.recognition.value} "
                "would be at once: take at_once or on_delivery, milestones or percent_complete "
                "for work that lasts, or a billing interval as long as the service"
            )
    measured_later = not fixed and not _is_known_on_first_day(quantity)
    if measured_later and billing.lead_days:
        raise InvalidValue(
            f"what is measured is known when its period is over, and {billing.lead_days} lead days "
            "would bill it before: leave them out"
        )


def refuse_impossible(
    kind: ContractType,
    quantity: QuantitySource,
    billing: Billing,
    accounting: Accounting,
    fund: FundTerms | None,
    *,
    renewal: Renewal | None = None,
) -> None:
    """Refuse behaviours that contradict each other, each with its reason.

    Raises:
        InvalidValue: see the messages below.
    """
    measured = not isinstance(quantity, FixedQuantity)
    if (fund is not None) != (kind is ContractType.PREPAYMENT):
        raise InvalidValue("a prepayment has fund terms, and nothing else has: add or remove them")
    if (accounting.recognition is Recognition.AS_DRAWN) != (fund is not None):
        raise InvalidValue("recognition as drawn belongs to prepaid blocks, and only to them")
    if fund is not None:
        _refuse_impossible_fund(measured, billing, accounting, fund)
    if kind is ContractType.RECURRING and billing.interval is None:
        raise InvalidValue("what recurs is billed by period: give a billing interval")
    if kind is ContractType.CONSUMPTION and not measured:
        raise InvalidValue("consumption is measured: name devices or a meter as its quantity")
    on_first_day = _is_known_on_first_day(quantity)
    if measured and billing.timing is Timing.ADVANCE and not on_first_day:
        raise InvalidValue(
            "what is measured after the fact is billed in arrears; only devices counted on the "
            "first day (first_day, advance_true_up) can be billed in advance"
        )
    if (
        isinstance(quantity, DevicesCounted)
        and quantity.policy is CountPolicy.ADVANCE_TRUE_UP
        and billing.timing is Timing.ARREARS
    ):
        raise InvalidValue("advance_true_up bills the first day's count in advance")
    if measured and accounting.recognition.by_period and not on_first_day:
        raise InvalidValue("a measured quantity is recognised when its period is over: at_once")
    if accounting.recognition.by_progress and (measured or billing.interval is not None):
        raise InvalidValue(
            "what is earned by progress is one price for the whole of the work: a fixed quantity, "
            "billed once; give each instalment a line of its own"
        )
    measured_by_month = isinstance(quantity, TimeWorked | ExpensesIncurred)
    measured_by_period = isinstance(quantity, DevicesCounted | UsageMetered | UnitsMetered)
    if measured_by_period and billing.interval is None:
        raise InvalidValue("devices and usage are billed by period: give a billing interval")
    if measured_by_month and billing.interval not in (None, Interval.months(1)):
        raise InvalidValue("time and expenses are billed by calendar month")
    refuse_unkept(quantity, billing, accounting, fund, renewal)
