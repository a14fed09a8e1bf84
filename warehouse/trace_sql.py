"""The queries of `warehouse.trace`. A row's place is its batch, sheet ('' where there is none) and row number.

Values are written into the SQL as literals, and {texts} stands for a list of them: the first parameter that
DuckDB's client binds imports pandas, which takes longer than all look-ups together.
"""

from __future__ import annotations

from collections.abc import Iterable

# as the macro dossier_key writes it
NORMAL = "upper(regexp_replace(regexp_replace({column}, '[‐‑‒–—−]', '-', 'g'), '\\s', '', 'g'))"

WANTED = f"""
    create or replace temp table wanted as
    select typed, record_key, hash(record_key) as key_hash
    from (
        select typed, {NORMAL.format(column="typed")} as record_key
        from (select unnest([{{texts}}]::varchar[]) as typed)
    )
"""

PLACES = """
    create or replace temp table places as
    select distinct wanted.typed, wanted.record_key, keys.batch_id, keys.row_number
    from staging.int_record_keys as keys
    inner join wanted on keys.key_hash = wanted.key_hash
"""

STAGED_IN = """
    select distinct case datasets.entity when 'dossiers' then 'int_dossiers' else 'stg_' || datasets.dataset end
    from places
    inner join ops.batches as batches on places.batch_id = batches.batch_id
    inner join staging.int_datasets as datasets on batches.dataset = datasets.dataset
"""

HITS = """
    create or replace temp table hits as
    select
        found.*, coalesce(found.sheet, '') as place_sheet, datasets.dataset_title, datasets.owner_key,
        batches.source, batches.landed_at, batches.contract || ' ' || batches.contract_version as contract
    from ({found}) as found
    inner join ops.batches as batches on found.batch_id = batches.batch_id
    inner join staging.int_datasets as datasets on batches.dataset = datasets.dataset
"""

# a row that is gone has the number that it had when it was last seen: another row may have it now
PRESENT = "create or replace temp table present as select * from hits where verdict <> 'missing'"

BATCHES = "select distinct source, dataset, batch_id from present"

BROKEN_RULES = """
    select present.batch_id, present.place_sheet, present.row_number, failing.rule_id, results.severity,
        results.sentence, results.how_to_fix, failing.detail
    from quality.failing_rows as failing
    inner join (select distinct batch_id, place_sheet, row_number from present) as present
        on failing.batch_id = present.batch_id and failing.row_number = present.row_number
        and coalesce(failing.sheet, '') = present.place_sheet
    inner join quality.rule_results as results
        on failing.dataset = results.dataset and failing.rule_id = results.rule_id
    union all
    select present.batch_id, present.place_sheet, present.row_number, flags.rule, flags.severity, rules.sentence,
        rules.how_to_fix, flags.evidence
    from metrics.dossier_flags as flags
    inner join (select distinct batch_id, place_sheet, row_number, dossier_code from present) as present
        on flags.batch_id = present.batch_id and flags.row_number = present.row_number
        and flags.dossier_code = present.dossier_code
    inner join staging.dossier_rules as rules on flags.rule = rules.rule
    union all
    select present.batch_id, present.place_sheet, present.row_number, checks.check_id, checks.severity,
        checks.sentence, checks.how_to_fix, checks.evidence
    from quality.cross_checks as checks
    inner join (select distinct batch_id, place_sheet, row_number from present) as present
        on checks.left_batch_id = present.batch_id and checks.left_row_number = present.row_number
    order by 4
"""

STAGING_REPAIRS = """
    select present.batch_id, present.place_sheet, present.row_number, repairs.column_name, 'staging', repairs.kind
    from staging.int_row_repairs as repairs
    inner join (select distinct batch_id, place_sheet, row_number from present) as present
        on repairs.batch_id = present.batch_id and repairs.row_number = present.row_number
        and coalesce(repairs.sheet, '') = present.place_sheet
    order by all
"""

LANDING_REPAIRS = """
    select present.batch_id, present.place_sheet, present.row_number, repairs.column_name, 'landing', repairs.kind
    from read_parquet([{texts}]) as repairs
    inner join (select distinct batch_id, place_sheet, row_number from present) as present
        on repairs._batch_id = present.batch_id and repairs._row_number = present.row_number
        and coalesce(repairs._sheet, '') = present.place_sheet
    order by all
"""

# tables that name the source row of each of theirs
PLACED_TABLES = """
    select schema_name, table_name, bool_or(column_name = 'dossier_code')
    from duckdb_columns()
    where schema_name in ('shared', 'metrics') and database_name = current_database()
    group by schema_name, table_name
    having count(*) filter (column_name in ('batch_id', 'row_number')) = 2
    order by schema_name desc, table_name
"""

# the filters reach the table of dossiers, so periods are joined to few rows; numbers are compared faster than codes.
# A frozen period names the row of its own time, which a later export may have replaced
FIGURES = """
    with counted as (
        select * from staging.int_settlement_dossiers
        where row_number in ({numbers}) and batch_id in ({batches}) and dossier_code in ({texts})
            and variant = 'as_system' and not is_frozen
        union all
        select * from staging.int_settlement_dossiers
        where dossier_code in ({texts}) and variant = 'as_system' and is_frozen
    )
    select
        counted.dossier_code, counted.column_in, counted.column_out,
        counted.period_type, counted.period_start, counted.agency_code, counted.field_code, settlement.variant,
        case cells.open_bucket when 'kept' then 'published' when 'suppressed' then 'withheld' end as open_data
    from counted
    inner join metrics.settlement as settlement
        using (period_type, period_start, period_end, agency_code, field_code, variant)
    left join staging.int_settlement_cells as cells
        on counted.period_type = 'month'
        and counted.period_start = cells.period_start
        and counted.agency_code = cells.agency_code and counted.field_code = cells.field_code
    order by list_position(['month', 'quarter', 'half_year', 'year'], counted.period_type), counted.period_start
"""

NOT_COUNTED = """
    select dossier_code, reason from staging.int_uncounted_dossiers
    where dossier_code in ({texts})
"""


# the open catalogue names no batch: its procedures lead back to the shared table
CATALOGUE = """
    select distinct 'open_data.procedure_catalogue', present.batch_id, present.place_sheet, present.row_number,
        1000 as place
    from shared.procedures as procedures
    inner join present on procedures.batch_id = present.batch_id and procedures.row_number = present.row_number
    inner join open_data.procedure_catalogue as catalogue on procedures.procedure_code = catalogue.procedure_code
"""


def hits(tables: Iterable[str]) -> str:
    """SQL that makes the temporary table `hits`: the rows of the staging tables at `places` that carry the key.

    The key is compared once more, as two sheets of a file may have a row of the same number. Of a sector table the
    dataset is taken from its name: a source may have a column of that name, as declarations of nothing do.
    """
    normal_key, normal_code, normal_alias = (
        NORMAL.format(column=f"staged.{name}") for name in ("row_key", "dossier_code", "dossier_code_alias")
    )
    nothing = """
        select null::varchar as typed, null::varchar as key, null::varchar as dossier_code, null::varchar as dataset,
            null::varchar as batch_id, null::varchar as source_file, null::varchar as sheet,
            null::bigint as row_number, null::varchar as verdict
        where false
    """
    of_dossiers = f"""
        select
            places.typed, {normal_code}, coalesce(codes.main_key, {normal_code}), staged.dataset, staged.batch_id,
            staged.source_file, staged.sheet, staged.row_number, staged.row_verdict
        from staging.int_dossiers as staged
        inner join places on staged.batch_id = places.batch_id and staged.row_number = places.row_number
        left join staging.int_dossier_codes as codes on {normal_code} = codes.dossier_key
        where {normal_key} = places.record_key or {normal_alias} = places.record_key
    """
    parts = [
        of_dossiers
        if table == "int_dossiers"
        else f"""
        select
            places.typed, {normal_key}, null, '{table.removeprefix("stg_")}', staged.batch_id, staged.source_file,
            staged.sheet, staged.row_number, staged.row_verdict
        from staging.{table} as staged
        inner join places on staged.batch_id = places.batch_id and staged.row_number = places.row_number
        where {normal_key} = places.record_key
        """
        for table in sorted(tables)
    ]
    return HITS.format(found=" union all ".join([nothing, *parts]))


def texts(values: Iterable[str]) -> str:
    """Texts as SQL writes them, separated by commas; null when there are none."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values) or "null"


def held_in(tables: list[tuple[str, str, bool]]) -> str:
    """SQL that gives table and place for each hit row that one of the tables holds."""
    # a row number is a row's own within one sheet: of dossiers the code tells sheets apart
    by_code = "held.dossier_code = present.dossier_code"
    parts = [
        f"select distinct '{schema}.{table}', present.batch_id, present.place_sheet, present.row_number,"
        f" {place} as place"
        f' from {schema}."{table}" as held inner join present'
        f" on held.batch_id = present.batch_id and held.row_number = present.row_number and {condition}"
        for place, (schema, table, has_code) in enumerate(tables)
        # other rows may name a dossier, too: a rating does
        for condition in ([by_code, "present.dossier_code is null"] if has_code else ["true"])
    ]
    union = " union all ".join([*parts, CATALOGUE])
    return f"select * exclude (place) from ({union}) order by place"
