"""DESCRIBED: fields that a company adds to its objects.

A :class:`FieldSchema` says which fields an object of one type has: text, number, money, date,
bool, single and multi choice, reference, and computed. :func:`read_fields` checks values and lists
every fault with its path; :func:`plain_fields` writes them for a store. A sub-type extends the
schema of its parent: it adds fields or narrows them. Options go by :func:`delete_option`, which
leaves no value behind that names one. Schemas change by date as a ``History`` of schemas.
"""

from harmony_core.fields._choices import FieldOption, MultiField, ReferenceField, SingleField
from harmony_core.fields._computed import ComputedField, FieldFunction
from harmony_core.fields._deleting import (
    FieldUse,
    OptionDeleted,
    delete_option,
    option_users,
    reference_users,
    refuse_while_referred,
)
from harmony_core.fields._plain_values import (
    BoolField,
    DateField,
    MoneyField,
    NumberField,
    TextField,
)
from harmony_core.fields._reading import LookUpReference, plain_fields, read_fields
from harmony_core.fields._schema import CustomField, FieldSchema
from harmony_core.fields._values import FieldKind, FieldValue, FieldValues

__all__ = [
    "BoolField",
    "ComputedField",
    "CustomField",
    "DateField",
    "FieldFunction",
    "FieldKind",
    "FieldOption",
    "FieldSchema",
    "FieldUse",
    "FieldValue",
    "FieldValues",
    "LookUpReference",
    "MoneyField",
    "MultiField",
    "NumberField",
    "OptionDeleted",
    "ReferenceField",
    "SingleField",
    "TextField",
    "delete_option",
    "option_users",
    "plain_fields",
    "read_fields",
    "reference_users",
    "refuse_while_referred",
]
