"""Form 06 as rows: 06a by level, unit and field; 06b by level and field; with what each sums up to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from warehouse.errors import BooksError
from warehouse.reports.scope import Scope, within
from warehouse.settlement_form import COLUMNS

FormKind = Literal["06a", "06b"]
RowKind = Literal["level", "unit", "field", "total"]
# columns 3 to 13 of the form
FIGURES = tuple(COLUMNS)
LEVELS = {
    "province": "Sở, ban, ngành",
    "district": "Cấp huyện",
    "commune": "Cấp xã",
    "unknown": "Chưa rõ cấp",
}
ROMAN = ("I", "II", "III", "IV")
GROUPS: dict[FormKind, tuple[str, ...]] = {
    "06a": ("level", "agency_code", "field_code"),
    "06b": ("level", "field_code"),
}
ROWS = """
    with figures as (
        select
            case when agencies.level in ('province', 'district', 'commune') then agencies.level else 'unknown' end
                as level,
            settlement.agency_code,
            coalesce(
                agencies.agency_name,
                case when settlement.agency_code = 'khong_ro' then 'Chưa rõ cơ quan' else settlement.agency_code end
            ) as agency_name,
            settlement.field_code,
            coalesce(
                fields.field_name,
                case when settlement.field_code = 'khong_ro' then 'Chưa rõ lĩnh vực' else settlement.field_code end
            ) as field_name,
            {figures}
        from metrics.settlement as settlement
        left join shared.agencies as agencies on settlement.agency_code = agencies.agency_code
        left join staging.int_fields as fields on settlement.field_code = fields.field_code
        where
            settlement.period_type = $period_type
            and settlement.period_start = $period_start
            and settlement.period_end = $period_end
            and settlement.variant = $variant
            and {within}
    )
    select
        {keys},
        any_value(agency_name) as agency_name,
        any_value(field_name) as field_name,
        {sums}
    from figures
    group by grouping sets ({sets})
"""


@dataclass(frozen=True)
class FormRow:
    """One printed row: what it is, its number (column 1), label (column 2), code, and columns 3 to 13."""

    kind: RowKind
    number: str
    label: str
    code: str
    figures: tuple[int, ...]


@dataclass(frozen=True)
class Form:
    """A form as it is printed; the last row is the total."""

    kind: FormKind
    scope: Scope
    rows: tuple[FormRow, ...]

    @property
    def total(self) -> FormRow:
        """The last row."""
        return self.rows[-1]


def read_form(connection: duckdb.DuckDBPyConnection, scope: Scope, kind: FormKind) -> Form:
    """Read a form from `metrics.settlement`; sums are made by the database.

    A province with districts has a row for their level even when it is empty. Raises BooksError when an identity of
    the form does not hold or the parts do not give the sum.
    """
    groups = GROUPS[kind]
    found = connection.execute(_sql(groups), scope.keys)
    names = [name for name, *_ in found.description]
    facts = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    by_depth: dict[int, list[dict[str, Any]]] = {depth: [] for depth in range(len(groups) + 1)}
    for fact in facts:
        by_depth[sum(fact[group] is not None for group in groups)].append(fact)
    rows: list[FormRow] = []
    levels = {fact["level"]: fact for fact in by_depth[1]}
    for place, level in enumerate(_levels_shown(scope, levels)):
        rows.append(FormRow("level", ROMAN[place], LEVELS[level], level, _figures(levels.get(level))))
        if kind == "06a":
            rows += _units(level, by_depth[2], by_depth[3])
        else:
            rows += _fields("", (fact for fact in by_depth[2] if fact["level"] == level))
    rows.append(FormRow("total", "", "Tổng cộng", "", _figures(by_depth[0][0] if by_depth[0] else None)))
    check_rows(rows)
    return Form(kind, scope, tuple(rows))


def check_rows(rows: Sequence[FormRow]) -> None:
    """Raise BooksError unless 3 = 4 + 5 + 6 = 7 + 11, 7 = 8 + 9 + 10, 11 = 12 + 13 on each row, and parts give sums."""
    for row in rows:
        received, online, direct, carried, settled, early, on_time, late, pending, in_time, overdue = row.figures
        holds = (
            received == online + direct + carried == settled + pending
            and settled == early + on_time + late
            and pending == in_time + overdue
        )
        if not holds:
            raise _unbalanced("3 = 4 + 5 + 6, 7 = 8 + 9 + 10, 11 = 12 + 13, 3 = 7 + 11", str(row.figures), row.label)
    _check_parts(rows, "total", "level", rows[-1])
    for place, row in enumerate(rows):
        if row.kind in ("level", "unit"):
            inner: RowKind = "unit" if rows[place + 1].kind == "unit" and row.kind == "level" else "field"
            ends = ("level", "total") if row.kind == "level" else ("unit", "level", "total")
            last = next(i for i in range(place + 1, len(rows)) if rows[i].kind in ends)
            _check_parts(rows[place + 1 : last], row.kind, inner, row)


def _check_parts(rows: Iterable[FormRow], outer: str, inner: RowKind, whole: FormRow) -> None:
    parts = [row.figures for row in rows if row.kind == inner]
    summed = tuple(map(sum, zip(*parts, strict=True))) if parts else (0,) * len(FIGURES)
    if summed != whole.figures:
        raise _unbalanced(f"{outer} {whole.figures}, as its parts", str(summed), whole.label)


def _unbalanced(wanted: str, found: str, label: str) -> BooksError:
    return BooksError(
        wanted=wanted,
        found=found,
        where=f"Form 06, row {label}",
        action="Nothing is printed. Build the store again; its tests name what is wrong with metrics.settlement.",
    )


def _sql(groups: tuple[str, ...]) -> str:
    sets = [groups[:depth] for depth in range(len(groups) + 1)]
    return ROWS.format(
        figures=", ".join(f"settlement.{name}" for name in FIGURES),
        keys=", ".join(groups),
        sums=", ".join(f"cast(sum({name}) as bigint) as {name}" for name in FIGURES),
        within=within("settlement.agency_code"),
        sets=", ".join(f"({', '.join(one)})" for one in sets),
    )


def _levels_shown(scope: Scope, levels: dict[str, Any]) -> list[str]:
    expected = set()
    if scope.agency_code is None:
        expected = {"province", "commune"} | ({"district"} if scope.has_districts else set())
    return [level for level in LEVELS if level in levels or level in expected]


def _units(level: str, units: list[dict[str, Any]], fields: list[dict[str, Any]]) -> list[FormRow]:
    below: dict[str, list[dict[str, Any]]] = {}
    for fact in fields:
        below.setdefault(fact["agency_code"], []).append(fact)
    rows = []
    shown = sorted((fact for fact in units if fact["level"] == level), key=lambda fact: code_order(fact["agency_code"]))
    for number, fact in enumerate(shown, start=1):
        code = fact["agency_code"]
        rows.append(FormRow("unit", str(number), fact["agency_name"], code, _figures(fact)))
        rows += _fields(f"{number}.", (one for one in below[code] if one["level"] == level))
    return rows


def _fields(prefix: str, fields: Iterable[dict[str, Any]]) -> list[FormRow]:
    shown = sorted(fields, key=lambda fact: (fact["field_code"] == "khong_ro", code_order(fact["field_code"])))
    return [
        FormRow("field", f"{prefix}{number}", fact["field_name"], fact["field_code"], _figures(fact))
        for number, fact in enumerate(shown, start=1)
    ]


def code_order(code: str) -> tuple[tuple[bool, int, str], ...]:
    """Sorts codes as people do: H17.2 before H17.101, 3 before 3b before 4; words after numbers."""
    parts = (part for part in re.split(r"(\d+)", code) if part)
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)


def _figures(fact: dict[str, Any] | None) -> tuple[int, ...]:
    return tuple(int(fact[name] or 0) if fact else 0 for name in FIGURES)
