"""Schemas judged by another's validator: what we write is valid, what is broken is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from harmony_core.errors import InputRejected, NotFound
from harmony_core.interchange import Record, from_record, json_schema, registered, to_record
from harmony_core.testing import _samples as samples
from tests.interchange.record_values import values_of

LIBRARY = {name: cls for name, cls in registered().items() if not name.startswith("test-")}


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json_schema(name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every place within a record that holds something: its container and its key."""
    keys = data.keys() if type(data) is dict else range(len(data)) if type(data) is list else ()
    for key in keys:
        yield data, key
        yield from _places(data[key])


def _objects(data: Record) -> list[Record]:
    return [data, *(place[key] for place, key in _places(data) if type(place[key]) is dict)]


@pytest.mark.parametrize("name", LIBRARY)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_what_is_written_is_valid_and_what_is_broken_is_not(name: str, data: st.DataObject) -> None:
    record = to_record(data.draw(values_of(LIBRARY[name])))
    validator = _validator(name)
    validator.validate(record)
    explained = '"steps"' in json.dumps(record)  # details of a step are of its own choosing
    broken = json.loads(json.dumps(record))
    place, key = data.draw(st.sampled_from(list(_places(broken))))
    place[key] = 1.5  # no record holds a float
    assert explained or not validator.is_valid(broken)
    broken = json.loads(json.dumps(record))
    data.draw(st.sampled_from(_objects(broken)))["no such key"] = 1.5
    assert explained or not validator.is_valid(broken)


@pytest.mark.parametrize("name", LIBRARY)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_a_key_left_out_is_missed_by_the_schema_when_the_reader_misses_it(
    name: str, data: st.DataObject
) -> None:
    record = to_record(data.draw(values_of(LIBRARY[name])))
    key = data.draw(st.sampled_from(sorted(record)))
    del record[key]
    try:
        from_record(record)
        problems: tuple[str, ...] = ()
    except InputRejected as rejected:
        problems = tuple(map(str, rejected.problems))
    missed = key == "schema" or any(
        problem.endswith(": is missing") or ": expected " in problem for problem in problems
    )
    assert _validator(name).is_valid(record) != missed


@pytest.mark.parametrize("name", LIBRARY)
def test_a_schema_is_complete_in_itself_and_named_by_its_version(name: str) -> None:
    schema = json_schema(name)
    tag = schema["properties"]["schema"]["const"]
    assert schema["$id"] == "urn:" + tag.replace("/", ":", 1)
    text = json.dumps(schema)
    used = {part.partition('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert used == set(schema.get("$defs", {}))
    assert json.loads(text) == schema


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["currency"], 978),
        (["side"], "rent"),
        (["lines"], {}),
        (["lines", 0, "quantity"], "1e5"),
        (["lines", 0, "quantity"], "1.5/2"),
        (["lines", 0, "start"], "2026-02-30"),
        (["lines", 0, "start"], "20260228"),
        (["lines", 0, "names", 0], ["en"]),
        (["lines", 0, "names", 0], ["en", "Backup", "de"]),
        (["lines", 0, "scheme", "is"], "per-moon"),
        (["lines", 0, "scheme", "is"], "fixed-quantity"),
        (["lines", 0, "source", "is"], "per-unit"),
        (["lines", 0, "billing", "lead_days"], True),
        (["lines", 0, "colour"], "red"),
        (["schema"], "harmony/contract@2"),
        (["schema"], "harmony/order@1"),
    ],
)
def test_a_contract_is_judged_as_the_reader_judges_it(path: list[Any], value: object) -> None:
    record = to_record(samples.contract("C-1"))
    _validator("contract").validate(record)
    part: Any = record
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    assert not _validator("contract").is_valid(record)
    with pytest.raises(InputRejected):
        from_record(record)


def test_an_unknown_name_has_no_schema() -> None:
    with pytest.raises(NotFound, match=r"nothing is registered as 'dragon': registered\(\) lists"):
        json_schema("dragon")
