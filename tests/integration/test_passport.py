"""The passport of a figure says what the table says, whichever figure is asked for."""

from __future__ import annotations

import json
import random

import duckdb
import pytest

from tests.kho import kho
from warehouse.chain import chain_head, read_chain
from warehouse.errors import PassportError
from warehouse.passport import Asked, passport
from warehouse.periods import parse_period

pytestmark = pytest.mark.slow

CELLS = 50
FORM = {
    3: "total_received", 4: "received_online", 5: "received_direct_or_post", 6: "carried_over", 7: "total_settled",
    8: "settled_early", 9: "settled_on_time", 10: "settled_late", 11: "total_pending", 12: "pending_in_time",
    13: "pending_late",
}  # fmt: skip
CODES = {"month": "%Y-%m", "year": "%Y"}


@pytest.fixture(scope="module")
def settings(told):
    return told["settings"]


def period_code(period_type, start):
    quarter = (start.month + 2) // 3
    forms = {"quarter": f"{start.year}-Q{quarter}", "half_year": f"{start.year}-H{1 if quarter < 3 else 2}"}
    return forms.get(period_type) or start.strftime(CODES[period_type])


def cells(settings, table):
    query = f"select * from metrics.{table} where period_type <> 'range' order by all"
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        found = connection.execute(query)
        names = [name for name, *_ in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("table", ["settlement", "settlement_rollups"])
def test_the_figure_that_is_explained_is_the_cell_of_the_table(settings, table):
    rng = random.Random(table)
    # column 3 is never nothing: half of the cells count somebody
    for cell in rng.sample(cells(settings, table), CELLS):
        number, name = rng.choice([(3, FORM[3]), rng.choice(list(FORM.items()))])
        code = period_code(cell["period_type"], cell["period_start"])
        asked = Asked(
            f"metrics.{table}", cell["agency_code"], parse_period(code), number, cell["field_code"], cell["variant"]
        )
        found = passport(settings, asked)
        assert found.value == len(found.dossiers) == cell[name], asked
        assert found.column == name
        assert {one.batch_id for one in found.dossiers} == {batch.batch_id for batch in found.batches}
        assert sum(batch.dossiers for batch in found.batches) == found.value
        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            assert connection.execute(found.figure_sql).fetchall() == [(found.value,)]
            assert len(connection.execute(found.dossiers_sql).fetchall()) == found.value


def test_all_fields_and_all_beneath_are_added_up(settings):
    october = parse_period("2026-10")
    everything = passport(settings, Asked("metrics.settlement", "H17", october, 3, with_beneath=True))
    total = sum(
        cell["total_received"]
        for cell in cells(settings, "settlement")
        if cell["period_type"] == "month" and cell["period_start"] == october.start and cell["variant"] == "as_system"
    )
    assert everything.value == total > 100
    assert everything.value == passport(settings, Asked("metrics.settlement_rollups", "H17", october, 3)).value
    own = [
        passport(settings, Asked("metrics.settlement", agency, october, 3)).value for agency in ("Sở A", "Sở B", "Sở C")
    ]
    assert sum(own) == total


def test_a_frozen_figure_says_so_and_names_its_hashes(settings):
    frozen = passport(settings, Asked("metrics.settlement", "Sở A", parse_period("2026-10"), 3))
    noted = json.loads((settings.freezes / "2026-10" / "freeze.json").read_bytes())
    assert frozen.freeze["figures_hash"] == noted["figures_hash"]
    assert frozen.freeze["files"] == noted["files"]
    assert frozen.chain_head == chain_head(settings)
    first = next(entry for entry in read_chain(settings) if entry.kind == "batch")
    assert [batch.sealed_hash for batch in frozen.batches] == [first.content_hash]
    assert frozen.definition
    assert frozen.definition != frozen.title
    assert "int_settlement_dossiers" in frozen.model_sql["metrics.settlement"]
    assert {"staging.int_settlement_dossiers", "staging.int_settlement_placements"} <= set(frozen.model_sql)
    assert "{{" not in frozen.model_sql["metrics.settlement"]
    still_open = passport(settings, Asked("metrics.settlement", "Sở A", parse_period("2026-08"), 3))
    assert still_open.freeze is None
    assert still_open.batches[0].batch_id != frozen.batches[0].batch_id


def test_a_strict_figure_has_a_definition_of_its_own(settings):
    october = parse_period("2026-10")
    both = [
        passport(settings, Asked("metrics.settlement", "Sở A", october, 10, None, v)) for v in ("as_system", "strict")
    ]
    assert both[0].definition != both[1].definition


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        (Asked("metrics.settlements", "Sở A", parse_period("2026-10"), 10), "metrics.settlement"),
        (Asked("metrics.settlement", "Sở AA", parse_period("2026-10"), 10), "Sở A"),
        (Asked("metrics.settlement", "Sở A", parse_period("2025-10"), 10), "2026-10"),
        (Asked("metrics.settlement", "Sở A", parse_period("2026-10"), 2), "12"),
        (Asked("metrics.settlement", "Sở A", parse_period("2026-10"), 10, "ten:laodon"), "ten:laodong"),
        (Asked("metrics.settlement", "Sở A", parse_period("2026-10"), 10, None, "stric"), "strict"),
    ],
)
def test_what_the_figures_do_not_have_is_answered_with_what_is_near(settings, asked, near):
    with pytest.raises(PassportError) as refused:
        passport(settings, asked)
    assert near in refused.value.action


def test_the_command_prints_a_passport(settings):
    options = ("--period", "2026-10", "--column", "3", "--agency", "H17", "--rollup")
    shown = kho(settings.home, "explain", "metrics.settlement", *options)
    assert shown.code == 0, shown.output
    for words in ("Hộ chiếu số liệu", "Cột 3", "Tháng 10/2026", "đã chốt", "chị An", "Hồ sơ được tính"):
        assert words in shown.output
    told_json = json.loads(kho(settings.home, "explain", "metrics.settlement", *options, "--json").output)
    assert told_json["value"] == len(told_json["dossiers"]) > 20
    wrong = kho(settings.home, "explain", "metrics.settlement", "--period", "2019-10", *options[2:])
    assert wrong.code == 1
    assert "Near it: " in wrong.output
    assert len([line for line in shown.output.splitlines() if "H17.1-" in line]) == 20
