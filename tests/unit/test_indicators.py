"""The register of metrics: files that are read strictly, one page written from them, and rounding that never lies."""

from __future__ import annotations

import csv
import random
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
import yaml

from warehouse.assembly_indicators import REGISTER_COLUMNS, bases, metric_register
from warehouse.engine_sql import macro_sql
from warehouse.errors import SettingsError
from warehouse.indicators import BASES, FOLDER, indicators, owner_key
from warehouse.metrics_page import ITEMS, PAGE, write_page, written
from warehouse.profile import load_profile

PROFILE = load_profile("da_nang_2025")
GOOD = yaml.safe_load((FOLDER / "online_payment.yml").read_text(encoding="utf-8"))


def test_every_file_is_an_indicator_that_is_counted_once():
    codes = [indicator.metric for indicator in indicators()]
    counted = [indicator.metric for base in bases() for indicator in base["indicators"]]
    assert codes == sorted(path.stem for path in FOLDER.glob("*.yml"))
    assert sorted(counted) == codes
    assert {base["name"] for base in bases()} == set(BASES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"better": "more"}, "better"),
        ({"denominator_vi": None}, "denominator_vi"),
        ({"colour": "red"}, "colour"),
        ({"base": "cases"}, "base cases"),
        ({"needs": ["fee"]}, "needs fee"),
        ({"base": "ratings", "needs": ["fee_amount"]}, "needs fee_amount"),
        ({"units": ["district"]}, "units"),
        ({"version": 0}, "version"),
        ({"valid_from": "soon"}, "valid_from"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_field(tmp_path, change, said):
    (tmp_path / "wrong.yml").write_text(yaml.safe_dump({**GOOD, **change}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        indicators(tmp_path)
    assert "wrong.yml" in str(refused.value) and said in str(refused.value)


def test_a_file_that_is_no_yaml_is_refused_by_name(tmp_path):
    (tmp_path / "wrong.yml").write_text("title_vi: [", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"wrong\.yml"):
        indicators(tmp_path)


def test_an_indicator_of_nobody_is_refused():
    orphan = indicators()[0].model_copy(update={"owner": "nobody"})
    with pytest.raises(SettingsError, match="nobody"):
        owner_key(orphan, PROFILE)


@pytest.mark.parametrize("profile", ["da_nang_2025", "quang_nam_2024"])
def test_every_metric_has_a_row_with_all_that_a_reader_asks(profile):
    rows = metric_register(load_profile(profile))
    assert all(set(row) == set(REGISTER_COLUMNS) for row in rows)
    always = ("title_vi", "title_en", "definition_vi", "unit", "basis", "owner_key", "version", "table_name")
    assert [row["metric"] for row in rows if not all(row[column] for column in always)] == []
    shares = [row for row in rows if row["unit"] == "%"]
    assert [
        row["metric"] for row in shares if not (row["numerator_vi"] and row["denominator_vi"] and row["formula_vi"])
    ] == []
    assert {row["metric"] for row in rows} >= {"fully_digitised", "settlement.settled_late"}


def test_every_indicator_of_the_index_is_in_the_register():
    codes = {indicator.metric for indicator in indicators()}
    with ITEMS.open(encoding="utf-8", newline="") as file:
        items = list(csv.DictReader(file))
    assert len(items) == 23
    assert {item[column] for item in items for column in ("indicator", "shortfall_of")} - {""} <= codes


def test_the_committed_page_is_what_the_register_says():
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, PROFILE) == page, "run `kho metrics` and commit what it writes"


def test_a_page_is_written_between_its_marks_and_nowhere_else(tmp_path):
    page = tmp_path / "metrics.md"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition("### Chỉ số / Indicators")
    page.write_text(f"{before}stale{rest[-40:]}\nafter", encoding="utf-8")
    assert write_page(page, PROFILE)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(before) and text.endswith("\nafter") and "stale" not in text
    assert not write_page(page, PROFILE)


def test_a_page_without_marks_is_refused():
    with pytest.raises(SettingsError, match="marks"):
        written("# Metrics", PROFILE)


def test_a_share_is_rounded_half_up_whatever_a_double_makes_of_it():
    some = random.Random(766)
    # multiples of 400 hit exact halves of the third decimal, which doubles get wrong
    wholes = [some.randint(1, 3_000_000) for _ in range(10_000)] + [400 * some.randint(1, 500) for _ in range(10_000)]
    pairs = [(some.randint(0, whole), whole) for whole in wholes]
    found = shares(pairs)
    exact = [Decimal(part) * 100 / Decimal(whole) for part, whole in pairs]
    assert found == [float(value.quantize(Decimal("0.01"), ROUND_HALF_UP)) for value in exact]
    halves = sum(value * 1000 % 10 == 5 and value * 1000 % 1 == 0 for value in exact)
    assert halves > 100


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(201, 20000, 1.01), (1, 8, 12.5), (2, 3, 66.67), (1, 3, 33.33), (0, 5, 0.0), (5, 5, 100.0), (0, 0, None)],
)
def test_halves_go_up_and_nothing_has_no_share(numerator, denominator, expected):
    assert shares([(numerator, denominator)]) == [expected]


def shares(pairs: list[tuple[int, int]]) -> list[float | None]:
    """What the macro makes of numerators and denominators, in one query."""
    sql = macro_sql("percent", "cast(part as bigint)", "cast(whole as bigint)")
    with duckdb.connect() as connection:
        connection.execute(
            "create table pairs as select unnest($parts) as part, unnest($wholes) as whole",
            {"parts": [part for part, _ in pairs], "wholes": [whole for _, whole in pairs]},
        )
        return [found for (found,) in connection.execute(f"select {sql} from pairs").fetchall()]
