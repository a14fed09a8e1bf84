"""The queries of `warehouse.trace`. A row's place is its batch, sheet ('' where there is none) and row number."""

from __future__ import annotations

# as the macro dossier_key writes it
NORMAL = "upper(regexp_replace(regexp_replace({column}, '[‐‑‒–—−]', '-', 'g'), '\\s', '', 'g'))"

WANTED = f"""
    create or replace temp table wanted as
    select typed, record_key, hash(record_key) as key_hash
    from (select typed, {NORMAL.format(column="typed")} as record_key from (select unnest(?::varchar[]) as typed))
"""

# a hash is looked up before the key is compared: the index is in its order
HITS = """
    create or replace temp table hits as
    with found as (
        select distinct
            wanted.typed, coalesce(keys.dossier_code, keys.record_key) as key, keys.dossier_code,
            keys.batch_id, coalesce(keys.sheet, '') as place_sheet, keys.sheet, keys.row_number,
            keys.source_file, keys.row_verdict
        from staging.int_record_keys as keys
        inner join wanted on keys.key_hash = wanted.key_hash and keys.record_key = wanted.record_key
    )
    select
        found.*, batches.dataset, datasets.dataset_title, datasets.owner_key, batches.source, batches.landed_at,
        batches.contract || ' ' || batches.contract_version as contract
    from found
    inner join ops.batches as batches on found.batch_id = batches.batch_id
    inner join staging.int_datasets as datasets on batches.dataset = datasets.dataset
"""

BATCHES = "select distinct source, dataset, batch_id from hits"

BROKEN_RULES = """
    select hits.batch_id, hits.place_sheet, hits.row_number, failing.rule_id, results.severity, results.sentence,
        results.how_to_fix, failing.detail
    from quality.failing_rows as failing
    inner join (select distinct batch_id, place_sheet, row_number from hits) as hits
        on failing.batch_id = hits.batch_id and failing.row_number = hits.row_number
        and coalesce(failing.sheet, '') = hits.place_sheet
    inner join quality.rule_results as results
        on failing.dataset = results.dataset and failing.rule_id = results.rule_id
    union all
    select hits.batch_id, hits.place_sheet, hits.row_number, flags.rule, flags.severity, rules.sentence,
        rules.how_to_fix, flags.evidence
    from metrics.dossier_flags as flags
    inner join (select distinct batch_id, place_sheet, row_number, dossier_code from hits) as hits
        on flags.batch_id = hits.batch_id and flags.row_number = hits.row_number
        and flags.dossier_code = hits.dossier_code
    inner join staging.dossier_rules as rules on flags.rule = rules.rule
    order by 4
"""

STAGING_REPAIRS = """
    select hits.batch_id, hits.place_sheet, hits.row_number, repairs.column_name, 'staging', repairs.kind
    from staging.int_row_repairs as repairs
    inner join (select distinct batch_id, place_sheet, row_number from hits) as hits
        on repairs.batch_id = hits.batch_id and repairs.row_number = hits.row_number
        and coalesce(repairs.sheet, '') = hits.place_sheet
    order by all
"""

LANDING_REPAIRS = """
    select hits.batch_id, hits.place_sheet, hits.row_number, repairs.column_name, 'landing', repairs.kind
    from read_parquet(?::varchar[]) as repairs
    inner join (select distinct batch_id, place_sheet, row_number from hits) as hits
        on repairs._batch_id = hits.batch_id and repairs._row_number = hits.row_number
        and coalesce(repairs._sheet, '') = hits.place_sheet
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

# the filter on the code reaches the table of dossiers, so the periods are joined to few rows
FIGURES = """
    with counted as (
        select * from staging.int_settlement_dossiers where dossier_code in (select unnest(?::varchar[]))
    )
    select
        counted.dossier_code, counted.period_type, counted.period_start, counted.agency_code, counted.field_code,
        settlement.variant, counted.column_in, counted.column_out,
        case cells.open_bucket when 'kept' then 'published' when 'suppressed' then 'withheld' end as open_data
    from counted
    inner join metrics.settlement as settlement
        using (period_type, period_start, agency_code, field_code)
    left join staging.int_settlement_cells as cells
        on counted.period_type = 'month' and settlement.variant = 'as_system'
        and counted.period_start = cells.period_start
        and counted.agency_code = cells.agency_code and counted.field_code = cells.field_code
    where settlement.variant = 'as_system'
    order by counted.period_start, counted.period_end, settlement.variant
"""

NOT_COUNTED = """
    select dossier_code, reason from staging.int_dossier_scope
    where reason is not null and dossier_code in (select unnest(?::varchar[]))
"""


# the open catalogue names no batch: its procedures lead back to the shared table
CATALOGUE = """
    select distinct 'open_data.procedure_catalogue', hits.batch_id, hits.place_sheet, hits.row_number, 1000 as place
    from shared.procedures as procedures
    inner join hits on procedures.batch_id = hits.batch_id and procedures.row_number = hits.row_number
    inner join open_data.procedure_catalogue as catalogue on procedures.procedure_code = catalogue.procedure_code
"""


def held_in(tables: list[tuple[str, str, bool]]) -> str:
    """SQL that gives table and place for each hit row that one of the tables holds."""
    parts = [
        f"select distinct '{schema}.{table}', hits.batch_id, hits.place_sheet, hits.row_number, {place} as place"
        f' from {schema}."{table}" as held inner join hits'
        " on held.batch_id = hits.batch_id and held.row_number = hits.row_number"
        # a row number is a row's own within one sheet: of dossiers the code tells sheets apart
        + (" and held.dossier_code = hits.dossier_code" if has_code else "")
        for place, (schema, table, has_code) in enumerate(tables)
    ]
    union = " union all ".join([*parts, CATALOGUE])
    return f"select * exclude (place) from ({union}) order by place"
