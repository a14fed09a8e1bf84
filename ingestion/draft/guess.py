"""Guess from a sample what each column is: type, need, key, personal data. Every guess carries its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import duckdb

from ingestion import shapes
from ingestion.draft import names
from ingestion.draft.look import COUNTED_ROWS, Look, Seen
from ingestion.reference import package_file
from warehouse.connections import load_extension
from warehouse.contracts import LogicalType

# share of the texts that must have a form before a column is taken to have it: sources hold mistakes
MOST, MANY = 0.9, 0.5
# a key that a source breaks now and then is still its key: this share of the rows, or one, may repeat it
REPEATED = 0.05
KEY_CANDIDATES = 8
# digits of one length from here on are a code, and shorter ones that repeat are a quantity
CODE_LENGTH = 9
PHYSICAL: dict[str, LogicalType] = {
    "TINYINT": "integer", "SMALLINT": "integer", "INTEGER": "integer", "BIGINT": "integer", "HUGEINT": "integer",
    "UTINYINT": "integer", "USMALLINT": "integer", "UINTEGER": "integer", "UBIGINT": "integer",
    "FLOAT": "number", "DOUBLE": "number", "DECIMAL": "number", "BOOLEAN": "boolean", "DATE": "date",
    "TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamp",
}  # fmt: skip


@dataclass
class Guess:
    """One column of the draft; `reasons` become comments for the reviewer."""

    position: int
    seen: Seen
    name: str
    title: str
    logical_type: LogicalType = "string"
    required: bool = False
    key: bool = False
    personal: bool = False
    role: str | None = None
    is_updated: bool = False
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Facts:
    """Counts over the rows of a column: all rows, filled ones, distinct texts, and texts of a form."""

    rows: int
    filled: int
    distinct: int
    forms: dict[str, int]
    longest: int
    shortest: int

    def share(self, form: str) -> float:
        return self.forms[form] / self.filled if self.filled else 0


FORMS = {
    "date": shapes.is_day(),
    "time": shapes.matches(shapes.TIME),
    "serial": shapes.matches(shapes.SERIAL),
    "integer": shapes.matches(shapes.INTEGER),
    "number": shapes.matches(shapes.NUMBER),
    "boolean": f"lower(x) in {shapes.YES_OR_NO!r}",
    "leading_zero": shapes.matches(r"0\d+"),
    "code": shapes.matches(r"[\p{L}\d._/-]{1,60}"),
    "person_number": shapes.matches(shapes.PERSON_NUMBER),
    "old_person_number": shapes.matches(shapes.OLD_PERSON_NUMBER),
    "phone": shapes.matches(shapes.PHONE),
    "e_mail": shapes.matches(shapes.E_MAIL),
    "commune": "x in (select code from communes)",
}


def guess_columns(connection: duckdb.DuckDBPyConnection, look: Look, named: list[str]) -> list[Guess]:
    """One guess a column, in the order of the source, from the tables `data` and, for keys, `look.whole`."""
    _load_communes(connection)
    guesses = []
    facts = _facts(connection, len(named))
    for position, (seen, name) in enumerate(zip(look.columns, named, strict=True)):
        guess = Guess(position, seen, name, names.title(seen.label))
        _guess_personal(guess, facts[position])
        _guess_type(guess, facts[position])
        guess.required = facts[position].rows > 0 and facts[position].filled == facts[position].rows
        if guess.required:
            guess.reasons.append(f"required: no empty value in {facts[position].rows:,} rows")
        guess.is_updated = guess.logical_type in ("date", "timestamp") and names.says(seen.label, names.UPDATED)
        guesses.append(guess)
    _guess_commune(guesses, facts)
    _guess_key(connection, look, guesses, facts)
    return guesses


def _facts(connection: duckdb.DuckDBPyConnection, width: int) -> dict[int, _Facts]:
    """Facts of each column of `data`, by its position."""
    counts = ", ".join(f"count(*) filter ({condition}) as {form}" for form, condition in FORMS.items())
    cells = ", ".join(f"nullif(trim(c{position}), '')" for position in range(width))
    found: list[tuple[Any, ...]] = connection.execute(
        f"""
        select position, count(*) as filled, count(distinct x), max(length(x)), min(length(x)), {counts}
        from (select unnest([{cells}]) as x, unnest(range({width})) as position from data)
        where x is not null
        group by position
        """
    ).fetchall()
    rows = int(connection.execute("select count(*) from data").fetchall()[0][0])
    facts = {position: _Facts(rows, 0, 0, dict.fromkeys(FORMS, 0), 0, 0) for position in range(width)}
    for position, filled, distinct, longest, shortest, *forms in found:
        facts[position] = _Facts(rows, filled, distinct, dict(zip(FORMS, forms, strict=True)), longest, shortest)
    return facts


def _guess_personal(guess: Guess, facts: _Facts) -> None:
    label = guess.seen.label
    forms = [form for form in ("person_number", "phone", "e_mail") if facts.share(form) >= MANY]
    is_named_so = names.says(label, names.PERSONAL) or names.says(label, names.HOLDER, first=True)
    if forms:
        guess.personal = True
        guess.reasons.append(f"personal: values look like {forms[0].replace('_', ' ')}s")
    elif is_named_so:
        guess.personal = True
        guess.reasons.append("personal: so the label says")
    numbers = facts.share("person_number") + facts.share("old_person_number")
    is_number = names.says(label, names.PERSON_NUMBER) and (numbers >= MANY or not facts.filled)
    if is_number or ("person_number" in forms and not names.says(label, names.OTHER_NUMBER)):
        guess.role = "person_number"
        guess.personal = True
        guess.reasons.append("role person_number: by the label, or by 12 digits")


def _guess_type(guess: Guess, facts: _Facts) -> None:
    physical = (guess.seen.physical_type or "").split("(")[0]
    if physical in PHYSICAL and guess.role is None:
        guess.logical_type = PHYSICAL[physical]
        return
    label = guess.seen.label
    is_day = names.says(label, names.DAY, first=True)
    enough = MANY if is_day else MOST
    forms: list[tuple[LogicalType, bool, str]] = [
        ("date", not facts.filled and is_day, "so the label says; no value was seen"),
        ("date", facts.share("date") >= enough, "day first, or ISO"),
        ("timestamp", facts.share("time") + facts.share("date") >= enough, "day and time"),
        ("date", is_day and facts.share("serial") + facts.share("date") >= MOST, "serial numbers of a spreadsheet"),
        ("boolean", facts.share("boolean") == 1 and facts.distinct <= 2, "two words"),
        ("integer", facts.share("integer") >= MOST and not _is_text(guess, facts), "whole numbers"),
        ("number", facts.share("number") >= MOST and not _is_text(guess, facts), "numbers"),
    ]
    chosen = next(((t, why) for t, holds, why in forms if holds), None)
    if chosen:
        guess.logical_type = chosen[0]
        guess.reasons.append(f"{chosen[0]}: {chosen[1]}")
    elif facts.share("number") >= MOST:
        guess.reasons.append("string: digits of a code, which keeps its leading zeros")


def _is_text(guess: Guess, facts: _Facts) -> bool:
    """Whether digits are a code: leading zeros, one length, or the label; a short “số …” that repeats is a count."""
    if facts.forms["leading_zero"] or facts.share("phone") >= MANY or guess.role is not None:
        return True
    if facts.filled > 1 and facts.longest == facts.shortest >= CODE_LENGTH:
        return True
    counts = facts.longest < CODE_LENGTH and facts.distinct < MOST * facts.filled
    return names.is_code(guess.seen.label) and (names.names_records(guess.seen.label) or not counts)


def _guess_commune(guesses: list[Guess], facts: dict[int, _Facts]) -> None:
    def share(guess: Guess) -> float:
        return facts[guess.position].share("commune")

    found = [
        g for g in guesses if not g.role and share(g) >= (MANY if names.says(g.seen.label, names.COMMUNE) else MOST)
    ]
    found.sort(key=lambda g: not names.says(g.seen.label, names.COMMUNE))
    for guess in found:
        guess.logical_type = "string"
        guess.reasons = [r for r in guess.reasons if not r.startswith(("integer", "string", "number"))]
        guess.reasons.append("values are codes of communes")
    for guess in found[:1]:
        guess.role = "commune_code"


def _guess_key(
    connection: duckdb.DuckDBPyConnection, look: Look, guesses: list[Guess], facts: dict[int, _Facts]
) -> None:
    rows = max((f.rows for f in facts.values()), default=0)
    nearly = rows - max(1, int(REPEATED * rows))
    usable = [
        g for g in guesses
        if facts[g.position].filled >= nearly > 0
        and facts[g.position].share("code") >= MOST and g.logical_type in ("string", "integer", "date")
    ]  # fmt: skip
    usable.sort(key=lambda g: (not names.is_code(g.seen.label), g.logical_type == "date", g.position))
    strong = [(g,) for g in usable if not g.personal and not g.role and names.names_records(g.seen.label)]
    coded = [(g,) for g in usable if not g.personal and not g.role and names.is_code(g.seen.label)]
    other = [(g,) for g in usable if not g.personal and not g.role and g.logical_type == "string"]
    people = [(g,) for g in usable if g.personal and g.logical_type == "string"]
    pairs = combinations([g for g in usable if not g.personal][:KEY_CANDIDATES], 2)
    coded_pairs = [pair for pair in pairs if any(names.is_code(g.seen.label) for g in pair)]
    tiers: list[tuple[Sequence[tuple[Guess, ...]], int]] = [
        (strong, rows), (strong, nearly), (coded, rows), (coded, nearly), (other, rows),
        (coded_pairs, rows), (coded_pairs, nearly), (people, rows),
    ]  # fmt: skip
    for candidates, enough in tiers:
        for candidate in candidates:
            if _distinct(connection, candidate) >= enough > 0:
                _name_key(connection, look, candidate)
                return


def _distinct(connection: duckdb.DuckDBPyConnection, guesses: tuple[Guess, ...]) -> int:
    columns = ", ".join(f"c{g.position}" for g in guesses)
    return int(connection.execute(f"select count(*) from (select distinct {columns} from data)").fetchall()[0][0])


def _name_key(connection: duckdb.DuckDBPyConnection, look: Look, guesses: tuple[Guess, ...]) -> None:
    columns = ", ".join(f"c{g.position}" for g in guesses)
    relation, where = "data", "looked at"
    if look.whole and look.whole != "sample" and look.rows is not None and look.rows <= COUNTED_ROWS:
        relation, where = look.whole, "of the table"
    rows, distinct = connection.execute(
        f"select count(*), count(distinct ({columns})) from {relation} as whole"
    ).fetchall()[0]
    for guess in guesses:
        guess.key = True
        guess.reasons.append(f"key: {distinct:,} different values in the {rows:,} rows {where}")


def _load_communes(connection: duckdb.DuckDBPyConnection) -> None:
    """Codes of communes before and after the reform of 01/7/2025."""
    load_extension(connection, "sqlite_scanner")
    file = str(package_file("dataset.db")).replace("'", "''")
    connection.execute(
        f"""
        create or replace temporary table communes as
        select wardCode as code from sqlite_scan('{file}', 'admin_units')
        union select wardCode from sqlite_scan('{file}', 'admin_units_legacy') where wardCode is not null
        """
    )
