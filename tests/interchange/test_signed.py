from __future__ import annotations

import json
import random
from hashlib import sha256
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.contracts import Contract
from harmony_core.errors import InputRejected, InvalidValue
from harmony_core.interchange import (
    Signed,
    canonical_json,
    content_hash,
    from_record,
    to_record,
)
from harmony_core.products import Notice, Renewal
from harmony_core.testing import _samples as samples
from tests.interchange.record_values import values_of

contracts = values_of(Contract)


def _shuffled(data: Any, dice: random.Random) -> Any:
    if type(data) is list:
        return [_shuffled(one, dice) for one in data]
    if type(data) is not dict:
        return data
    keys = sorted(data)
    dice.shuffle(keys)
    return {key: _shuffled(data[key], dice) for key in keys}


@settings(max_examples=30)
@given(contract=contracts, dice=st.randoms(use_true_random=False))
def test_one_content_has_one_hash(contract: Contract, dice: random.Random) -> None:
    record = to_record(contract)
    signed = Signed.of(contract)
    assert content_hash(_shuffled(record, dice)) == content_hash(contract) == signed.content_hash
    assert content_hash(from_record(json.loads(signed.text))) == content_hash(contract)
    assert canonical_json(json.loads(signed.text)) == signed.text
    assert signed.is_still(contract)


@settings(max_examples=30)
@given(one=contracts, other=contracts)
def test_two_contents_have_two_hashes(one: Contract, other: Contract) -> None:
    assert (content_hash(one) == content_hash(other)) == (one == other)
    assert Signed.of(one).is_still(other) == (one == other)


def test_every_field_of_a_line_counts() -> None:
    contract = samples.contract("C-1")
    (line,) = contract.lines
    changed = [
        attrs.evolve(line, quantity=13),
        attrs.evolve(line, tax_category="E"),
        attrs.evolve(line, billing=attrs.evolve(line.billing, lead_days=3)),
        attrs.evolve(line, renewal=Renewal(12, 12, Notice(None))),
    ]
    hashes = {content_hash(attrs.evolve(contract, lines=(one,))) for one in (line, *changed)}
    assert len(hashes) == 1 + len(changed)


def test_the_hash_is_sha_256_of_the_text_and_says_the_version() -> None:
    text = '{"count":3,"schema":"harmony/interval@1","unit":"month"}'
    expected = sha256(text.encode()).hexdigest()
    assert Signed(text).content_hash == f"harmony/interval@1:sha256:{expected}"


def test_what_was_signed_in_an_older_form_keeps_its_hash_and_its_meaning() -> None:
    old = {
        "schema": "harmony/renewal@1",
        "initial_months": 12,
        "renewal_months": 12,
        "notice_months": 0,
        "notice_to": "month_end",
    }
    signed = Signed(canonical_json(old))
    assert signed.content_hash.startswith("harmony/renewal@1:sha256:")
    today = from_record(old)
    assert signed.is_still(today)
    assert content_hash(today).startswith("harmony/renewal@2:sha256:")
    assert not signed.is_still(attrs.evolve(today, initial_months=24))


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_text_that_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(InputRejected, match="record: "):
        Signed(text).is_still(samples.contract("C-1"))


def test_a_record_names_its_schema() -> None:
    with pytest.raises(InvalidValue, match="a record names its schema, got None"):
        content_hash({"a": 1})
