"""A frozen month a year later: the same bytes, and exactly the changed dossiers listed."""

from __future__ import annotations

import datetime as dt
import random
import shutil

import duckdb
import pytest

from tests.frozen_home import AFTER, BEFORE, FROZEN, OCTOBER, REASONS, rows
from tests.settlement_reference import as_system as columns_of
from warehouse.chain import chain_file, chain_head
from warehouse.errors import FreezeError
from warehouse.freezes import freeze, read_freeze
from warehouse.periods import parse_period
from warehouse.settings import Settings
from warehouse.verify import verify

pytestmark = pytest.mark.slow


def counted(dossier, start, end):
    """What Form 06 of a period says of a dossier, by the predicates of the form."""
    found = columns_of(dossier, start, end) if dossier else set()
    return (frozenset(found), dossier["agency"], dossier["field"]) if found else None


def test_a_frozen_period_is_the_same_to_the_byte_a_year_later(told):
    settings = told["settings"]
    for period in FROZEN:
        again = freeze(settings, parse_period(period))
        assert not again.created
        assert again.differences == ()
        target = settings.home / "fresh.csv"
        duckdb.connect(str(settings.warehouse), read_only=True).execute(
            f"copy (select * from metrics.settlement where period_type = '{again.period.period_type}'"
            f" and period_start = date '{again.period.start}' order by all)"
            f" to '{target}' (format csv, header)"
        )
        assert target.read_bytes() == told["bytes"][again.folder / "settlement.csv"]
    assert {path: path.read_bytes() for path in settings.freezes.glob("2*/*")} == told["bytes"]
    # the month before, which nobody froze, did change
    august = rows(settings, "select * from metrics.settlement where period_start = date '2026-08-01' order by all")
    assert august != told["august"]


@pytest.mark.parametrize("period", FROZEN)
def test_the_restatement_lists_exactly_the_changed_dossiers_with_the_reason(told, period):
    wanted = parse_period(period)
    expected = {
        code: REASONS[told["kinds"][code]]
        for code in told["after"]
        if counted(told["before"].get(code), wanted.start, wanted.end)
        != counted(told["after"][code], wanted.start, wanted.end)
    }
    assert len(expected) > 50
    assert set(expected.values()) >= set(REASONS.values())
    found = rows(
        told["settings"],
        "select upper(dossier_code), reason from metrics.settlement_restatements"
        f" where period = '{period}' and variant = 'as_system'",
    )
    assert len(found) == len(dict(found))
    assert dict(found) == expected


@pytest.mark.parametrize("variant", ["as_system", "strict"])
@pytest.mark.parametrize("period", FROZEN)
def test_each_variant_restates_what_is_placed_otherwise_than_in_the_frozen_file(told, period, variant):
    settings, wanted = told["settings"], parse_period(period)
    columns = "dossier_code, agency_code, field_code, column_in, column_out"
    file = settings.freezes / period / "settlement_dossiers.parquet"
    frozen = set(rows(settings, f"select {columns} from '{file}' where variant = '{variant}'"))
    placed = f"{wanted.condition} and variant = '{variant}'"
    computed = set(rows(settings, f"select {columns} from staging.int_settlement_placements where {placed}"))
    expected = {code for code, *_ in frozen ^ computed}
    found = rows(
        settings,
        f"select dossier_code from metrics.settlement_restatements where period = '{period}' and variant = '{variant}'",
    )
    assert len(found) == len(set(found))
    assert {code for (code,) in found} == expected
    # nobody is restated whose row said the same in both exports
    same = {code for code in told["before"] if told["before"][code] == told["after"].get(code)}
    assert len(expected) > 20 and len(same) > 50
    assert not {code.upper() for code in expected} & {code.upper() for code in same}


def test_a_restatement_says_old_and_new_and_which_batch_brought_it(told):
    settings = told["settings"]
    [(first,), (second,)] = rows(settings, "select batch_id from ops.batches order by batch_id")
    assert rows(
        settings, "select distinct batch_id from metrics.settlement_restatements where variant = 'as_system'"
    ) == [(second,)]
    assert first < second
    assert rows(
        settings,
        "select count(*) from metrics.settlement_restatements where"
        " (reason in ('deleted_since', 'vanished_since') and (column_out_new is not null or column_out_old is null))"
        " or (reason = 'entered_later' and (column_out_old is not null or column_out_new is null))"
        " or (reason = 'agency_changed' and agency_code_old = agency_code_new)"
        " or sentence is null",
    ) == [(0,)]


def test_the_books_balance_with_frozen_periods(told):
    settings = told["settings"]
    assert rows(settings, "select count(*) from ops.row_accounting where missing <> 0") == [(0,)]
    late = {
        code
        for code, dossier in told["after"].items()
        if dossier and told["kinds"][code] == "new" and code not in told["before"]
        and dossier["received"] >= dt.datetime(2026, 9, 1)
        and dossier["finished"] < dt.datetime(2026, 11, 1)
    }  # fmt: skip
    found = dict(rows(settings, "select reason, sum(row_count) from ops.uncounted_rows group by reason"))
    never = [
        code
        for code, dossier in told["after"].items()
        if dossier
        and code not in late
        and not counted(told["before"].get(code), *OCTOBER)
        and not counted(told["before"].get(code), dt.date(2026, 9, 1), dt.date(2026, 9, 30))
        and counted(dossier, dt.date(2026, 9, 1), OCTOBER[1])
        and not counted(dossier, dt.date(2000, 1, 1), dt.date(2026, 8, 31))
        and not counted(dossier, dt.date(2026, 11, 1), AFTER)
    ]
    assert found["entered_after_freeze"] == len(late) + len(never) > 40


def test_the_open_table_publishes_the_frozen_figures(told):
    found = rows(told["settings"], "select * from open_data.settlement_results where period = '2026-10' order by all")
    assert found == told["open"] != []


def test_a_freeze_says_what_it_rests_on(told):
    settings = told["settings"]
    [batch] = told["frozen"]["2026-10"].document["inputs"]
    assert batch["source_file"] == "list.csv"
    assert batch["dossiers"] == told["frozen"]["2026-10"].document["dossier_count"] > 100
    assert len(batch["content_hash"]) == len(batch["sealed_hash"]) == 64
    noted = read_freeze(settings, parse_period("2026-10"))
    assert noted == told["frozen"]["2026-10"].document
    found = rows(
        settings,
        "select period, frozen_by, as_of, figures_hash, inputs_hash, model_version, chain_hash"
        " from metrics.period_freezes where period = '2026-10'",
    )
    names = ("figures_hash", "inputs_hash", "model_version", "chain_head")
    assert found == [("2026-10", "chị An", BEFORE, *(noted[name] for name in names))]


def test_what_is_not_over_or_not_whole_is_not_frozen(told, tmp_path):
    settings = told["settings"]
    for period, said in (
        ("2027-11", "it ends on 2027-11-30"),
        ("2027", "it ends on 2027-12-31"),
        ("2026-10-01..2026-10-15", "no figures"),
        ("2025-01", "no figures"),
    ):
        with pytest.raises(FreezeError) as refused:
            freeze(settings, parse_period(period))
        assert refused.value.found == said
    later = Settings(home=settings.home, contracts=settings.contracts, as_of=dt.date(2027, 12, 31))
    with pytest.raises(FreezeError, match="figures for 2027-11-02"):
        freeze(later, parse_period("2027-11"))
    leaking = Settings(home=tmp_path / "home", as_of=AFTER)
    shutil.copytree(settings.home, leaking.home)
    with duckdb.connect(str(leaking.warehouse)) as connection:
        connection.execute(
            "delete from metrics.settlement where period_start = date '2026-08-01' and total_received = 1"
        )
        connection.execute("update ops.row_accounting set missing = 1 where layer = 'metrics'")
    with pytest.raises(FreezeError, match="2 that do not"):
        freeze(leaking, parse_period("2026-08"))
    assert not (leaking.freezes / "2026-08").exists()


def test_figures_that_are_other_than_frozen_are_named(told, tmp_path):
    settings = Settings(home=tmp_path / "home", as_of=AFTER)
    shutil.copytree(told["settings"].home, settings.home)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update metrics.settlement set settled_late = settled_late + 1"
            " where period_start = date '2026-10-01' and period_type = 'month' and agency_code = 'Sở A'"
            " and field_code = (select min(field_code) from metrics.settlement) and variant = 'as_system'"
        )
    found = freeze(settings, parse_period("2026-10"))
    assert [line.split(": ")[0] for line in found.differences] == ["settlement, frozen", "settlement, now"]
    assert all("Sở A" in line for line in found.differences)
    frozen_file = settings.freezes / "2026-10" / "settlement.csv"
    frozen_file.write_bytes(frozen_file.read_bytes().replace(b"S", b"s", 1))
    with pytest.raises(FreezeError, match=r"settlement\.csv changed or gone"):
        freeze(settings, parse_period("2026-10"))


def test_one_changed_byte_of_any_file_of_the_home_is_named(told):
    settings = told["settings"]
    assert verify(settings).is_whole
    assert verify(settings, head=told["frozen"]["2026-10"].document["chain_head"]).is_whole
    assert verify(settings).head == chain_head(settings)
    rng = random.Random(1)
    batches = sorted(settings.landing.glob("*/*/2*/*"))
    freezes = sorted(settings.freezes.glob("2*/*"))
    assert len(batches) >= 5
    # five of every frozen period, and two of every table that is frozen as rows
    assert len(freezes) == 3 * (5 + 2 * 3)
    for path in [*batches, *freezes, chain_file(settings)]:
        whole = path.read_bytes()
        for position in rng.sample(range(len(whole)), 3):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
            [first, *_] = verify(settings).findings
            if path == chain_file(settings):
                line = whole[:position].count(b"\n") + 1
                assert first.place.startswith(f"chain line {line} "), position
            else:
                assert first.place.endswith(f"{path.parent.name}, file {path.name}"), (path, position)
        path.write_bytes(whole)
    assert verify(settings).is_whole
