"""Custom fields: what a schema allows, what is read, what is inherited, what may be deleted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InputRejected, InvalidValue, NotFound, RuleBroken
from harmony_core.fields import (
    BoolField,
    ComputedField,
    CustomField,
    DateField,
    FieldKind,
    FieldSchema,
    FieldUse,
    FieldValue,
    MoneyField,
    MultiField,
    NumberField,
    ReferenceField,
    SingleField,
    TextField,
    delete_option,
    option_users,
    plain_fields,
    read_fields,
    reference_users,
    refuse_while_referred,
)
from harmony_core.finance import Money
from harmony_core.periods import History

PEOPLE: dict[str, dict[str, object]] = {
    "P-1": {"country": "GB", "active": "yes"},
    "P-2": {"country": "IN", "active": "yes"},
}


def look_up(to: str, id_: str) -> Mapping[str, object] | None:
    return PEOPLE.get(id_) if to == "person" else None


def warranty_left(values: Mapping[str, FieldValue | None]) -> object:
    bought, months = values["bought_on"], values["warranty"]
    if not isinstance(bought, date) or not isinstance(months, Fraction):
        return None
    return months - bought.month


FUNCTIONS = {
    "warranty_left": warranty_left,
    "is_covered": lambda values: (values["left"] or 0) > 0,
    "share": lambda values: Fraction(1) / values["ram"],
}
LAPTOP = FieldSchema(
    "laptop",
    [
        TextField("serial", required=True, max_length=8, pattern="[A-Z0-9]+"),
        NumberField("ram", least=0, decimals=0),
        MoneyField("price", ["EUR", "GBP"], least=0),
        DateField("bought_on", earliest=date(2000, 1, 1)),
        BoolField("encrypted", default=False),
        SingleField("state", ["in_use", "spare", "lost"], default="in_use"),
        MultiField("roles", ["mail", "files", "print"], at_most=2),
        ReferenceField("owner", "person", where={"country": ["GB", "DE"]}),
        NumberField("warranty", default=24),
        ComputedField("covered", function="is_covered", reads=["left"], gives=FieldKind.BOOL),
        ComputedField(
            "left", function="warranty_left", reads=("bought_on", "warranty"), gives="number"
        ),
    ],
)

values_of: dict[str, st.SearchStrategy[FieldValue]] = {
    "serial": st.text("ABC0123", min_size=1, max_size=8),
    "ram": st.integers(0, 10**30).map(Fraction),
    "price": st.builds(Money, st.integers(0, 10**20), st.sampled_from(["EUR", "GBP"])),
    "bought_on": st.dates(date(2000, 1, 1)),
    "encrypted": st.booleans(),
    "state": st.sampled_from(["in_use", "spare", "lost"]),
    "roles": st.sampled_from([(), ("mail",), ("mail", "print"), ("files", "print")]),
    "owner": st.just("P-1"),
    "warranty": st.fractions(),
}
laptops = st.fixed_dictionaries(
    {"serial": values_of["serial"]},
    optional={id_: values for id_, values in values_of.items() if id_ != "serial"},
)


def read(values: Mapping[str, object], schema: FieldSchema = LAPTOP) -> dict[str, FieldValue]:
    return read_fields(schema, values, functions=FUNCTIONS, look_up=look_up)


@given(laptops)
def test_what_is_kept_in_plain_form_reads_back_as_it_was(values: dict[str, FieldValue]) -> None:
    once = read(values)
    assert read(plain_fields(LAPTOP, once)) == once
    assert read(once) == once
    assert {id_: value for id_, value in once.items() if id_ in values} == values


@given(laptops, st.sets(st.sampled_from(sorted(values_of)), min_size=1))
def test_every_fault_is_listed_and_no_other(values: dict[str, FieldValue], bad: set[str]) -> None:
    faulty: dict[str, object] = dict(values)
    faulty.update((id_, object()) for id_ in bad)
    with pytest.raises(InputRejected) as rejected:
        read(faulty)
    order = [field.id for field in LAPTOP.fields if field.id in bad]
    assert [each.split(":")[0] for each in rejected.value.problems] == [
        f"fields.{id_}" for id_ in order
    ]


@given(laptops, st.data())
def test_a_sub_type_allows_nothing_that_its_parent_forbids(
    values: dict[str, FieldValue], data: st.DataObject
) -> None:
    """Whatever narrowing is let through, what the sub-type takes its parent takes as well."""
    fields: list[CustomField] = [
        TextField("serial", required=True, max_length=data.draw(st.integers(1, 12))),
        TextField("serial", pattern="[A-Z0-9]+", max_length=8, required=data.draw(st.booleans())),
        NumberField("ram", least=data.draw(st.integers(-5, 5)), decimals=data.draw(st.just(0))),
        MoneyField("price", data.draw(st.lists(st.sampled_from(["EUR", "GBP", "USD"]))), least=0),
        SingleField(
            "state",
            data.draw(
                st.lists(st.sampled_from(["in_use", "spare", "sold"]), min_size=1, unique=True)
            ),
        ),
        MultiField("roles", ["mail", "files"], at_most=data.draw(st.none() | st.integers(0, 3))),
        ReferenceField("owner", "person", where={"country": data.draw(st.sampled_from(["GB"]))}),
    ]
    field = data.draw(st.sampled_from(fields))
    taken = None
    with suppress(InvalidValue, InputRejected):  # it loosens, or the values do not fit
        taken = read(values, LAPTOP.extended("ultrabook", [field]))
    if taken is not None:
        again = read(taken)  # the parent's default may stand where the sub-type has none
        assert {id_: again[id_] for id_ in taken} == taken


@given(st.permutations(LAPTOP.fields), laptops)
def test_the_order_of_fields_changes_no_value(
    fields: list[CustomField], values: dict[str, FieldValue]
) -> None:
    assert read(values, FieldSchema("laptop", fields)) == read(values)


@given(st.dictionaries(st.text(min_size=1, max_size=3), laptops, max_size=6))
def test_after_an_option_went_no_value_names_it_and_no_other_value_changed(
    records: dict[str, dict[str, FieldValue]],
) -> None:
    gone = delete_option(LAPTOP, "roles", "print", records, instead="mail")
    after = {**records, **dict(gone.changed)}
    assert option_users(LAPTOP, "roles", "print", after) == ()
    for id_, values in records.items():
        assert set(after[id_]) == set(values)
        assert {k: v for k, v in after[id_].items() if k != "roles"} == {
            k: v for k, v in values.items() if k != "roles"
        }
        read(after[id_], gone.schema)
    assert set(dict(gone.changed)) == set(option_users(LAPTOP, "roles", "print", records))


def test_sixty_fields_fit_and_one_more_needs_a_higher_limit() -> None:
    sixty = [TextField(f"f{number}") for number in range(60)]
    assert len(FieldSchema("customer", sixty).fields) == 60
    with pytest.raises(InvalidValue, match="'customer' would have 61 fields, at most 60"):
        FieldSchema("customer", [*sixty, BoolField("one_more")])
    assert len(FieldSchema("customer", [*sixty, BoolField("one_more")], limit=61).fields) == 61
    parent = FieldSchema("computer", sixty)
    with pytest.raises(InvalidValue, match="'laptop' would have 61 fields"):
        parent.extended("laptop", [BoolField("one_more")])


def test_defaults_stand_in_for_what_is_left_out_and_not_for_what_is_emptied() -> None:
    found = read({"serial": "X1"})
    assert found == {
        "serial": "X1",
        "encrypted": False,
        "state": "in_use",
        "warranty": Fraction(24),
        "covered": False,
    }
    assert "state" not in read({"serial": "X1", "state": None})


def test_computed_fields_read_each_other_in_their_order() -> None:
    found = read({"serial": "X1", "bought_on": "2026-04-01"})
    assert found["left"] == 20
    assert found["covered"] is True


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, "serial: is missing"),
        ({"serial": None}, "serial: must not be empty"),
        ({"serial": " "}, "serial: must not be blank"),
        ({"serial": "ABCDEFGHI"}, "serial: has 9 characters, at most 8 are kept"),
        ({"serial": "a1"}, "serial: must match '[A-Z0-9]+', got 'a1'"),
        ({"ram": -1}, "ram: must be at least 0, got -1"),
        ({"ram": "0.5"}, "ram: must have at most 0 decimals, got 0.5"),
        ({"ram": True}, "ram: the value must be"),
        ({"ram": 1.5}, "ram: the value must be"),
        ({"price": Money.of("1.00", "USD")}, "price: must be in EUR or GBP, got USD"),
        ({"price": {"amount": "1.001", "currency": "EUR"}}, "price: "),
        ({"price": "1.00"}, "price: must be money, an amount with its currency, got '1.00'"),
        ({"bought_on": "1.4.2026"}, "bought_on: must be a day such as 2026-04-01, got '1.4.2026'"),
        ({"bought_on": "2026-W14-3"}, "bought_on: must be a day such as 2026-04-01"),
        ({"bought_on": "2026-02-30"}, "bought_on: must be a day such as 2026-04-01"),
        ({"bought_on": date(1999, 12, 31)}, "bought_on: must not be before 2000-01-01"),
        ({"encrypted": 1}, "encrypted: must be true or false, got 1"),
        ({"state": "sold"}, "state: must be one of in_use, spare, lost, got 'sold'"),
        ({"roles": "mail"}, "roles: must be a list of options, got 'mail'"),
        ({"roles": ["mail", "mail"]}, "roles: must name each option once"),
        ({"roles": ["mail", "files", "print"]}, "roles: must name at most 2 options, got 3"),
        ({"owner": "P-9"}, "owner: there is no person 'P-9'"),
        ({"owner": "P-2"}, "owner: person 'P-2' has country 'IN', but only GB, DE may be chosen"),
        ({"left": 3}, "left: is computed once bought_on is given, got 3: leave it out"),
        ({"colour": "red"}, "colour: is no field of 'laptop'"),
    ],
)
def test_faults(values: dict[str, object], problem: str) -> None:
    given = {"serial": "X1", **values} if values and "serial" not in values else values
    with pytest.raises(InputRejected) as rejected:
        read(given)
    assert len(rejected.value.problems) == 1
    assert rejected.value.problems[0].startswith(f"fields.{problem}")


def test_a_reference_is_never_taken_unseen() -> None:
    with pytest.raises(InputRejected, match="owner: refers to a person, so pass look_up="):
        read_fields(LAPTOP, {"serial": "X1", "owner": "P-1"}, functions=FUNCTIONS)


def test_functions_are_named_and_what_they_cannot_compute_is_a_fault() -> None:
    schema = FieldSchema(
        "laptop",
        [
            NumberField("ram"),
            ComputedField("share", function="share", reads="ram", gives="number"),
        ],
    )
    assert read({"ram": 4}, schema)["share"] == Fraction(1, 4)
    with pytest.raises(InputRejected, match=r"fields\.share: share cannot compute it"):
        read({"ram": 0}, schema)
    with pytest.raises(InputRejected, match="no function 'share' is registered; there is none"):
        read_fields(schema, {"ram": 4})
    with pytest.raises(InputRejected) as rejected:
        read({"ram": "x"}, schema)
    assert len(rejected.value.problems) == 1  # said once, where it was made


def test_circles_and_reads_that_lead_nowhere_are_refused() -> None:
    one = ComputedField("one", function="f", reads="two")
    two = ComputedField("two", function="f", reads="one")
    with pytest.raises(InvalidValue, match="in a circle: one -> two -> one"):
        FieldSchema("x", [one, two])
    with pytest.raises(InvalidValue, match="field 'one' reads 'two', which is no field"):
        FieldSchema("x", [one])
    with pytest.raises(InvalidValue, match="self -> self"):
        FieldSchema("x", [ComputedField("self", function="f", reads="self")])


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (TextField("serial", max_length=8, pattern="[A-Z0-9]+"), "the parent requires it"),
        (TextField("serial", required=True, max_length=9), "max_length 9 is above 8"),
        (TextField("serial", required=True, max_length=8), "pattern None is not"),
        (NumberField("ram", decimals=0), "its limits reach beyond"),
        (NumberField("ram", least=0, decimals=1), "more than 0 decimals"),
        (MoneyField("price", least=0), "every currency"),
        (MoneyField("price", ["EUR", "USD"], least=0), "other currencies than EUR, GBP"),
        (DateField("bought_on"), "its days reach beyond"),
        (SingleField("state", ["in_use", "sold"]), "the parent has no option sold"),
        (MultiField("roles", ["mail"]), "fewer or more options"),
        (ReferenceField("owner", "customer"), "it refers to a customer, not to a person"),
        (ReferenceField("owner", "person"), "its filter lets more through by 'country'"),
        (
            ReferenceField("owner", "person", where={"country": ["GB", "FR"]}),
            "its filter lets more through",
        ),
        (TextField("ram"), "it is text and not number"),
        (ComputedField("left", function="other", gives="number"), "it is another computation"),
    ],
)
def test_a_sub_type_may_not_loosen(field: CustomField, reason: str) -> None:
    with pytest.raises(InvalidValue, match="not loosen it: ") as refused:
        LAPTOP.extended("ultrabook", [field])
    assert reason in str(refused.value)


def test_fields_that_cannot_be_are_refused() -> None:
    for make, reason in (
        (lambda: TextField("Serial"), "a field's id is like"),
        (lambda: TextField("a", pattern="("), "is not a regular expression"),
        (lambda: TextField("a", max_length=2, default="abc"), "its default has 3 characters"),
        (lambda: NumberField("a", least=2, most=1), "least 2 is above most 1"),
        (lambda: DateField("a", earliest=date(2026, 2, 1), latest=date(2026, 1, 1)), "is after"),
        (lambda: SingleField("a"), "at least one option"),
        (lambda: SingleField("a", ["x", "x"]), "option 'x' is there twice"),
        (lambda: SingleField("a", ["x"], default="y"), "its default 'y' is no option"),
        (lambda: MultiField("a", ["x"], at_least=2), "at_least must lie between 0 and 1"),
        (lambda: ReferenceField("a"), "names the type of object"),
        (lambda: ComputedField("a", function="f", gives="multi"), "a function gives one of"),
        (lambda: ComputedField("a", function="f", required=True), "cannot be required"),
        (lambda: FieldSchema("x", [TextField("a"), BoolField("a")]), "two fields 'a'"),
    ):
        with pytest.raises(InvalidValue, match=reason):
            make()


def test_an_option_in_use_stays_until_another_takes_its_place() -> None:
    records: dict[str, dict[str, FieldValue]] = {
        f"D-{number:02}": {"state": "lost" if number < 12 else "spare"} for number in range(15)
    }
    with pytest.raises(RuleBroken, match=r"in use by D-00, D-01.* and 2 more: name an option"):
        delete_option(LAPTOP, "state", "lost", records)
    with pytest.raises(RuleBroken, match="in use by the default"):
        delete_option(LAPTOP, "state", "in_use", records)
    mapped = delete_option(LAPTOP, "state", "in_use", records, instead="spare")
    assert mapped.schema.field("state").default == "spare"
    assert mapped.changed == ()
    with pytest.raises(NotFound, match="has no option 'sold'"):
        delete_option(LAPTOP, "state", "sold", records)
    with pytest.raises(InvalidValue, match="cannot take its own place"):
        delete_option(LAPTOP, "state", "lost", records, instead="lost")
    with pytest.raises(InvalidValue, match="is text and has no options"):
        option_users(LAPTOP, "serial", "x", records)


def test_values_that_would_have_too_few_options_keep_theirs() -> None:
    schema = FieldSchema("x", [MultiField("two", ["a", "b", "c"], at_least=2)])
    with pytest.raises(RuleBroken, match="cannot go from X-1: it must name at least 2 options"):
        delete_option(schema, "two", "a", {"X-1": {"two": ("a", "b")}}, instead="b")


def test_an_object_that_is_referred_to_is_kept() -> None:
    records: dict[str, dict[str, FieldValue]] = {
        "D-2": {"owner": "P-1"},
        "D-1": {"owner": "P-1"},
        "D-3": {},
    }
    users = reference_users(LAPTOP, "person", "P-1", records)
    assert users == (FieldUse("D-1", "owner"), FieldUse("D-2", "owner"))
    with pytest.raises(RuleBroken, match=r"referred to by D-1 \(owner\), D-2 \(owner\)"):
        refuse_while_referred(LAPTOP, "person", "P-1", records)
    refuse_while_referred(LAPTOP, "person", "P-2", records)
    refuse_while_referred(LAPTOP, "customer", "P-1", records)


def test_schemas_change_by_date() -> None:
    later = attrs.evolve(LAPTOP, fields=(*LAPTOP.fields, TextField("dock")))
    schemas = History.of([(date(2026, 1, 1), LAPTOP), (date(2026, 7, 1), later)])
    assert "dock" not in schemas.at(date(2026, 6, 30))
    assert "dock" in schemas.at(date(2026, 7, 1))


def test_names_are_by_language_and_fall_back() -> None:
    named = TextField("serial", names={"en": "Serial number", "de": "Seriennummer"})
    assert (named.name("de"), named.name("fr")) == ("Seriennummer", "Serial number")
    assert TextField("serial").name("de") == "serial"
