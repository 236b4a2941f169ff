"""On a day a key means one object of a kind; both directions of look-up agree."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.interchange import ExternalKey, ExternalKeys

START = date(2026, 1, 1)
DAYS = [START + timedelta(days=n) for n in range(12)]
spans = st.tuples(st.integers(0, 10), st.none() | st.integers(1, 10))


@st.composite
def some_keys(draw: st.DrawFn) -> ExternalKey:
    start, length = draw(spans)
    return ExternalKey(
        draw(st.sampled_from(["aws", "rmm"])),
        draw(st.sampled_from("ab")),
        draw(st.sampled_from(["customer", "meter"])),
        draw(st.sampled_from(["1", "2"])),
        DAYS[start],
        None if length is None else DAYS[start] + timedelta(days=length),
    )


@given(st.lists(some_keys(), max_size=6))
def test_a_mapping_is_made_exactly_if_no_key_means_two_objects(keys: list[ExternalKey]) -> None:
    meanings = {
        (key.system, key.kind, key.key, day): {
            other.id
            for other in keys
            if (other.system, other.kind, other.key) == (key.system, key.kind, key.key)
            and other.holds(day)
        }
        for key in keys
        for day in DAYS
    }
    if any(len(ids) > 1 for ids in meanings.values()):
        with pytest.raises(InvalidValue, match=r"means both \w+ '[12]' and '[12]'"):
            ExternalKeys(keys)
        return
    mapping = ExternalKeys(keys)
    for (system, kind, key, day), ids in meanings.items():
        assert mapping.get(system, key, kind, day) == next(iter(ids), None)
        for id_ in ids:
            found = mapping.of(kind, id_, day)
            assert (system, key) in {(one.system, one.key) for one in found}
            assert all(mapping.find(one.system, one.key, kind, day) == id_ for one in found)
            assert mapping.of(kind, id_, day, system) == tuple(
                one for one in found if one.system == system
            )
    assert set(mapping) == set(keys)
    assert len(mapping) == len(set(keys))


def test_many_keys_of_many_systems_may_mean_one_object() -> None:
    keys = ExternalKeys(
        [
            ExternalKey("aws", "2222", "customer", "K-1"),
            ExternalKey("aws", "1111", "customer", "K-1"),
            ExternalKey("psa", "acme", "customer", "K-1"),
            ExternalKey("aws", "1111", "meter", "odd"),
        ]
    )
    assert [(one.system, one.key) for one in keys.of("customer", "K-1", START)] == [
        ("aws", "1111"),
        ("aws", "2222"),
        ("psa", "acme"),
    ]


def test_a_missing_key_says_when_it_means_something() -> None:
    keys = ExternalKeys(
        [ExternalKey("aws", "1111", "customer", "K-1", START, date(2026, 3, 1))]
    ).with_keys([ExternalKey("aws", "1111", "customer", "K-2", date(2026, 4, 1))])
    with pytest.raises(NotFound, match="'K-1' from 2026-01-01 until before 2026-03-01, 'K-2' from"):
        keys.find("aws", "1111", "customer", date(2026, 3, 1))
    with pytest.raises(NotFound, match="no meter has the key '1111' of aws on 2026-03-01: add the"):
        keys.find("aws", "1111", "meter", date(2026, 3, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"system": ""}, "system of an external key must be text"),
        ({"key": 12}, "key of an external key must be text, got 12"),
        ({"valid_to": START}, "ends on 2026-01-01, not after its start"),
        (
            {"valid_from": datetime(2026, 1, 1, tzinfo=UTC)},
            "valid_from of an external key is a plain date",
        ),
    ],
)
def test_a_key_that_cannot_be_true_is_refused(change: dict[str, object], message: str) -> None:
    parts: dict[str, object] = {
        "system": "aws",
        "key": "1111",
        "kind": "customer",
        "id": "K-1",
        "valid_from": START,
    }
    with pytest.raises(InvalidValue, match=message):
        ExternalKey(**{**parts, **change})  # type: ignore[arg-type]
