"""JSON lines by their objects, with numbers exactly as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from harmony_core.errors import InvalidValue
from harmony_core.interchange._faults import shown
from harmony_core.interchange._tables import Row
from harmony_core.interchange._text_lines import text_lines


def json_lines(lines: Iterable[str], name: str) -> Iterator[Row]:
    """Give the objects of JSON lines one by one, with numbers as they are written.

    A line that holds no object, or a key twice, or a number that is none (``NaN``), is damaged
    and says so in ``fault``. Blank lines are left out.

    Raises:
        InvalidValue: the lines are bytes. Raised with the first row.

    >>> first, second = json_lines(['{"id": "u1", "quantity": 0.10}', "{"], "usage.jsonl")
    >>> first.number("quantity")
    Fraction(1, 10)
    >>> second.path, second.fault
    ('usage.jsonl:2', 'not JSON: expecting property name enclosed in double quotes in column 2')
    """
    for number, line in enumerate(text_lines(lines), start=1):
        text = (line.removeprefix("\ufeff") if number == 1 else line).strip()
        if not text:
            continue
        path = f"{name}:{number}"
        try:
            data = _JSON.decode(text)
        except json.JSONDecodeError as error:
            reason = f"{error.msg[:1].lower()}{error.msg[1:]} in column {error.colno}"
            yield Row(path, {"": text}, f"not JSON: {reason}")
        except InvalidValue as error:
            yield Row(path, {"": text}, str(error))
        except (ValueError, ArithmeticError, RecursionError):
            yield Row(path, {"": text}, "not JSON: a number is too long or it is nested too deeply")
        else:
            fault = "" if type(data) is dict else f"expected an object, got {shown(data)}"
            if "\\u" in text and not _whole(data):
                fault = "a character is only half there: \\ud800 to \\udfff come in pairs"
            yield Row(path, {"": text} if fault else data, fault)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise InvalidValue(f"the key {', '.join(map(repr, twice))} is there twice")
    return found


def _whole(data: Any) -> bool:
    """Whether all text in it can be written as UTF-8, and so be kept anywhere."""
    try:
        json.dumps(data, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_number(text: str) -> Any:
    raise InvalidValue(f"{text} is no number")


_JSON = json.JSONDecoder(
    parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once
)  # the scanner of C: as quick as for floats
