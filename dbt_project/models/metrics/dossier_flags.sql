with

flags as (
    select * from {{ ref('int_flags_of_statistics') }}
    union all
    select * from {{ ref('int_flags_of_closing') }}
    union all
    select * from {{ ref('int_flags_of_entry') }}
),

rules as (
    select * from {{ ref('dossier_rules') }}
),

source_columns as (
    select * from {{ ref('int_source_columns') }}
),

dossiers as (
    select * from {{ ref('dossiers') }}
),

needed_columns as (
    select
        rule,
        {{ split_rows('needs_columns', '|') }} as column_name
    from rules
),

needed_counts as (
    select
        rule,
        count(*) as column_count
    from needed_columns
    group by rule
),

-- a rule is asked only of a dataset that could break it: a column that never comes is not an empty one
askable as (
    select
        source_columns.dataset,
        needed_columns.rule
    from needed_columns
    inner join source_columns on needed_columns.column_name = source_columns.column_name
    inner join needed_counts on needed_columns.rule = needed_counts.rule
    group by
        source_columns.dataset,
        needed_columns.rule,
        needed_counts.column_count
    having count(distinct needed_columns.column_name) = needed_counts.column_count
),

dossier_flags as (
    select
        flags.dossier_code,
        flags.rule,
        rules.severity,
        flags.evidence,
        dossiers.receiving_agency_code,
        dossiers.procedure_code,
        dossiers.field_code,
        dossiers.commune_code_current,
        dossiers.dataset,
        dossiers.batch_id,
        dossiers.row_number
    from flags
    inner join dossiers on flags.dossier_code = dossiers.dossier_code
    inner join askable on dossiers.dataset = askable.dataset and flags.rule = askable.rule
    inner join rules on flags.rule = rules.rule
)

select * from dossier_flags
