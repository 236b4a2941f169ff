"""What is no layout, no key and no list of rows is refused in words, before a row is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from harmony_core.errors import InvalidValue
from harmony_core.interchange import (
    ExternalKey,
    ExternalKeys,
    FocusColumns,
    UsageColumns,
    csv_table,
    read_usage,
)

KEYS = ExternalKeys([ExternalKey("probe", "acme", "customer", "K-1")])
LAYOUT = UsageColumns("probe", day="day")
ROW = {"id": "u1", "customer": "acme", "meter": "calls", "quantity": "1", "day": "2026-03-01"}
DAY = date(2026, 3, 1)
ANY: Any = None
NOON: Any = datetime(2026, 3, 1, 12)  # noqa: DTZ001  what is refused
NUMBER: Any = 3
LIST: Any = ["id"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: read_usage(ANY, LAYOUT, KEYS), "rows of a feed must be a list of mappings, or cs"),
        (lambda: read_usage([ROW], KEYS, LAYOUT), "a layout says which column is what, such as U"),  # type: ignore[arg-type]
        (lambda: read_usage([ROW], LAYOUT, ANY), "the keys of a feed must be an ExternalKeys, suc"),
        (lambda: read_usage([ROW], LAYOUT, KEYS, known=[ROW]), "records of earlier feeds must be"),  # type: ignore[list-item]
        (lambda: read_usage([ROW], LAYOUT, KEYS, through=NOON), "the last day of a feed must be"),
        (lambda: UsageColumns(LIST, day="day"), r"system of UsageColumns must be a text, got \['i"),
        (
            lambda: UsageColumns("probe", NUMBER, day="day"),
            "id of UsageColumns must be a text, got",
        ),
        (lambda: UsageColumns("probe", day="day", constants=NUMBER), "a name for each name, as in"),
        (lambda: UsageColumns("probe", day="day", ours=NUMBER), "names must be a list, got 3"),
        (lambda: FocusColumns("aws", units=LIST), r"a name for each name, as in .*, got \['id'\]"),
        (lambda: ExternalKeys(ANY), "external keys must be a list, got None"),
        (lambda: ExternalKeys([ROW]), "each of the external keys must be an ExternalKey, got"),  # type: ignore[list-item]
        (lambda: KEYS.get("probe", LIST, "customer", DAY), "the key of an external key must be a"),
        (
            lambda: KEYS.find("probe", "acme", "customer", NOON),
            "day on which a key is looked up mu",
        ),
        (
            lambda: KEYS.get("probe", "acme", "customer", ANY),
            "day on which a key is looked up must",
        ),
        (lambda: KEYS.of("customer", "K-1", ANY), "the day on which keys are looked up must be a"),
        (lambda: list(csv_table("id\n1\n", "x.csv", NUMBER)), "columns of a table must be a list"),
    ],
)
def test_what_was_expected_is_said(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        make()
