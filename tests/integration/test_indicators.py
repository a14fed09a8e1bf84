"""All indicators of random dossiers, ratings and publications, against counting them one by one in plain Python."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest

from tests.counted_indicators import (
    AGENCIES,
    AS_OF,
    COLUMNS,
    COMMUNES,
    HANDED_OVER,
    LIMITS,
    PROCEDURES,
    counted,
    periods,
    working_days,
)
from tests.model_sql import model_sql
from warehouse import assembly_indicators, engine_sql
from warehouse.assembly import _renderer
from warehouse.profile import load_profile

PROVINCE = {"agency_prefix": "H1", "province_code": "99", "name": "Tỉnh"}
LEDGER = ("received_at", "finished_at", "status", "due_at")
DOSSIER = {
    "dossier_code": "varchar", "dataset": "varchar", "receiving_agency_code": "varchar", "commune_code": "varchar",
    "commune_code_current": "varchar", "procedure_code": "varchar", "procedure_code_raw": "varchar", "status": "bigint",
    "received_at": "timestamp", "due_at": "timestamp", "due_at_computed": "timestamp", "finished_at": "timestamp",
    "returned_at": "timestamp", "supplement_requested_at": "timestamp", "supplement_rounds": "bigint",
    "channel": "bigint", "service_level": "bigint", "fee_amount": "double", "online_payment": "boolean",
    "input_digitised": "boolean", "result_digitised": "boolean", "input_reused": "boolean",
    "input_from_national_store": "boolean", "population_data_used": "boolean", "is_synchronised": "boolean",
    "is_result_expected": "boolean", "has_result_file": "boolean", "deleted_at": "timestamp",
    "vanished_at": "timestamp",
}  # fmt: skip


def random_dossiers(some, count):
    def time(day):
        clock = dt.time() if some.random() < 0.2 else dt.time(some.randint(7, 16), some.choice((0, 30)))
        return dt.datetime.combine(day, clock)

    def maybe(value, share=0.85):
        return value if some.random() < share else None

    def soon(day, days):
        return day + dt.timedelta(some.randint(0, days))

    made = []
    for number in range(count):
        received = dt.date(2026, 4, 20) + dt.timedelta(some.randint(0, 200))
        ended = received + dt.timedelta(some.randint(-1, 40))
        flags = {name: maybe(some.random() < 0.6, 0.9) for name in COLUMNS[1:5] + COLUMNS[5:8]}
        procedure = some.choice([*PROCEDURES, "NEW.9", None])
        level = PROCEDURES.get(procedure or "", (None,))[0]
        made.append({
            **dict.fromkeys(DOSSIER),
            "dossier_code": f"d{number}", "dataset": some.choice(("whole", "whole", "ledger")),
            "receiving_agency_code": maybe(some.choice(list(AGENCIES))), "commune_code": "old",
            "commune_code_current": maybe(some.choice(COMMUNES)),
            "procedure_code": procedure if procedure in PROCEDURES else None, "procedure_code_raw": procedure,
            "status": maybe(some.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10, 10)), 0.95),
            "received_at": maybe(time(received), 0.97), "due_at": maybe(time(soon(received, 25))),
            "due_at_computed": maybe(time(soon(received, 25)), 0.6),
            "finished_at": maybe(time(ended), 0.8), "returned_at": maybe(time(soon(ended, 3)), 0.5),
            "supplement_requested_at": maybe(time(ended), 0.2),
            "supplement_rounds": maybe(some.choice((0, 0, 0, 1, 2)), 0.8),
            "channel": maybe(some.choice((1, 2, 3))), "service_level": maybe(level, 0.95),
            "fee_amount": maybe(float(some.choice((0, 0, 5_000, 20_000)))),
            **flags, "is_result_expected": some.random() < 0.8, "has_result_file": some.random() < 0.7,
            "deleted_at": maybe(time(ended), 0.02), "vanished_at": maybe(time(ended), 0.02),
        })  # fmt: skip
    return made


def random_ratings(some, count):
    return [
        (
            f"r{number}", some.choice([*AGENCIES, None]), some.choice([*COMMUNES, None]),
            dt.datetime(2026, 4, 20) + dt.timedelta(hours=some.randint(0, 24 * 200)), some.choice((1, 2, 3, None)),
        )
        for number in range(count)
    ]  # fmt: skip


def random_publications(some, count):
    """(procedure, decision, day, issuer, days to effect, published on, days to public, parts, agency)."""
    made = []
    for number in range(count):
        decided = dt.date(2026, 4, 20) + dt.timedelta(some.randint(0, 190))
        public = decided + dt.timedelta(some.randint(0, 20)) if some.random() < 0.8 else None
        after = None if public is None else working_days(public) - working_days(decided)
        made.append((
            some.choice(list(PROCEDURES)), f"{number:04}", decided, some.choice(("ministry", "province", None)),
            some.choice((None, *range(25))), public, after,
            some.choice((None, 5, 7, 7, 7)), some.choice([*AGENCIES, None]),
        ))  # fmt: skip
    return made


def store(dossiers, ratings, publications):
    """(indicator, kind, unit, period type, first day) -> (numerator, denominator, without source, value, reason)."""
    with duckdb.connect() as connection:
        connection.execute("set variable as_of = cast(? as date)", [AS_OF])
        fill(connection, "dossiers", DOSSIER, [tuple(d[name] for name in DOSSIER) for d in dossiers])
        periods_of = {"period_type": "varchar", "period_start": "date", "period_end": "date", "counted_until": "date"}
        fill(connection, "int_periods", periods_of, periods())
        agency = dict.fromkeys(("agency_code", "parent_code", "agency_name", "level"), "varchar")
        days = {"valid_from": "date", "valid_to": "date"}
        rows = [(code, above, f"Cơ quan {code}", "province", "1900-01-01", None) for code, above in AGENCIES.items()]
        fill(connection, "agencies", agency | days, rows)
        unit = dict.fromkeys(("code", "name", "level", "province_code"), "varchar")
        rows = [(code, f"Xã {code}", "commune", "99", "1900-01-01", None) for code in COMMUNES]
        fill(connection, "administrative_units", unit | days, rows)
        procedure = {"procedure_code": "varchar", "service_level": "bigint", "fee_amount": "double"}
        procedure |= {"has_financial_obligation": "boolean", **days, "is_in_published_catalogue": "boolean"}
        fill(connection, "procedures", procedure, [(code, *facts) for code, facts in PROCEDURES.items()])
        provided = [("whole", name) for name in COLUMNS] + [("ledger", name) for name in LEDGER]
        fill(connection, "int_source_columns", {"dataset": "varchar", "column_name": "varchar"}, provided)
        handed = {"procedure_code": "varchar", "to_level": "varchar", "effective_on": "date"}
        fill(connection, "decentralised_procedures", handed, HANDED_OVER)
        rating = dict.fromkeys(("rating_code", "agency_code", "commune_code_current"), "varchar")
        fill(connection, "satisfaction_ratings", rating | {"rated_at": "timestamp", "rating": "bigint"}, ratings)
        publication = {
            "procedure_code": "varchar", "decision_number": "varchar", "decision_date": "date", "issuer": "varchar",
            "days_before_effective": "bigint", "published_on": "date", "days_to_public": "bigint",
            "parts_published": "bigint", "agency_code": "varchar",
        }  # fmt: skip
        fill(connection, "procedure_publications", publication, publications)
        limit = {"issuer": "varchar", "days_before_effect": "bigint", "days_to_public": "bigint"}
        fill(connection, "publication_limits", limit, [(issuer, *days) for issuer, days in LIMITS.items()])
        every = [dt.date(2026, 1, 1) + dt.timedelta(n) for n in range(365)]
        fill(
            connection,
            "calendar_days",
            {"day": "date", "working_day_number": "bigint"},
            [(d, working_days(d)) for d in every],
        )
        build(connection, "int_agency_tree", "int_indicator_members", "int_indicator_units", "int_decentralised_spans")
        build(connection, "int_indicator_dossiers", "int_indicator_ratings", "int_indicator_procedures")
        build(connection, "int_indicator_publications")
        for name, text in written_models().items():
            connection.execute(f"create table {name} as {compiled(text)}")
        found = connection.execute(
            "select indicator, unit_kind, unit_code, period_type, period_start, numerator, denominator, without_source,"
            f" value, reason from ({model_sql('int_indicator_values', PROVINCE)})"
        ).fetchall()
    return {row[:5]: row[5:] for row in found}


def fill(connection, name, columns, rows):
    connection.execute(f"create table {name} ({', '.join(f'{n} {t}' for n, t in columns.items())})")
    if rows:
        connection.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", rows)


def build(connection, *names):
    for name in names:
        connection.execute(f"create table {name} as {model_sql(name, PROVINCE)}")


def compiled(text):
    """The SQL of a model's text, with every `ref` the table of that name."""
    environment, macros = engine_sql.project_macros(False)
    own = {"ref": str, "var": {"province": PROVINCE}.__getitem__}
    return environment.from_string(text, globals=own).render(macros | own)


def written_models():
    """The models that are written when a project is assembled."""
    render, of_bases = _renderer(), assembly_indicators.bases()
    needs = sorted({column for base in of_bases for column in base["needs"]})
    register = assembly_indicators.metric_register(load_profile("da_nang_2025"))
    columns = assembly_indicators.REGISTER_COLUMNS
    return {
        "int_indicator_counts": render("indicator_counts.sql.j2", bases=of_bases, needs=needs).decode(),
        "metric_register": render("metric_register.sql.j2", metrics=register, columns=columns).decode(),
    }


@pytest.mark.parametrize("seed", [5, 72, 766])
def test_every_indicator_of_every_unit_and_period_is_what_counting_one_by_one_gives(seed):
    some = random.Random(seed)
    given = random_dossiers(some, 900), random_ratings(some, 150), random_publications(some, 40)
    found, tally = store(*given), counted(*given)
    indicators = {key[0] for key in tally}
    assert len(indicators) == 22
    assert set(tally) <= set(found)
    differences = {
        key: (row, tally.get(key)) for key, row in found.items() if row != expected(tally.get(key, Counter()))
    }
    assert differences == {}
    # the random cases are not all nothing
    assert sum(counts["n"] > 0 for counts in tally.values()) > 2000
    assert len([key for key, row in found.items() if row[4] == "no_source"]) > 10


def expected(counts):
    part, whole, without = counts["n"], counts["of"], counts["without"]
    if whole:
        value = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return part, whole, without, float(value), None
    return 0, 0, without, None, "no_source" if without else "denominator_zero"


def test_the_province_is_the_sum_of_its_communes_and_of_what_is_in_none():
    some = random.Random(1)
    found = store(random_dossiers(some, 600), random_ratings(some, 100), [])
    sums = {"commune": Counter(), "province": Counter()}
    added = {i.metric for base in assembly_indicators.bases() if base["kind"] == "additive" for i in base["indicators"]}
    for (indicator, kind, _, *period), row in found.items():
        if indicator in added and kind in sums:
            sums[kind] += Counter({(indicator, *period, n): count for n, count in enumerate(row[:3])})
    assert sums["commune"] == sums["province"]
    assert len(sums["province"]) > 200
