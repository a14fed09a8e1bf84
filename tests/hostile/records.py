"""Hostile files: JSON and Parquet."""

from __future__ import annotations

import json

from tests.hostile.makers import RECORD, Hostile, cut, parquet, text

KINDS = (
    Hostile("cut.json", "JSON that breaks off", "SourceDamaged", text(json.dumps([RECORD] * 3)[:-20])),
    Hostile("unclosed.json", "an array that is never closed", "SourceDamaged", text(json.dumps([RECORD])[:-1])),
    Hostile("more_behind.json", "text behind the array", "SourceDamaged", text(json.dumps([RECORD]) + " x")),
    Hostile(
        "deep.json",
        "100,000 brackets inside each other",
        "landed 1, rejected 0, out of scope 0",
        text('[{"Mã": ' + "[" * 100_000 + "]" * 100_000 + "}]"),
    ),
    Hostile(
        "numbers.json",
        "NaN, Infinity and integers of 400 digits",
        "landed 3, rejected 0, out of scope 0",
        text('[{"Mã": NaN, "Tên": -Infinity}, {"Mã": ' + "9" * 400 + ', "Tên": 1e999}, {"Mã": 0.10, "Tên": null}]'),
    ),
    Hostile("values.json", "an array of numbers", "WrongFormat", text("[1, 2, 3]")),
    Hostile("no_records.json", "an empty array", "WrongFormat", text("[]")),
    Hostile(
        "keys_twice.json",
        "a key twice in a record",
        "landed 1, rejected 0, out of scope 0",
        text('[{"Mã": 1, "Mã": 2, "Tên": "a"}]'),
    ),
    Hostile(
        "surrogate.json", "half a character as an escape", "SourceDamaged", text('[{"Mã": "\\ud800", "Tên": "a"}]')
    ),
    Hostile(
        "no_path.json",
        "nothing under the contract's recordsPath",
        "WrongFormat",
        text(json.dumps({"data": {}})),
        {"recordsPath": "data.items"},
    ),
    Hostile(
        "record_8mb.json",
        "a record of 8 MB",
        "SourceTooLarge",
        text(json.dumps([{**RECORD, "Tên": "x" * (8 * 2**20)}])),
    ),
    Hostile(
        "many_keys.json",
        "3,000 keys",
        "SourceTooLarge",
        text(json.dumps([{**RECORD, **{f"k{i}": i for i in range(3000)}}])),
    ),
    Hostile(
        "broken_line.ndjson",
        "a line that is no JSON",
        "SourceDamaged",
        text(json.dumps(RECORD) + "\n{\n" + json.dumps(RECORD)),
    ),
    Hostile(
        "cut.parquet",
        "a Parquet file cut in the middle",
        "SourceDamaged",
        cut(parquet("select '1' as \"Mã\", 'a' as \"Tên\""), 0.6),
    ),
    Hostile("only_magic.parquet", "only the first letters of Parquet", "SourceDamaged", text(b"PAR1" * 4)),
    Hostile("locked.parquet", "an encrypted Parquet file", "WrongFormat", text(b"PARE" + b"\0" * 20 + b"PARE")),
    Hostile(
        "other_types.parquet",
        "numbers, lists and days where text was meant",
        "landed 1, rejected 0, out of scope 0",
        parquet('select 1.50::decimal(9,2) as "Mã", [date \'2026-01-01\'] as "Tên"'),
    ),
    Hostile(
        "many_rows.parquet",
        "more rows than the limit",
        "SourceTooLarge",
        parquet('select i as "Mã", i as "Tên" from range(2000) t(i)'),
        {"maxRows": 1000},
    ),
)
