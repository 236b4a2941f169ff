"""The company as a whole: its group, divisions and the tables that its runs need."""

from __future__ import annotations

import attrs

from harmony_core.assets import AssetTypes
from harmony_core.finance import (
    ClosedPeriods,
    CostRateTable,
    Group,
    TaxPoint,
    TaxRate,
    TaxRule,
    TaxTable,
    TransferRule,
    TransferRules,
)
from harmony_core.interchange import register


@attrs.frozen
class Company:
    """What a store keeps once.

    Args:
        group: the legal entities and the group's currency.
        divisions: id of each division with its names by language, as pairs.
        tax_rates: every rate with its validity.
        transfer_rules: who charges whom within the group.
        cost_rates: what an hour of work costs, by person, group or for all.
        asset_parents: each type of asset with the type above it, or ``None``.
        soft_assets: the types of asset that are no things: software, services.
        tax_rules: which tax a sale bears, and why, where home and abroad do not say enough.
        tax_points: by jurisdiction, the day whose tax rate a charge bears; else its document's.
        closed_periods: what single companies closed before the group's month end did.
    """

    group: Group
    divisions: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()
    transfer_rules: tuple[TransferRule, ...] = ()
    cost_rates: CostRateTable = attrs.field(factory=CostRateTable)
    asset_parents: tuple[tuple[str, str | None], ...] = ()
    soft_assets: tuple[str, ...] = ()
    tax_rules: tuple[TaxRule, ...] = ()
    tax_points: tuple[tuple[str, TaxPoint], ...] = ()
    closed_periods: ClosedPeriods = attrs.field(factory=ClosedPeriods)

    @property
    def tax_table(self) -> TaxTable:
        """The tax rates and rules, ready for questions."""
        return TaxTable(self.tax_rates, self.tax_rules, dict(self.tax_points))

    @property
    def rules(self) -> TransferRules:
        """The transfer rules, ready for questions."""
        return TransferRules(self.transfer_rules)

    @property
    def asset_types(self) -> AssetTypes:
        """The tree of asset types."""
        return AssetTypes(dict(self.asset_parents), frozenset(self.soft_assets))


register("company", 1, Company)
