"""A release described as a Data Package (version 2): `datapackage.json`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from warehouse.profile import Profile
from warehouse.release_files import ReleasedFile, WrittenTable

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".duckdb": "application/vnd.duckdb",
}
LICENSES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "ODC-BY-1.0": "https://opendatacommons.org/licenses/by/1-0/",
}
CSV_NOTE = "Trong CSV, ô chữ bắt đầu bằng = + - @ được thêm dấu ' phía trước để bảng tính không chạy như công thức."


def table_description(written: WrittenTable, profile: Profile) -> dict[str, Any]:
    """What does not change between two releases of the same content: names, titles, types, key, licence."""
    table = written.table
    owner = profile.owners.get(table.owner_key)
    fields = [
        {
            "name": column.name,
            "type": written.types[column.name],
            "title": column.title,
            "description": column.description,
            **({"constraints": {"required": True}} if column.name in table.primary_key else {}),
            **column.facts,
        }
        for column in table.columns
    ]
    return {
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "theme": table.theme,
        "accrualPeriodicity": table.frequency,
        "owner": owner.name if owner else table.owner_key,
        "licenses": [_license(table.license)],
        "schema": {
            "fields": fields,
            "primaryKey": list(table.primary_key),
        },
    }


def data_package(
    tables: list[WrittenTable], profile: Profile, version: str, as_of: dt.date, created_at: dt.datetime
) -> dict[str, Any]:
    """The whole descriptor. A table is a resource: its CSV, with the same rows as Parquet under `alternatives`."""
    licenses = sorted({written.table.license for written in tables})
    return {
        "$schema": PROFILE,
        "name": f"kho-{profile.id.replace('_', '-')}",
        "title": f"Dữ liệu mở - {profile.name}",
        "description": CSV_NOTE,
        "version": version,
        "created": created_at.isoformat(timespec="seconds"),
        "asOf": as_of.isoformat(),
        "licenses": [_license(name) for name in licenses],
        "contributors": [{"title": profile.publisher.name, "email": profile.publisher.email, "roles": ["publisher"]}],
        "resources": [
            {
                **table_description(written, profile),
                "type": "table",
                **_file(written.csv),
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
                "rows": written.rows,
                "alternatives": [_file(written.parquet)],
            }
            for written in tables
        ],
    }


def _file(file: ReleasedFile) -> dict[str, Any]:
    suffix = file.path[file.path.rindex(".") :]
    return {
        "path": file.path,
        "format": suffix.removeprefix("."),
        "mediatype": MEDIA_TYPES[suffix],
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }


def _license(name: str) -> dict[str, str]:
    return {"name": name, "path": LICENSES[name]} if name in LICENSES else {"name": name}
