"""A data home with frozen periods, built again a year later from an export in which much has changed."""

from __future__ import annotations

import csv
import datetime as dt
import random

import duckdb

from ingestion.landing import land
from tests.contracts import write_contract
from tests.dbt_home import dbt_build
from tests.integration.test_form_06 import BUILDABLE, COLUMNS, TYPES, dossiers
from warehouse.chain import seal
from warehouse.contract_reader import load_contracts
from warehouse.freezes import freeze
from warehouse.periods import parse_period
from warehouse.settings import Settings

BEFORE, AFTER = dt.date(2026, 11, 2), dt.date(2027, 11, 2)
FROZEN = ("2026-09", "2026-10", "2026-Q3")
OCTOBER = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
AGENCIES = ("Sở A", "Sở B", "Sở C")
FIELDS = ("Hộ tịch", "Lao động")
REASONS = {
    "status": "status_changed",
    "due": "due_changed",
    "finished": "end_changed",
    "received": "received_changed",
    "channel": "channel_changed",
    "agency": "agency_changed",
    "field": "field_changed",
    "deleted": "deleted_since",
    "gone": "vanished_since",
    "new": "entered_later",
}
BUILT = (
    "--exclude-resource-type", "unit_test", "--select",
    "+path:models/metrics", "+path:models/open_data/settlement_results.sql", "+row_accounting", "+uncounted_rows",
    *BUILDABLE,
)  # fmt: skip


def some_dossiers(rng):
    for dossier in dossiers(500, rng):
        yield dossier | {"agency": rng.choice(AGENCIES), "field": rng.choice(FIELDS)}


def changed(dossier, kind, rng):
    """The dossier with one thing changed, or None when it is gone."""
    later = dossier | {kind: ""} if kind in dossier else dict(dossier)

    def moved(name, days):
        return dossier[name] + dt.timedelta(days=days) if dossier[name] else dt.datetime(2026, 10, 15, 9)

    match kind:
        case "status":
            later["status"] = rng.choice([s for s in (2, 3, 4, 8, 9, 10) if s != dossier["status"]])
        case "due" | "finished":
            later[kind] = moved(kind, rng.choice((-20, -5, 5, 20)))
        case "received":
            later["received"] = moved("received", rng.choice((-35, 35)))
        case "channel":
            later["channel"] = 1 if dossier["channel"] == 2 else 2
        case "agency":
            later["agency"] = rng.choice([a for a in AGENCIES if a != dossier["agency"]])
        case "field":
            later["field"] = next(f for f in FIELDS if f != dossier["field"])
        case "deleted":
            later["deleted"] = dt.datetime(2027, 1, 5, 9)
        case "gone":
            return None
    return later


def write_list(settings, rows):
    with (settings.home / "list.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*COLUMNS, "agency", "field"])
        writer.writeheader()
        writer.writerows(rows)


def run(settings):
    """What a run does up to the books: land, seal, build."""
    contracts = load_contracts(settings.contracts, settings.province, settings.environment, {})
    assert not contracts.errors
    for contract in contracts.contracts:
        attempt = land(settings, contract)
        assert not attempt.held, attempt.held
        assert attempt.state == "landed", attempt.message
    seal(settings)
    dbt_build(settings, contracts, *BUILT)


def rows(settings, query):
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def frozen_home(home):
    """A home frozen in 2026 and built again in 2027 after an export in which much has changed."""
    rng = random.Random(72)
    settings = Settings(home=home, contracts=home / "contracts", as_of=BEFORE)
    settings.contracts.mkdir()
    write_contract(
        settings.contracts,
        columns=TYPES | {"receiving_agency_raw": "agency", "field_name": "field"},
        keys=("dossier_code",),
        dataset="list",
        server={"server": "file", "type": "local", "format": "csv", "path": str(home / "list.csv")},
        entity="dossiers",
    )
    before = {d["code"]: d for d in some_dossiers(rng)}
    write_list(settings, before.values())
    run(settings)
    frozen = {period: freeze(settings, parse_period(period), "chị An") for period in FROZEN}
    bytes_of = {path: path.read_bytes() for path in settings.freezes.glob("2*/*")}
    open_before = rows(settings, "select * from open_data.settlement_results where period = '2026-10' order by all")
    august = rows(settings, "select * from metrics.settlement where period_start = date '2026-08-01' order by all")

    kinds = {code: rng.choice([*REASONS, None, None]) for code in before}
    after = {
        code: changed(dossier, kinds[code], rng) if kinds[code] not in (None, "new") else dossier
        for code, dossier in before.items()
    }
    for number in range(60):
        received = dt.datetime(2026, 9, 1, 8) + dt.timedelta(days=number)
        new = {
            "code": f"H17.9-{number:04}", "channel": 2, "status": 10, "received": received, "paused": "", "deleted": "",
            "due": received + dt.timedelta(days=5), "finished": received + dt.timedelta(days=number % 9),
            "agency": "Sở A", "field": "Hộ tịch",
        }  # fmt: skip
        after[new["code"]], kinds[new["code"]] = new, "new"
    later = Settings(home=home, contracts=home / "contracts", as_of=AFTER)
    assert later.day == AFTER
    write_list(later, [dossier for dossier in after.values() if dossier])
    run(later)
    return {
        "before": before, "after": after, "kinds": kinds, "settings": later, "frozen": frozen, "bytes": bytes_of,
        "open": open_before, "august": august,
    }  # fmt: skip
