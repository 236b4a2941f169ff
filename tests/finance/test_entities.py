"""Entities map roles to their own account codes; a group knows its entities."""

from __future__ import annotations

import copy
import pickle
from datetime import date
from typing import Any

import attrs
import pytest

from harmony_core.errors import AccountNotMapped, InvalidValue, NotFound
from harmony_core.finance import Group, LegalEntity, Role

ACCOUNTS = {Role.RECEIVABLE: "1100", Role.REVENUE: "4000", "revenue.cloud": "4200"}
LONDON = LegalEntity("GB", "Northbridge Ltd", "GB", "GBP", "Europe/London", 4, ACCOUNTS)
BERLIN = LegalEntity("DE", "Northbridge GmbH", "DE", "EUR")


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("revenue", "4000"),
        ("revenue.cloud", "4200"),
        ("revenue.cloud.backup", "4200"),
        ("revenue.hardware", "4000"),
        ("receivable", "1100"),
    ],
)
def test_the_nearest_wider_role_has_the_account(role: str, code: str) -> None:
    assert LONDON.account(role) == code


@pytest.mark.parametrize("role", ["payable", "revenues", "", "cloud", "payable.trade", ".revenue"])
def test_a_role_without_account_is_refused_by_name(role: str) -> None:
    with pytest.raises(AccountNotMapped, match=f"'GB' has no account for the role '{role}'"):
        LONDON.account(role)


def test_the_map_is_the_entity_s_own_and_cannot_be_changed() -> None:
    accounts = {"revenue": "1"}
    entity = LegalEntity("X", "X", "GB", "GBP", accounts=accounts)
    accounts["revenue"] = "2"
    assert entity.account("revenue") == "1"
    mutable: Any = entity.accounts
    with pytest.raises(TypeError):
        mutable["revenue"] = "3"


def test_an_entity_is_a_value() -> None:
    twins = [copy.deepcopy(LONDON), pickle.loads(pickle.dumps(LONDON)), attrs.evolve(LONDON)]
    for twin in twins:
        assert twin == LONDON
        assert hash(twin) == hash(LONDON)
        assert twin.account("revenue.cloud") == "4200"
    assert attrs.evolve(LONDON, accounts={}) != LONDON


def test_an_entity_refuses_what_cannot_be() -> None:
    for month in (0, 13):
        with pytest.raises(InvalidValue, match="from 1 to 12"):
            attrs.evolve(LONDON, fiscal_year_start_month=month)
    with pytest.raises(NotFound, match="XYZ"):
        attrs.evolve(LONDON, currency="XYZ")


@pytest.mark.parametrize("country", ["", "gb", "GBR", "G", "United Kingdom", "G1", "GB\n", "ÄÖ"])
def test_a_country_is_two_capital_letters(country: str) -> None:
    with pytest.raises(InvalidValue, match="entity 'GB': a country is two capital letters"):
        attrs.evolve(LONDON, country=country)


@pytest.mark.parametrize("zone", ["", "Europe/Londn", "Europe", "../etc", "/etc/hosts", "U\0C"])
def test_a_zone_is_one_that_is_known(zone: str) -> None:
    with pytest.raises(InvalidValue, match=r"entity 'GB': no time zone .* like 'Europe/London'"):
        attrs.evolve(LONDON, zone=zone)


def test_a_group_takes_entities_from_anywhere_and_needs_one() -> None:
    group = Group("NB", "Northbridge", "GBP", [LONDON, BERLIN], date(2024, 4, 1))
    assert group.entities == (LONDON, BERLIN)
    assert attrs.evolve(group, entities=iter([LONDON, BERLIN])) == group
    assert hash(group) == hash(attrs.evolve(group, entities=(LONDON, BERLIN)))
    with pytest.raises(InvalidValue, match="group 'NB' has no legal entity"):
        attrs.evolve(group, entities=[])


def test_a_group_finds_its_entities() -> None:
    group = Group("NB", "Northbridge", "GBP", (LONDON, BERLIN), date(2024, 4, 1))
    assert group.entity("DE") is BERLIN
    with pytest.raises(NotFound, match="no entity 'FR'; it has GB, DE"):
        group.entity("FR")
    with pytest.raises(InvalidValue, match="two entities called GB"):
        attrs.evolve(group, entities=(LONDON, LONDON))
