"""Units by day and figures on the map of any day, on tables that dbt built; a next reform is rows of seeds."""

from __future__ import annotations

import datetime as dt
import shlex
import shutil
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import PROJECT
from tests.dbt_home import dbt_build
from tests.kho import kho
from tests.unit.test_docs import console
from warehouse import assembly
from warehouse.connections import connect_warehouse
from warehouse.contract_reader import load_contracts
from warehouse.engine_sql import macro_sql
from warehouse.errors import SourceError
from warehouse.restatement import Figures, restate
from warehouse.settings import Settings
from warehouse.units import find_unit

pytestmark = pytest.mark.slow

IN_2024, IN_2025, IN_2026, IN_2027 = (dt.date(year, 5, 1) for year in (2024, 2025, 2026, 2027))
GONE_IN_2025 = {"20338", "20383", "20602", "20672", "20761", "20822", "20830", "20863"}
MODELS = ("+path:models/staging/geography", "+administrative_unit_restatements")
# made up: Bàn Thạch is merged into Tam Kỳ, Trà Leng is divided and gives up its code
NEXT_STATES = """
20341,Phường,Tam Kỳ,commune,48,48,2027-01-01,made up
20935,Xã,Trà Leng Bắc,commune,48,48,2027-01-01,made up
20936,Xã,Trà Leng Nam,commune,48,48,2027-01-01,made up
"""
NEXT_CHANGES = """
20341,20341,merged_whole,2027-01-01,made up
20335,20341,merged_whole,2027-01-01,made up
20938,20935,split,2027-01-01,made up
20938,20936,split,2027-01-01,made up
"""
WEIGHTS = """
20296,20194,2025-07-01,4001,made up
20296,20197,2025-07-01,12000,made up
20938,20935,2027-01-01,2,made up
20938,20936,2027-01-01,1,made up
"""
# models that use the macros as any model may
PROBES = {
    "asked_units": """
        select '20335' as unit_code, 'Xã Trà Leng' as unit_name, date '2026-05-01' as on_day, '48' as within_code
    """,
    "units_by_code": "{{ unit_by_code(ref('asked_units')) }}",
    "units_by_name": "{{ unit_by_name(ref('asked_units')) }}",
    "restated_units": """
        with facts as (select unit_code, 'x' as kind, 3 as amount from {{ ref('asked_units') }})
        select * from ({{ restate('facts', 'unit_code', 'amount', "date '2024-05-01'", as_of(), by=['kind']) }})
    """,
}


def build(home: Path) -> Settings:
    (home / "contracts").mkdir()
    settings = Settings(home=home, contracts=home / "contracts", as_of=dt.date(2026, 11, 2))
    contracts = load_contracts(settings.contracts, settings.province, settings.environment, {})
    # test_models.py runs the unit tests
    dbt_build(settings, contracts, "--exclude-resource-type", "unit_test", "--select", *MODELS)
    return settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return build(tmp_path_factory.mktemp("units"))


@pytest.fixture(scope="module")
def next_settings(tmp_path_factory):
    """A store in which a further reform and some weights are known: only rows of seeds differ."""
    project = tmp_path_factory.mktemp("project") / "dbt_project"
    shutil.copytree(PROJECT / "dbt_project", project)
    for seed, rows in (("unit_states", NEXT_STATES), ("unit_changes", NEXT_CHANGES), ("unit_weights", WEIGHTS)):
        file = project / "seeds" / f"{seed}.csv"
        file.write_text(file.read_text(encoding="utf-8").rstrip("\n") + rows, encoding="utf-8")
    for model, query in PROBES.items():
        (project / "models" / "staging" / "geography" / f"{model}.sql").write_text(query, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "DBT_PROJECT", project)
        return build(tmp_path_factory.mktemp("next"))


@pytest.fixture(scope="module")
def store(settings):
    with connect_warehouse(settings.warehouse) as connection:
        yield connection


@pytest.fixture(scope="module")
def next_store(next_settings):
    with connect_warehouse(next_settings.warehouse) as connection:
        yield connection


def restated(store: duckdb.DuckDBPyConnection, facts: list[tuple[str | None, int]], on: dt.date, to: dt.date):
    """Rows (code, undetermined_code, reason, amount) of facts (code, amount) on the map of another day."""
    store.execute(
        """
        create or replace temp table facts as
        select unnest(cast($codes as varchar[])) as code, unnest(cast($amounts as bigint[])) as amount
        """,
        {"codes": [code for code, _ in facts], "amounts": [amount for _, amount in facts]},
    )
    query = macro_sql(
        "restate",
        "facts",
        "code",
        "amount",
        f"date '{on}'",
        f"date '{to}'",
        restatements="shared.administrative_unit_restatements",
    )
    return store.execute(f"select code, undetermined_code, reason, amount from ({query})").fetchall()


def codes(store: duckdb.DuckDBPyConnection, day: dt.date, provinces: tuple[str, ...] = ()) -> list[str]:
    query = f"""
        select code from shared.administrative_units where level = 'commune'
        and {macro_sql("is_valid_on", "administrative_units", "cast($day as date)")}
        and (len($provinces) = 0 or list_contains($provinces, province_code)) order by code
    """
    return [code for (code,) in store.execute(query, {"day": day, "provinces": list(provinces)}).fetchall()]


def total(rows):
    return sum(amount for *_, amount in rows)


# ---------- units


@pytest.mark.parametrize(
    ("day", "province", "districts", "communes"),
    [(IN_2024, "49", 18, 241), (IN_2025, "49", 17, 233), (IN_2026, "48", 0, 94), (IN_2024, "48", 8, 47)],
)
def test_each_generation_has_the_units_that_are_known_of_it(store, day, province, districts, communes):
    counted = dict(
        store.execute(
            f"""
            select level, count(*) from shared.administrative_units
            where province_code = $province
            and {macro_sql("is_valid_on", "administrative_units", "cast($day as date)")} group by level
            """,
            {"province": province, "day": day},
        ).fetchall()
    )
    assert counted == {"province": 1, "commune": communes} | ({"district": districts} if districts else {})


def test_ninety_three_of_the_new_codes_re_use_an_old_one(store):
    old, new = set(codes(store, IN_2024)), set(codes(store, IN_2026, ("48",)))
    assert (len(new), len(new & old)) == (94, 93)


def test_where_the_eight_communes_went_is_not_said(store):
    rows = store.execute(
        "select old_code, new_code, change from shared.administrative_unit_changes"
        " where effective_on = date '2025-01-01' and change not in ('moved', 'renamed', 'merged_whole')"
    ).fetchall()
    assert {old for old, *_ in rows} == GONE_IN_2025
    assert {(new, change) for _, new, change in rows} == {(None, "abolished")}


def test_the_other_changes_of_2025_are_two_names_and_five_districts(store):
    rows = store.execute(
        """
        select c.old_code, b.name, b.parent_code, a.name, a.parent_code
        from shared.administrative_unit_changes as c
        join shared.administrative_units as b on c.old_code = b.code and b.valid_to = date '2024-12-31'
        join shared.administrative_units as a on c.new_code = a.code and a.valid_from = date '2025-01-01'
        where c.change in ('moved', 'renamed') order by 1
        """
    ).fetchall()
    assert [row for row in rows if row[1] != row[3]] == [
        ("20758", "Xã Hiệp Hòa", "512", "Xã Quế Tân", "512"),
        ("20821", "Xã Bình Định Bắc", "513", "Xã Bình Định", "513"),
    ]
    moved = {code: (before, after) for code, _, before, _, after in rows if before != after}
    assert moved == dict.fromkeys(("20656", "20668", "20669", "20671", "20692"), ("519", "509"))


def test_the_map_of_da_nang_settled_by_hand_agrees_in_every_row(store, shared_data):
    [counted] = store.execute(
        """
        with settled as (
            select coalesce(old_commune_code, old_district_code) as old_code, new_commune_code as new_code
            from read_csv($1, all_varchar = true)
        ),
        changes as (
            select c.old_code, c.new_code from shared.administrative_unit_changes as c
            join shared.administrative_units as u on c.new_code = u.code and c.effective_on = u.valid_from
            where u.level = 'commune' and u.province_code = '48' and c.effective_on = date '2025-07-01'
        )
        select (select count(*) from settled), (select count(*) from changes),
            (select count(*) from settled join changes using (old_code, new_code))
        """,
        [str(shared_data / "dn_commune_map_2025.csv")],
    ).fetchall()
    assert counted == (282, 282, 282)


# ---------- lookups


@pytest.mark.parametrize(
    ("text", "day", "found"),
    [
        ("20335", IN_2024, ("20335", "Phường Tân Thạnh", "Thành phố Tam Kỳ", "Tỉnh Quảng Nam")),
        ("20335", IN_2026, ("20335", "Phường Bàn Thạch", "Thành phố Đà Nẵng", "Thành phố Đà Nẵng")),
        ("Xã Trà Leng", IN_2024, ("20935", "Xã Trà Leng", "Huyện Nam Trà My", "Tỉnh Quảng Nam")),
        ("Xã Trà Leng", IN_2026, ("20938", "Xã Trà Leng", "Thành phố Đà Nẵng", "Thành phố Đà Nẵng")),
        ("20671", IN_2024, ("20671", "Xã Quế Lộc", "Huyện Nông Sơn", "Tỉnh Quảng Nam")),
        ("20671", IN_2025, ("20671", "Xã Quế Lộc", "Huyện Quế Sơn", "Tỉnh Quảng Nam")),
    ],
)
def test_a_code_or_name_is_looked_up_with_its_day(settings, text, day, found):
    answer = find_unit(settings, text, day)
    assert (answer.status, [(u.code, u.name, u.parent, u.province) for u in answer.units]) == ("found", [found])


@pytest.mark.parametrize(
    ("text", "within", "found"),
    [
        ("xã  hoà liên", "48", ["20296 Xã Hòa Liên"]),
        ("Xa\u0303 Ch'o\u031bm", None, ["20437 Xã Ch'ơm"]),
        ("Ch’ơm", None, ["20437 Xã Ch'ơm"]),
        ("Axan", "49", ["20443 Xã A Xan"]),
        ("Thị trấn P Rao", None, ["20467 Thị Trấn Prao"]),
        ("TT. P Rao", None, ["20467 Thị Trấn Prao"]),
        ("Xã Za Hung", None, ["20491 Xã Zà Hung"]),
        ("Xã Mà Cooi", None, ["20494 Xã Mà Cooih"]),
        ("Xã Bha Lê", None, ["20458 Xã Bha Lêê"]),
        ("Thành phố Tam Kỳ", None, ["502 Thành phố Tam Kỳ"]),
    ],
)
def test_a_name_is_found_however_it_is_spelled(settings, text, within, found):
    answer = find_unit(settings, text, IN_2024, within)
    assert (answer.status, [f"{u.code} {u.name}" for u in answer.units]) == ("found", found)


@pytest.mark.parametrize(
    ("text", "day", "within", "status", "candidates"),
    [
        ("20338", IN_2026, None, "wrong_generation", ["Phường Phước Hòa"]),
        ("99999", IN_2026, None, "unknown", []),
        ("Xã Không Có", IN_2026, None, "unknown", []),
        ("Xã Tân Thạnh", IN_2024, "49", "other_type", ["Phường Tân Thạnh"]),
        # what the code of the name was and is
        ("Phường Bàn Thạch", IN_2024, "48", "wrong_generation", ["Phường Tân Thạnh", "Phường Bàn Thạch"]),
        ("  ", IN_2024, None, "missing", []),
    ],
)
def test_what_is_not_surely_a_unit_is_said_with_its_candidates(settings, text, day, within, status, candidates):
    answer = find_unit(settings, text, day, within)
    assert (answer.status, [u.name for u in answer.units]) == (status, candidates)


def test_a_name_that_several_units_have_is_ambiguous_and_its_province_decides(settings):
    anywhere = find_unit(settings, "Xã Bình Chánh", IN_2024)
    assert anywhere.status == "ambiguous"
    assert {"20830", "21052"} <= {unit.code for unit in anywhere.units}
    assert [unit.code for unit in find_unit(settings, "Xã Bình Chánh", IN_2024, "49").units] == ["20830"]


def test_marks_decide_between_names_that_only_marks_tell_apart(settings):
    """Trà Dơn and Trà Don lie in one district."""
    with_marks = {name: find_unit(settings, name, IN_2024, "516") for name in ("Xã Trà Dơn", "Xã Trà Don")}
    assert {name: [u.code for u in answer.units] for name, answer in with_marks.items()} == {
        "Xã Trà Dơn": ["20938"],
        "Xã Trà Don": ["20956"],
    }
    # TRA DON is neither: both fit equally well
    assert find_unit(settings, "xa tra đơn", IN_2024, "516").status == "ambiguous"


def test_every_old_name_of_da_nang_as_written_finds_its_unit(store, shared_data):
    """The 280 names of the map settled by hand, as their source writes them, within their district."""
    query = macro_sql("unit_by_name", "asked", names="staging.int_unit_names")
    store.execute(
        """
        create or replace temp table written as
        select regexp_replace(case when name_as_written_in_source = 'giữ nguyên' then old_commune_name
            else name_as_written_in_source end, ' [(].*$', '') as unit_name,
            old_commune_code as code, old_district_code as district
        from read_csv($1, all_varchar = true) where old_commune_code is not null
        """,
        [str(shared_data / "dn_commune_map_2025.csv")],
    )
    store.execute(
        f"""
        create or replace temp table asked as
        select {macro_sql("clean_text", "unit_name")} as unit_name, date '2025-05-01' as on_day,
            district as within_code, code from written
        """
    )
    wrong = store.execute(
        f"""
        select a.unit_name, a.within_code, f.status, f.candidates from asked as a
        left join ({query}) as f using (unit_name, on_day, within_code)
        where f.code is distinct from a.code
        """
    ).fetchall()
    assert wrong == []


# ---------- figures on another map


def test_a_divided_commune_goes_to_its_own_bucket_and_the_others_to_their_successor(store):
    rows = restated(store, [("20296", 10), ("20335", 5), ("20935", 2), ("20938", 3), ("20822", 7)], IN_2024, IN_2026)
    assert sorted(rows, key=str) == [
        ("20335", None, None, 5),
        ("20938", None, None, 5),
        (None, "20296", "split", 10),
        (None, "20822", "successor_unknown", 7),
    ]


def test_what_is_on_no_map_is_told_apart_and_kept(store):
    rows = restated(store, [("20338", 1), ("99999", 2), (None, 4)], IN_2026, IN_2024)
    assert sorted(rows, key=str) == [
        (None, "20338", "wrong_generation", 1),
        (None, "99999", "unknown", 2),
        (None, None, "missing", 4),
    ]


def test_backward_only_a_unit_with_one_predecessor_is_placed(store):
    """Tam Hải was untouched on 01/7/2025, and in no district in which a commune vanished on 01/01/2025."""
    rows = restated(store, [("20992", 6), ("20938", 9), ("20333", 1)], IN_2026, IN_2024)
    assert sorted(rows, key=str) == [("20992", None, None, 6), ("498", None, None, 1), (None, "20938", "merged", 9)]


def test_where_a_vanished_commune_may_be_nothing_is_certain_backward(store):
    """Sơn Viên ended in district 519, which went into 509."""
    rows = restated(store, [("20671", 6), ("20641", 9), ("20992", 1)], IN_2025, IN_2024)
    assert sorted(rows, key=str) == [
        ("20992", None, None, 1),
        (None, "20641", "predecessor_unknown", 9),
        (None, "20671", "predecessor_unknown", 6),
    ]


amounts = st.integers(min_value=-(10**9), max_value=10**9)
many = hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def old_codes(store):
    """Communes of 2024, the divided one and one that vanished oftener, and what is no code."""
    return [*codes(store, IN_2024, ("48", "49")), *["20296", "20822", "99999", None] * 20]


@many
@given(data=st.data())
def test_totals_are_the_same_to_the_unit_on_every_map_and_back(store, old_codes, data):
    old = st.sampled_from(old_codes)
    facts = data.draw(st.lists(st.tuples(old, amounts), max_size=40))
    expected = sum(amount for _, amount in facts)
    for day in (IN_2024, IN_2025, IN_2026):
        there = restated(store, facts, IN_2024, day)
        assert total(there) == expected
        placed = [(code, amount) for code, _, _, amount in there if code is not None]
        for back in (IN_2024, IN_2025, IN_2026):
            assert total(restated(store, placed, day, back)) == sum(amount for _, amount in placed)
    in_2026 = restated(store, facts, IN_2024, IN_2026)
    buckets = {}
    for code, old_code, reason, amount in in_2026:
        if code is None:
            buckets[old_code, reason] = amount
    given_ = {code for code, _ in facts}
    undetermined = dict.fromkeys(GONE_IN_2025, "successor_unknown")
    undetermined |= {"20296": "split", "99999": "unknown", None: "missing"}
    assert set(buckets) == {(code, undetermined[code]) for code in given_ & set(undetermined)}
    assert all(buckets[code, r] == sum(a for c, a in facts if c == code) for code, r in buckets)


@many
@given(amount=amounts, other=amounts)
def test_a_weight_divides_in_whole_numbers_that_add_up(next_store, amount, other):
    rows = restated(next_store, [("20296", amount), ("20335", other)], IN_2024, IN_2026)
    placed = {code: value for code, _, _, value in rows}
    assert total(rows) == amount + other
    assert placed["20335"] == other
    assert abs(placed["20197"] - amount * 12000 / 16001) < 1
    assert abs(placed["20194"] - amount * 4001 / 16001) < 1


# ---------- the next reform


def test_the_next_reform_is_rows(next_settings):
    assert find_unit(next_settings, "20335", IN_2026).units[0].valid_to == dt.date(2026, 12, 31)
    assert find_unit(next_settings, "20335", IN_2027).status == "wrong_generation"
    assert find_unit(next_settings, "Phường Tam Kỳ", IN_2027).units[0].valid_from == dt.date(2027, 1, 1)
    assert find_unit(next_settings, "Xã Trà Leng", IN_2027).status == "wrong_generation"
    # an untouched unit goes on
    assert find_unit(next_settings, "20992", IN_2027).units[0].valid_from == dt.date(2025, 7, 1)


def test_chains_over_three_reforms_compose(next_store):
    facts = [("20935", 100), ("20938", 50), ("20335", 7), ("20822", 3)]
    rows = restated(next_store, facts, IN_2024, IN_2027)
    assert sorted(rows, key=str) == [
        ("20341", None, None, 7),
        ("20935", None, None, 100),
        ("20936", None, None, 50),
        (None, "20822", "successor_unknown", 3),
    ]
    # the code 20935 is one unit in 2024 and another in 2027
    assert restated(next_store, [("20935", 5)], IN_2027, IN_2026) == [("20938", None, None, 5)]


def test_a_record_keeps_its_current_commune_until_the_reform(next_store):
    """The as-of day of the store is before the reform that it already knows."""
    rows = next_store.execute(
        "select valid_from, current_code from staging.int_commune_on_day where code = '20335' order by 1"
    ).fetchall()
    assert rows == [(dt.date(1900, 1, 1), "20335"), (dt.date(2025, 7, 1), "20335")]


def test_any_model_can_use_the_macros(next_store):
    asked = {name: next_store.execute(f"select * from staging.{name}").fetchall() for name in PROBES}
    assert asked["units_by_code"] == [("20335", IN_2026, "found", dt.date(2025, 7, 1))]
    assert asked["units_by_name"] == [("Xã Trà Leng", IN_2026, "48", "found", "20938", "20938")]
    assert asked["restated_units"] == [("x", "20335", None, None, 3)]


# ---------- for people


def test_the_page_shows_what_the_commands_print(settings):
    page = (PROJECT / "docs" / "geography.md").read_text(encoding="utf-8")
    shown = console(page)
    assert len(shown) == 5
    for command, lines in shown:
        done = kho(settings.home, *shlex.split(command)[1:])
        assert done.code == 0, done.output
        assert [line for line in lines if line not in done.output.splitlines()] == []


def test_decimals_and_a_day_of_each_row_are_restated_and_written(settings, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = "xã,ngày,số\n20938,30/06/2025,1.25\n20938,01/07/2025,2\n20296,2025-06-30,-0.5\n"
    source.write_text(rows, encoding="utf-8")
    asked = ("--commune", "xã", "--value", "số", "--on-column", "ngày", "--to", "2026-05-01", "--output", str(target))
    done = kho(settings.home, "restate", str(source), *asked)
    assert (done.code, done.output.strip()) == (0, "total 2.75, of it undetermined -0.50")
    assert target.read_text(encoding="utf-8").splitlines() == [
        "xã,name,undetermined_code,reason,số",
        "20938,Xã Trà Leng,,,3.25",
        ",,20296,split,-0.50",
    ]


def test_a_table_of_the_store_is_restated(settings):
    figures = Figures("shared.administrative_unit_restatements", "from_code", "share", on_day=IN_2026)
    restated_table = restate(settings, figures, IN_2026)
    assert restated_table.columns == ("from_code", "name", "undetermined_code", "reason", "share")
    assert ("20938", "Xã Trà Leng") in {row[:2] for row in restated_table.rows}


@pytest.mark.parametrize(
    ("content", "value", "message"),
    [
        ("commune_code,value\n20335,12\n", "count", "no count among commune_code, value"),
        ('commune_code,value\n20335,"1,2"\n20335,x\n20335,3\n', "value", "2 that are not"),
        ("commune_code,value\n20335,1000000000000000\n", "value", "1,000,000,000,000,000 together"),
        (None, "value", "Give the path of a file"),
    ],
)
def test_what_cannot_be_restated_is_told(settings, tmp_path, content, value, message):
    source = tmp_path / "in.csv"
    if content is not None:
        source.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        restate(settings, Figures(str(source), "commune_code", value, on_day=IN_2024), IN_2026)


def test_a_day_is_asked_for(settings):
    done = kho(settings.home, "restate", "docs/examples/ho_ngheo_2024.csv", "--to", "2026-05-01")
    assert done.code == 2
    assert "--on" in done.output


def test_an_ambiguous_name_ends_with_its_candidates_and_exit_code_1(settings):
    done = kho(settings.home, "unit", "Xã Bình Chánh", "--on", "2024-05-01")
    assert done.code == 1
    assert "say which with --within" in done.output
    assert "20830" in done.output
