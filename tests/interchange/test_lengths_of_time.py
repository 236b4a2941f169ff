"""Lengths of time are written in seconds, as ISO 8601 has them, and read strictly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InputRejected
from harmony_core.interchange import from_record, to_record
from harmony_core.sla import Target


@given(st.timedeltas(timedelta(microseconds=1), timedelta.max))
def test_a_length_comes_back_to_the_microsecond(length: timedelta) -> None:
    target = Target.of("resolve", length)
    assert from_record(to_record(target)) == target


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(hours=8), "PT28800S"),
        (timedelta(minutes=1, microseconds=500_000), "PT60.5S"),
        (timedelta(microseconds=1), "PT0.000001S"),
    ],
)
def test_how_a_length_is_written(length: timedelta, written: str) -> None:
    assert to_record(Target.of("resolve", length))["time"] == written


@pytest.mark.parametrize(
    "wrong",
    ["PT8H", "PT-5S", "28800", "PT1.0000001S", "PTS", 28800, "PT１S", "PT" + "9" * 30 + "S"],
)
def test_another_length_is_refused(wrong: Any) -> None:
    record = to_record(Target.of("resolve", timedelta(hours=8))) | {"time": wrong}
    with pytest.raises(InputRejected, match=r"time: expected a length of time in seconds"):
        from_record(record)
