"""All that a contract says on a day, in two languages and as data."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harmony_core.contracts import (
    AgreedTexts,
    Amendment,
    Change,
    Contract,
    ContractEvent,
    ContractState,
    Cover,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NameList,
    NewPrice,
    NewQuantity,
    Side,
    changes_in_words,
    contract_end,
    first_deadline,
    line_end,
    lines_from,
    next_end,
    notice_effect,
    possible_end,
    state_on,
    term_sheet,
    without_effect,
)
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.finance import LegalEntity
from harmony_core.interchange import from_record, to_record
from harmony_core.parties import Customer
from harmony_core.periods import Interval
from harmony_core.pricing import BandTable, LookUp, PerUnit
from harmony_core.products import ContractType, Notice, NoticeAnchor, Renewal
from tests.interchange.record_values import renewals, values_of
from tests.strategies import contract, line

ENGLISH, GERMAN = Culture.of("en-GB"), Culture.of("de-DE")
YEARLY = Renewal(24, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END))
BANDS = LookUp(BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")]))
SEATS = attrs.evolve(line(BANDS, date(2024, 5, 1), quantity=25), renewal=YEARLY)
SETUP = line(
    PerUnit.of("500", "EUR"),
    date(2026, 6, 1),
    id="2",
    kind=ContractType.TRANSACTIONAL,
    months=None,
)
MADE = attrs.evolve(
    contract(SEATS, SETUP),
    order_id="O-7",
    texts=AgreedTexts(["gold"], ["hardware"], ["general-7"]),
    amendments=[
        Amendment("A-1", "C-1", date(2026, 1, 20), date(2026, 2, 1), [NewQuantity("1", 30)])
    ],
)
CUSTOMER = Customer("K-1", "Müller & Söhne", "DE", "EUR")
ENTITY = LegalEntity("DE", "Northbridge GmbH", "DE", "GBP")


def test_the_sheet_in_english() -> None:
    sheet = term_sheet(MADE, date(2026, 1, 25), party=CUSTOMER, entity=ENTITY)
    assert sheet.as_text(ENGLISH).splitlines() == [
        "Contract C-1 as of 25 January 2026",
        "  Seller: Northbridge GmbH",
        "  Buyer: Müller & Söhne",
        "  Order: O-7",
        "  Currency: EUR",
        "  Northbridge GmbH keeps its books in GBP.",
        "  The next possible end is 30 April 2026, if notice is received by 31 January 2026.",
        "Line 1, Service",
        "  Agreed quantity: 25 (piece).",
        "  It runs from 1 May 2024 on.",
        *(f"  {said}" for _, said in SEATS.describe(ENGLISH).sentences),
        "  The term that runs then ends on 30 April 2026.",
        "  The next possible end is 30 April 2026, if notice is received by 31 January 2026.",
        "Line 2, Service",
        "  Agreed quantity: 1 (piece).",
        "  It runs from 1 June 2026 on.",
        *(f"  {said}" for _, said in SETUP.describe(ENGLISH).sentences),
        "  No end is agreed.",
        "Amendment A-1, agreed on 20 January 2026, holds from 1 February 2026:",
        "  Line 1, Service: the agreed quantity is 30 (piece).",
        "Service levels: gold",
        "Not included: hardware",
        "Terms and conditions: general-7",
    ]


def test_the_sheet_in_german_has_no_english_left() -> None:
    german = term_sheet(MADE, date(2026, 2, 1), party=CUSTOMER, entity=ENTITY).as_text(GERMAN)
    assert german.startswith("Vertrag C-1, Stand 1. Februar 2026\n  Verkäufer: Northbridge GmbH")
    assert "  Vereinbarte Menge: 30 (Stück)." in german  # amended from that day on
    assert "nächstmögliche Ende ist der 30. April 2027, wenn die Kündigung bis 31. Ja" in german
    english = term_sheet(MADE, date(2026, 2, 1), party=CUSTOMER, entity=ENTITY).as_text(ENGLISH)
    same = set(german.splitlines()) & set(english.splitlines())
    assert same == set()


def test_the_sheet_as_data() -> None:
    data = term_sheet(MADE, date(2026, 1, 31), party=CUSTOMER, entity=ENTITY).as_data(ENGLISH)
    assert json.loads(json.dumps(data)) == data
    first = data["lines"][0]
    assert (first["quantity"], first["next_possible_end"], first["deadline"]) == (
        "25",
        "2026-04-30",
        "2026-01-31",
    )
    assert first["term"] == {"number": 0, "first_day": "2024-05-01", "last_day": "2026-04-30"}
    assert first["words"]["renewal"] == [dict(SEATS.describe(ENGLISH).sentences)["renewal"]]
    assert data["entity"] == {"id": "DE", "name": "Northbridge GmbH", "currency": "GBP"}
    assert data["amendments"][0]["words"] == ["Line 1, Service: the agreed quantity is 30 (piece)."]
    assert (data["service_levels"], data["exclusions"], data["conditions"]) == (
        ["gold"],
        ["hardware"],
        ["general-7"],
    )


def test_on_the_buy_side_we_are_the_buyer() -> None:
    bought = attrs.evolve(MADE, side=Side.BUY)
    text = term_sheet(bought, date(2026, 1, 1)).as_text(ENGLISH)
    assert "  Seller: K-1\n  Buyer: DE\n" in text


def test_a_sheet_is_of_the_contracts_own_parties() -> None:
    with pytest.raises(InvalidValue, match="contract 'C-1' is with 'K-1', got 'K-2'"):
        term_sheet(MADE, date(2026, 1, 1), party=attrs.evolve(CUSTOMER, id="K-2"))
    with pytest.raises(InvalidValue, match="contract 'C-1' is with 'DE', got 'GB'"):
        term_sheet(MADE, date(2026, 1, 1), entity=attrs.evolve(ENTITY, id="GB"))


def test_every_change_has_its_words() -> None:
    day = date(2026, 3, 1)
    free = line(PerUnit.of("5", "EUR"), date(2026, 4, 1), id="3")
    changes: list[Change] = [
        NewPrice("1", PerUnit.of("9", "EUR")),
        LineEnds("2"),
        LineBegins(free),
    ]
    later: list[Change] = [LineRunsOn("1", date(2027, 4, 30)), LineRunsOn("3")]
    made = attrs.evolve(
        MADE,
        amendments=[
            Amendment("B", "C-1", day, day, changes),
            Amendment("C", "C-1", day, date(2026, 5, 1), later),
        ],
    )
    said = [one["words"] for one in term_sheet(made, day).as_data(ENGLISH)["amendments"]]
    assert said == [
        [
            "Line 1, Service: there is a new price.",
            "€9.00 per piece.",
            "Line 2, Service: its last day is 28 February 2026.",
            "Line 3, Service: it is added and begins on 1 April 2026.",
        ],
        [
            "Line 1, Service: it runs until 30 April 2027.",
            "Line 3, Service: it runs on without an end.",
        ],
    ]


END, RECEIVED = date(2026, 4, 30), date(2026, 1, 30)


@pytest.mark.parametrize(
    ("event", "head", "end"),
    [
        ("notice", "Notice N, received on", "It ends on 30 April 2026: notice was received on"),
        ("termination", "Agreed end N, agreed", "It ends on 30 April 2026, as was agreed on"),
        ("succession", "Succession N, agreed", "30 April 2026: another contract takes its place."),
        ("suspension", "Suspension N, agreed", "It is suspended after 30 April 2026, as was"),
        ("amendment", "Amendment N, agreed on", "It ends on 30 April 2026, as was agreed on"),
    ],
)
def test_an_end_says_what_fixed_it(event: ContractEvent, head: str, end: str) -> None:
    day = END + timedelta(days=1)
    given = Amendment("N", "C-1", RECEIVED, day, LineEnds("1"), event=event)
    made = attrs.evolve(contract(SEATS), amendments=[given])
    sheet = term_sheet(made, date(2026, 2, 1))
    text = sheet.as_text(ENGLISH)
    assert head in text
    assert end in text
    assert "by itself" not in text
    assert "Line 1, Service: its last day is 30 April 2026." in text
    assert sheet.as_data(ENGLISH)["lines"][0]["ended_by"] == "N"
    german = sheet.as_text(GERMAN)
    assert not set(german.splitlines()) & set(text.splitlines())


def test_an_end_that_the_line_itself_has_comes_by_itself() -> None:
    fixed = attrs.evolve(SEATS, last_day=END, renewal=None)
    sheet = term_sheet(contract(fixed), date(2026, 2, 1))
    assert "  It ends by itself on 30 April 2026." in sheet.as_text(ENGLISH)
    assert sheet.ended_by is None


def test_a_contract_of_several_lines_says_what_ended_it() -> None:
    other = attrs.evolve(SEATS, id="2")
    given = Amendment(
        "N", "C-1", RECEIVED, END + timedelta(days=1), [LineEnds("1"), LineEnds("2")],
        event=ContractEvent.NOTICE,
    )  # fmt: skip
    text = term_sheet(
        attrs.evolve(contract(SEATS, other), amendments=[given]), date(2026, 2, 1)
    ).as_text(GERMAN)
    assert text.count("Es endet am 30. April 2026: die Kündigung ging am 30. Januar 2026 zu.") == 3
    assert "Kündigung N, zugegangen am 30. Januar 2026, gilt ab 1. Mai 2026:" in text


COVER = Cover(
    roles=NameList.only("senior", "junior"),
    types=NameList.all_but("project"),
    assets=["PC-1", "PC-2"],
    keywords="backup",
    last_day=date(2026, 12, 31),
)


def test_what_is_covered_and_what_is_not_is_on_the_sheet() -> None:
    covered = attrs.evolve(SEATS, cover=COVER)
    words = term_sheet(contract(covered), END).as_data(ENGLISH)["lines"][0]["words"]["coverage"]
    assert words == [
        "Work on these assets is covered: PC-1, PC-2.",
        "Work whose text holds one of these words is covered: backup.",
        "Roles included: junior, senior.",
        "Types of work not included: project.",
        "It is covered until 31 December 2026.",
    ]
    rest = Cover(roles=NameList.all_but(), types=NameList.only(), takes_the_rest=True)
    said = [text for _, text in attrs.evolve(SEATS, cover=rest).describe(GERMAN).sentences]
    assert said[-2:] == [
        "Arbeit, die keine andere Position abdeckt, ist abgedeckt.",
        "Keine benannte Art von Arbeit ist enthalten.",
    ]
    linked = Cover(roles=NameList.all_but(), types=NameList.all_but(), first_day=END)
    said = [text for _, text in attrs.evolve(SEATS, cover=linked).describe(ENGLISH).sentences]
    assert said[-2:] == [
        "Work is covered where it names the line, and not otherwise.",
        "It is covered from 30 April 2026 on.",
    ]


def test_another_cover_is_told_by_what_it_says() -> None:
    old, new = (contract(attrs.evolve(SEATS, cover=one)) for one in (
        COVER, attrs.evolve(COVER, types=NameList.all_but("project", "travel"))
    ))  # fmt: skip
    assert changes_in_words(ENGLISH, old, new) == (
        "Line 1, Service: coverage: Types of work not included: project. → "
        "Types of work not included: project, travel.",
    )


@settings(max_examples=30)
@given(made=values_of(Contract), day=st.dates(date(2000, 1, 1), date(2080, 1, 1)))
def test_every_contract_has_a_sheet_and_the_same_one_when_it_comes_back(
    made: Contract, day: date
) -> None:
    sheet = term_sheet(made, day)
    back = from_record(json.loads(json.dumps(to_record(made))), Contract)
    for culture in (ENGLISH, GERMAN):
        data = sheet.as_data(culture)
        assert json.loads(json.dumps(data)) == data
        assert term_sheet(back, day).as_data(culture) == data
        assert sheet.as_text(culture) == term_sheet(back, day).as_text(culture)
    assert len(data["amendments"]) == len(made.amendments)


@given(renewal=renewals, day=st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_a_deadline_is_the_last_day_that_works(renewal: Renewal, day: date) -> None:
    start = date(2024, 1, 31)
    found = possible_end(attrs.evolve(SEATS, start=start, renewal=renewal), max(day, start))
    assert found.ends_on is not None
    if found.deadline is None:  # no notice reaches another end any more
        assert next_end(renewal, start, day).ends_on == found.ends_on
        return
    assert found.deadline >= day
    assert next_end(renewal, start, found.deadline).ends_on == found.ends_on
    late = next_end(renewal, start, found.deadline + timedelta(days=1))
    assert late.ends_on > found.ends_on or late.last_receipt < late.received


def test_a_last_day_that_comes_first_is_the_end() -> None:
    ends = date(2026, 3, 31)
    assert possible_end(attrs.evolve(SEATS, last_day=ends), date(2026, 1, 1)).ends_on == ends
    assert possible_end(attrs.evolve(SEATS, last_day=ends), date(2026, 1, 1)).deadline is None
    fixed = attrs.evolve(SEATS, renewal=None, last_day=ends)
    assert possible_end(fixed, date(2026, 1, 1)).ends_on == ends


QUARTER = Notice(Interval.months(3), NoticeAnchor.QUARTER_END)


def test_a_contract_ends_with_its_last_line_and_its_deadline_is_the_last_that_ends_it() -> None:
    one, other = (
        attrs.evolve(SEATS, id=str(months), start=date(2024, 10, 1), renewal=renewal)
        for months, renewal in ((12, Renewal(12, 12, QUARTER)), (36, Renewal(36, 12, QUARTER)))
    )
    made, day, last = contract(one, other, SETUP), date(2025, 1, 15), date(2027, 6, 30)
    found = contract_end(made, day)
    assert (found.ends_on, found.deadline) == (date(2027, 9, 30), last)
    assert contract_end(made, last).ends_on == date(2027, 9, 30)
    assert contract_end(made, last + timedelta(days=1)).ends_on == date(2027, 12, 31)
    assert first_deadline(made, day) == date(2025, 6, 30)
    assert contract_end(contract(SETUP), date(2026, 1, 1)).ends_on is None
    assert first_deadline(contract(SETUP), date(2026, 1, 1)) is None
    sheet = term_sheet(contract(one, other), day)
    head = sheet.as_text(ENGLISH).split("\nLine")[0].splitlines()[-2:]
    assert head == [
        "  The next possible end is 30 September 2027, if notice is received by 30 June 2027.",
        "  The first deadline of any line is 30 June 2025.",
    ]
    assert "  Die erste Frist einer Position endet am 30. Juni 2025.\n" in sheet.as_text(GERMAN)
    assert sheet.as_data(ENGLISH)["first_deadline"] == "2025-06-30"


def test_a_line_without_an_end_leaves_the_contract_without_a_deadline() -> None:
    goes_on = attrs.evolve(SEATS, id="2", renewal=None)
    made = contract(SEATS, goes_on)
    assert contract_end(made, END) == possible_end(goes_on, END)
    assert first_deadline(made, date(2026, 1, 20)) == date(2026, 1, 31)


@st.composite
def lines_with_terms(draw: st.DrawFn) -> Contract:
    lines = []
    for number in range(draw(st.integers(1, 4))):
        start = draw(st.dates(date(2023, 1, 1), date(2026, 12, 31)))
        renewal = draw(st.none() | renewals)
        last = None
        if renewal is None or draw(st.booleans()):
            last = start + timedelta(days=draw(st.integers(0, 1500)))
        lines.append(
            attrs.evolve(SEATS, id=str(number), start=start, renewal=renewal, last_day=last)
        )
    return contract(*lines)


@given(made=lines_with_terms(), day=st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_the_deadline_of_a_contract_is_the_last_day_that_works(made: Contract, day: date) -> None:
    found, first = contract_end(made, day), first_deadline(made, day)
    if found.deadline is None:  # every line ends by itself by then, or all have
        ends = [line.last_day for line in lines_from(made, day)]
        assert max((end for end in ends if end is not None), default=None) == found.ends_on
        assert None not in ends
        return
    assert found.ends_on is not None
    assert day <= found.deadline <= found.ends_on
    assert first is None or first <= found.deadline
    for received in (found.deadline, found.deadline + timedelta(days=1)):
        # between two lines a contract is suspended, and takes no notice until the next begins
        assume(state_on(made, received) is not ContractState.SUSPENDED)
    assert _ended_with(made, found.deadline) == found.ends_on
    assert _ended_with(made, found.deadline + timedelta(days=1)) > found.ends_on


def _ended_with(made: Contract, received: date) -> date:
    """The last day of a contract to which a notice is given, if it still ends a line of it."""
    with suppress(RuleBroken):
        for amendment in notice_effect(made, received, id="N").amendments:
            made = made.amended(amendment)
    return max(line_end(made, line.id).last_day or date.max for line in made.lines)


def test_a_notice_that_was_given_is_the_end() -> None:
    day, end = date(2026, 1, 20), date(2026, 4, 30)
    given_on = Amendment("N", "C-1", day, end + timedelta(days=1), [LineEnds("1")])
    sheet = term_sheet(contract(SEATS).amended(given_on), day)
    assert (sheet.lines[0].line.last_day, sheet.end.ends_on, sheet.end.deadline) == (end, end, None)
    after = term_sheet(contract(SEATS).amended(given_on), end + timedelta(days=1))
    assert after.lines == ()
    assert "\nLine 1, Service: it ended on 30 April 2026.\n" in after.as_text(ENGLISH)
    assert after.as_data(ENGLISH)["lines_over"] == [
        {
            "id": "1",
            "product": SEATS.product_id,
            "first_day": "2024-05-01",
            "last_day": "2026-04-30",
            "words": ["Line 1, Service: it ended on 30 April 2026."],
        }
    ]


def test_a_change_of_what_was_delivered_before_is_told_to_have_no_effect() -> None:
    goods = attrs.evolve(SETUP, start=date(2026, 1, 31))
    late = Amendment("A", "C-1", date(2026, 1, 20), date(2026, 2, 1), [NewQuantity("2", 5)])
    made = contract(goods).amended(late)
    (idle,) = without_effect(made)
    for day in (date(2026, 1, 31), date(2026, 2, 1)):
        sheet = term_sheet(made, day)
        lines = sheet.as_text(ENGLISH).splitlines()
        assert lines[-2:] == [
            "  Line 2, Service: the agreed quantity is 5 (piece).",
            "  It has no effect: the line ends on 31 January 2026.",
        ]
        assert sheet.as_data(ENGLISH)["amendments"][0]["words"][-1] == lines[-1].strip()
        delivered = "Line 2, Service: it was delivered on 31 January 2026."
        assert (delivered in lines) == (day == late.first_day) == (not sheet.lines)
        assert not set(sheet.as_text(GERMAN).splitlines()) & set(lines)
    assert idle.ends_on == date(2026, 1, 31)
    in_time = contract(goods).amended(attrs.evolve(late, first_day=date(2026, 1, 31)))
    assert "no effect" not in term_sheet(in_time, date(2026, 2, 1)).as_text(ENGLISH)


def test_a_suspension_that_never_ends_had_its_effect_and_is_told() -> None:
    day = date(2026, 2, 1)
    changes = [("S", day, "suspension"), ("T", date(2026, 5, 1), "termination")]
    made = contract(SEATS)
    for id_, first, event in changes:
        made = made.amended(
            Amendment(id_, "C-1", RECEIVED, first, LineEnds("1"), event=ContractEvent(event))
        )
        said = term_sheet(made, date(2026, 3, 1)).as_text(ENGLISH)
        over = "it ended on" if id_ == "T" else "it is suspended after"
        assert f"Line 1, Service: {over} 31 January 2026." in said
        assert "no effect" not in said
        assert without_effect(made) == ()


def test_a_line_that_never_runs_is_told_too() -> None:
    start = SETUP.start
    given_up = Amendment(
        "X", "C-1", date(2026, 1, 20), start, [LineEnds("2")], event=ContractEvent.CANCELLATION
    )
    sheet = term_sheet(contract(SETUP).amended(given_up), start)
    assert "Line 2, Service: it never runs." in sheet.as_text(ENGLISH)
    assert ": sie läuft nie." in sheet.as_text(GERMAN)
    assert sheet.as_data(ENGLISH)["lines_over"][0]["last_day"] is None


@settings(max_examples=30)
@given(made=values_of(Contract), day=st.dates(date(2000, 1, 1), date(2080, 1, 1)))
def test_every_line_is_on_the_sheet_once_and_every_idle_change_is_told(
    made: Contract, day: date
) -> None:
    sheet = term_sheet(made, day)
    told = [one.line.id for one in sheet.lines] + [one.line.id for one in sheet.lines_over]
    assert sorted(told) == sorted(line.id for line in made.lines_ever)
    said = [words for one in sheet.as_data(ENGLISH)["amendments"] for words in one["words"]]
    idle = [words for words in said if words.startswith("It has no effect: ")]
    assert len(idle) == len(without_effect(made))


def test_terms_count_from_the_day_that_the_line_says() -> None:
    added = attrs.evolve(SEATS, start=date(2025, 6, 10), counts_from=date(2024, 5, 1))
    assert possible_end(added, date(2026, 1, 31)).ends_on == date(2026, 4, 30)
    assert term_sheet(contract(added), date(2026, 1, 31)).lines[0].term is not None


@pytest.mark.parametrize(
    ("ids", "problem"),
    [([""], "an empty one names nothing"), (["a", "a"], "found twice: a"), ("abc", "are a list")],
)
def test_texts_are_named_once_each(ids: list[str], problem: str) -> None:
    with pytest.raises(InvalidValue, match=problem):
        AgreedTexts(service_levels=ids)
