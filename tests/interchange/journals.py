"""Random balanced journals of a group with awkward names, for the tests of what is written out."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from harmony_core.finance import (
    Booked,
    Dimensions,
    Group,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Role,
    dimensions,
)

ROLES = tuple(sorted(value for name, value in vars(Role).items() if name.isupper()))
GROUP = Group(
    "NB",
    'The "Northbridge" Group',
    "GBP",
    (
        LegalEntity("GB", "Northbridge Ltd", "GB", "GBP"),
        LegalEntity("de.süd-1", "Müller & Söhne\nGmbH", "DE", "EUR"),
        LegalEntity("KW", "Al-Kuwait \\ Co", "KW", "KWD"),
        LegalEntity("X-", "Nippon", "JP", "JPY"),
    ),
    date(2024, 4, 1),
)
AWKWARD = "aZ09.-:; =\\\"'\n\r\t#^*@{}/éßÄ€漢\u00b2\u0661\x00"

minor = st.integers(-(10**15), 10**15)
awkward_text = st.text(alphabet=AWKWARD, max_size=8) | st.text(max_size=8)


@st.composite
def about(draw: st.DrawFn) -> Dimensions:
    named = draw(st.dictionaries(awkward_text, awkward_text, max_size=2))
    return tuple(sorted(named.items())) or dimensions(customer=draw(awkward_text))


@st.composite
def journals(draw: st.DrawFn) -> list[JournalEntry]:
    # One root for an account: each code is that of one role, in each entity.
    codes = draw(st.lists(awkward_text, min_size=len(ROLES), max_size=len(ROLES), unique=True))
    code_of = dict(zip(ROLES, codes, strict=True))
    return [draw(_entry(f"E-{number}", code_of)) for number in range(draw(st.integers(0, 5)))]


@st.composite
def _entry(draw: st.DrawFn, entry_id: str, code_of: dict[str, str]) -> JournalEntry:
    entity = draw(st.sampled_from(GROUP.entities))
    transaction = draw(st.sampled_from(["EUR", "USD", "JPY", "KWD"]))
    amounts = [
        Booked(
            Money(draw(minor), transaction),
            Money(draw(minor), entity.currency),
            Money(draw(minor), GROUP.currency),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    rest = Booked.zero(transaction, entity.currency, GROUP.currency)
    for amount in amounts:
        rest -= amount
    lines = []
    for amount in (*amounts, rest):
        role = draw(st.sampled_from(ROLES))
        special = draw(st.sampled_from(["", ".cloud", ".cloud.eu"]))
        lines.append(JournalLine(role + special, code_of[role], amount, draw(about())))
    return JournalEntry(
        entry_id,
        entity.id,
        draw(st.dates(date(2023, 1, 1), date(2026, 12, 31))),
        draw(awkward_text),
        draw(awkward_text),
        tuple(lines),
        counterparty=draw(st.none() | awkward_text),
        pair=draw(st.none() | awkward_text),
        text=draw(awkward_text),
    )
