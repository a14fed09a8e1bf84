"""The data dictionary of a release: `dictionary.csv`, one line a published column."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.catalogue import SCHEMA
from warehouse.dictionary import DictionaryColumn, spoken
from warehouse.dictionary_files import dictionary_csv
from warehouse.release_files import WrittenTable


def release_dictionary(tables: Iterable[WrittenTable]) -> bytes:
    """The columns of the tables as they were written, with their Data Package types."""
    return dictionary_csv(
        DictionaryColumn(
            schema=SCHEMA,
            table=written.table.name,
            table_title_vi=written.table.title,
            table_title_en=spoken(written.table.name),
            column=column.name,
            title_vi=column.title,
            title_en=spoken(column.name),
            description=column.description,
            type=written.types[column.name],
            unit=column.facts.get("unit", ""),
            code_list=column.facts.get("code_list", ""),
            is_key=column.name in written.table.primary_key,
            is_required=column.name in written.table.primary_key,
            classification="open",
            source_name=column.facts.get("official_name", ""),
            legal_basis=column.facts.get("legal_basis", ""),
        )
        for written in tables
        for column in written.table.columns
    )
