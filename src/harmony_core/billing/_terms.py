"""What billing needs to know of the house, beside the contract and the facts."""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.assets import AssetTypes
from harmony_core.finance import (
    DEFAULT_RATE_POLICY,
    HALF_UP,
    BookingRates,
    Group,
    RateBook,
    RatePolicy,
    Rounding,
    TaxTable,
    booking_rates,
)


@attrs.frozen
class BillingTerms:
    """The group, its exchange rates and its device types; the policies that it bills by.

    ``group.opening_day`` is the first trigger day that this library bills: what fell due before
    was billed by the system before it. ``taxes`` divides the prices of lines that include tax; who
    sells none needs none.
    """

    group: Group
    rates: RateBook
    asset_types: AssetTypes | None = None
    rate_policy: RatePolicy = DEFAULT_RATE_POLICY
    rounding: Rounding = HALF_UP
    taxes: TaxTable | None = None

    @property
    def opening_day(self) -> date:
        """The first trigger day that is billed."""
        return self.group.opening_day

    def booking_rates(self, currency: str, entity_id: str, day: date) -> BookingRates:
        """The rates that turn ``currency`` into the entity's and the group's on ``day``.

        They are taken as they were known on that day: a rate corrected later changes no booking.

        Raises:
            RateNotFound: a rate is missing or too old.
        """
        entity = self.group.entity(entity_id)
        return booking_rates(
            self.rates,
            currency,
            entity.currency,
            self.group.currency,
            day,
            policy=self.rate_policy,
            known=day,
        )
