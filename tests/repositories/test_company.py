"""What a store keeps once is a value like every other."""

from __future__ import annotations

import pickle

from harmony_core.testing import _samples as samples


def test_a_company_has_a_hash() -> None:
    company = samples.company()
    twin = pickle.loads(pickle.dumps(company))
    assert company.cost_rates.persons or company.cost_rates.groups
    assert twin == company
    assert hash(twin) == hash(company) == hash(samples.company())
    assert len({company, twin, samples.company("Another name")}) == 2
