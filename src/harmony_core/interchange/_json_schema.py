"""The JSON Schema of every record, made from the classes that the records are of.

A schema describes what :func:`to_record` writes today, so whoever has no Python can check a record
before he sends it. Older versions are read too, but have no schema of their own.

Source: JSON Schema, draft 2020-12.
"""

from __future__ import annotations

from harmony_core.errors import NotFound
from harmony_core.interchange._forms import untagged_form_of
from harmony_core.interchange._kinds import Record, registered, tag_of
from harmony_core.interchange._shapes import Definitions, fields, with_tag

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(name: str) -> Record:
    """Give the JSON Schema of the records of one kind, complete in itself.

    Its ``$id`` names the version: ``urn:harmony:contract@1``. A schema knows the form of each
    field and no rule between fields: that a line ends after it begins is for :func:`from_record`.

    Args:
        name: as :func:`registered` lists it.

    Raises:
        NotFound: nothing is registered under that name.

    >>> schema = json_schema("interval")
    >>> schema["$id"], schema["required"], schema["properties"]["count"]
    ('urn:harmony:interval@1', ['schema', 'unit', 'count'], {'type': 'integer'})
    """
    cls = registered().get(name)
    if cls is None:
        raise NotFound(f"nothing is registered as {name!r}: registered() lists what is")
    tag = tag_of(cls)
    tag = tag if "@" in tag else f"{tag}@1"
    definitions = Definitions()
    form = untagged_form_of(cls)
    schema = form.shape(definitions)
    if not form.fields:
        schema = fields({"value": schema}, ["value"])
    found = {
        "$schema": _DRAFT,
        "$id": f"urn:harmony:{tag}",
        "title": name,
        **with_tag(schema, "schema", f"harmony/{tag}"),
    }
    return found | ({"$defs": definitions.by_name} if definitions.by_name else {})
