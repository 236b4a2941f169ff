"""The euro foreign exchange reference rates, as the European Central Bank publishes them in XML.

The daily file, that of ninety days and the whole history have one form: an element ``Cube`` for
each day with its ``time``, and in it one for each currency with its ``rate``.

Source: https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from harmony_core.errors import HarmonyError, InputRejected, InvalidValue, Problem
from harmony_core.finance import Rate
from harmony_core.interchange._ecb import ECB_SOURCE, ecb_rate
from harmony_core.interchange._rate_feed import RateFeed, iso_day

if TYPE_CHECKING:
    from xml.etree import ElementTree

_CUBE = "{*}Cube"


def read_ecb_xml(
    text: str | bytes,
    *,
    name: str = "ecb.xml",
    source: str = ECB_SOURCE,
    currencies: Collection[str] | None = None,
    retrieved_at: datetime | None = None,
) -> RateFeed:
    """Read reference rates: 1 euro = so much of each currency, of kind spot, exactly as written.

    A day with a bad date, or that came before, is left out whole and reported; a currency with a
    bad rate, or a second one, is left out alone. The path names the day.

    Args:
        text: of the file.
        name: of the file, for messages.
        source: to stand in each rate and its id.
        currencies: the ones wanted; without it all.
        retrieved_at: when the file was fetched, with its zone; kept on each rate for audit.

    Raises:
        InputRejected: the text is no XML of this form, or declares entities, which no rate needs.

    >>> feed = read_ecb_xml(
    ...     "<Envelope><Cube><Cube time='2026-03-31'>"
    ...     "<Cube currency='USD' rate='1.1498'/><Cube currency='JPY' rate='x'/>"
    ...     "</Cube></Cube></Envelope>",
    ...     source="ECB",
    ... )
    >>> [(rate.id, str(rate.value)) for rate in feed.rates]
    [('ECB:EUR/USD:spot:2026-03-31', '5749/5000')]
    >>> feed.rejected
    ("ecb.xml:2026-03-31: JPY: a rate must be a number such as 1.0853, got 'x'",)
    """
    rates: list[Rate] = []
    rejected: list[Problem] = []
    seen: set[date] = set()
    for cube in _days(text, name):
        try:
            day = iso_day(cube.get("time", ""), "time")
            if day in seen:
                raise InvalidValue("the day stands in the file already")
        except InvalidValue as fault:
            rejected.append(Problem.at(f"{name}:{cube.get('time')}", str(fault)))
            continue
        seen.add(day)
        codes: set[str] = set()
        for entry in cube.iterfind(_CUBE):
            code, value = entry.get("currency", ""), entry.get("rate", "")
            if currencies is not None and code not in currencies:
                continue
            try:
                rate = ecb_rate(code, day, value, (source, retrieved_at))
                if code in codes:
                    raise InvalidValue("the day has a rate of it already")
                codes.add(code)
                rates.append(rate)
            except HarmonyError as fault:
                rejected.append(Problem.at(f"{name}:{day}", f"{code}: {fault}"))
    return RateFeed(tuple(rates), tuple(rejected))


def _days(text: str | bytes, name: str) -> Iterator[ElementTree.Element]:
    from xml.etree import ElementTree  # few programs read XML, and all would load it

    declared = b"<!DOCTYPE" if isinstance(text, bytes) else "<!DOCTYPE"
    if declared in text:  # type: ignore[operator]  # both are of one type
        fault = "a document type is declared, which can hide other content: remove it"
        raise InputRejected([Problem.at(name, fault)])
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as fault:
        raise InputRejected([Problem.at(name, f"no XML: {fault}")]) from None
    days = root.findall(f"{_CUBE}/{_CUBE}[@time]")
    if not days:
        wanted = "no element Cube with a time, as in the files of the European Central Bank"
        raise InputRejected([Problem.at(name, wanted)])
    return iter(days)
