"""Custom fields along the tree of asset types."""

from __future__ import annotations

from datetime import date

import pytest

from harmony_core.assets import AssetFields, AssetTypes, OwnFields
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.fields import CustomField, FieldValue, NumberField, SingleField, TextField
from harmony_core.periods import History

TYPES = AssetTypes({"computer": None, "laptop": "computer", "ultrabook": "laptop", "phone": None})
JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)
STATES = SingleField("state", ["in_use", "spare", "lost"])


def own(**fields: CustomField) -> dict[str, OwnFields]:
    return {type_: History.of([(JANUARY, (field,))]) for type_, field in fields.items()}


def ids(fields: AssetFields, type_: str, day: date) -> list[str]:
    return [field.id for field in fields.schema(type_, day).fields]


def test_a_type_has_the_fields_of_every_type_above_it() -> None:
    fields = AssetFields(
        TYPES, own(computer=TextField("serial"), laptop=TextField("dock"), phone=TextField("imei"))
    )
    assert ids(fields, "computer", JANUARY) == ["serial"]
    assert ids(fields, "ultrabook", JANUARY) == ["serial", "dock"]
    assert ids(fields, "phone", JANUARY) == ["imei"]
    assert ids(fields, "phone", date(2025, 12, 31)) == []
    with pytest.raises(NotFound, match="no asset type 'tablet'"):
        fields.schema("tablet", JANUARY)
    with pytest.raises(NotFound, match="no asset type 'tablet'"):
        AssetFields(TYPES, own(tablet=TextField("serial")))


def test_a_field_of_today_is_not_known_yesterday() -> None:
    serial: OwnFields = History.of([(JANUARY, (TextField("serial"),))])
    later = serial.with_value(JANUARY, (TextField("serial"), TextField("tag")), known_from=JULY)
    fields = AssetFields(TYPES, {"computer": later})
    assert [f.id for f in fields.schema("laptop", JANUARY).fields] == ["serial", "tag"]
    before = fields.schema("laptop", JANUARY, known=date(2026, 6, 30))
    assert [f.id for f in before.fields] == ["serial"]


def test_a_change_above_that_would_make_a_type_loosen_a_field_is_refused() -> None:
    computer: OwnFields = History.of(
        [(JANUARY, (NumberField("ram", most=64),)), (JULY, (NumberField("ram", most=32),))]
    )
    laptop: OwnFields = History.of([(JANUARY, (NumberField("ram", most=64),))])
    with pytest.raises(InvalidValue, match="'laptop' may narrow field 'ram' of 'computer' but not"):
        AssetFields(TYPES, {"computer": computer, "laptop": laptop})


def test_the_limit_counts_what_is_inherited() -> None:
    thirty: OwnFields = History.of([(JANUARY, tuple(TextField(f"a{n}") for n in range(30)))])
    others: OwnFields = History.of([(JULY, tuple(TextField(f"b{n}") for n in range(31)))])
    with pytest.raises(InvalidValue, match="'laptop' would have 61 fields, at most 60"):
        AssetFields(TYPES, {"computer": thirty, "laptop": others})
    wide = AssetFields(TYPES, {"computer": thirty, "laptop": others}, limit=61)
    assert len(wide.schema("ultrabook", JULY).fields) == 61


def test_an_option_goes_from_a_type_and_all_below_it_on_a_day() -> None:
    fields = AssetFields(
        TYPES, own(computer=STATES, laptop=SingleField("state", ["spare", "lost"]))
    )
    records: dict[str, dict[str, dict[str, FieldValue]]] = {
        "computer": {"pc-1": {"state": "in_use"}},
        "ultrabook": {"pc-3": {"state": "lost"}, "pc-2": {"state": "lost"}},
    }
    with pytest.raises(RuleBroken, match="is in use by pc-2, pc-3: name an option"):
        fields.without_option("computer", "state", "lost", records, day=JULY, known_from=JULY)
    after, changed = fields.without_option(
        "computer", "state", "lost", records, day=JULY, known_from=JULY, instead="spare"
    )
    assert changed == (("pc-2", {"state": "spare"}), ("pc-3", {"state": "spare"}))
    for type_, left in (("computer", ["in_use", "spare"]), ("ultrabook", ["spare"])):
        field = after.schema(type_, JULY).field("state")
        assert isinstance(field, SingleField)
        assert [option.id for option in field.options] == left
        assert after.schema(type_, JANUARY) == fields.schema(type_, JANUARY)
    with pytest.raises(InvalidValue, match="'ultrabook' does not state field 'state'"):
        fields.without_option("ultrabook", "state", "lost", {}, day=JULY, known_from=JULY)
    with pytest.raises(NotFound, match="has no option 'sold'"):
        fields.without_option("computer", "state", "sold", {}, day=JULY, known_from=JULY)


def test_types_are_physical_or_soft() -> None:
    types = AssetTypes({"thing": None, "software": None, "office": "software"}, ["software"])
    assert [types.is_soft(each) for each in ("thing", "software", "office")] == [False, True, True]
    with pytest.raises(NotFound, match="no asset type 'service'"):
        AssetTypes({"thing": None}, ["service"])
