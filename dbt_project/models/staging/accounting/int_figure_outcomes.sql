with

shared_dossiers as (
    select
        dossier_code,
        batch_id
    from {{ ref('dossiers') }}
),

uncounted as (
    select * from {{ ref('int_uncounted_dossiers') }}
),

counted as (
    select * from {{ ref('int_settlement_dossiers') }}
    where period_type = 'month' and variant = 'as_system'
),

cells as (
    select * from {{ ref('int_settlement_cells') }}
),

-- all figures of a dossier must be right; one that is published publishes it
dossiers_in_figures as (
    select
        counted.dossier_code,
        min(case when counted.is_frozen then 1 else 0 end) = 1 as is_only_frozen,
        min(case when cells.is_counted then 1 else 0 end) = 1 as is_counted,
        min(case when cells.open_bucket is null then 0 else 1 end) = 1 as is_open_known,
        max(case when cells.open_bucket = 'kept' then 1 else 0 end) = 1 as is_published
    from counted
    inner join cells
        on counted.period_start = cells.period_start
            and counted.agency_code = cells.agency_code
            and counted.field_code = cells.field_code
    group by counted.dossier_code
),

-- what no figure has to count any more is kept where frozen ones count it, and only there
dossiers as (
    select
        shared_dossiers.batch_id,
        uncounted.reason,
        found.is_open_known,
        found.is_published,
        case
            when uncounted.reason is not null and found.dossier_code is null then 'not_counted'
            when (uncounted.reason is null or found.is_only_frozen) and found.is_counted then 'kept'
        end as bucket
    from shared_dossiers
    left join uncounted on shared_dossiers.dossier_code = uncounted.dossier_code
    left join dossiers_in_figures as found on shared_dossiers.dossier_code = found.dossier_code
),

procedures as (
    select
        procedure_code,
        batch_id,
        row_number,
        valid_from <= {{ as_of() }} and coalesce(valid_to >= {{ as_of() }}, true) as is_in_force
    from {{ ref('procedures') }}
    where batch_id is not null
),

catalogue as (
    select distinct procedure_code from {{ ref('procedure_catalogue') }}
),

-- one of its versions in the catalogue publishes a row
procedure_rows as (
    select
        procedures.batch_id,
        procedures.row_number,
        max(case when procedures.is_in_force then 1 else 0 end) = 1 as is_in_force,
        max(
            case when procedures.is_in_force and catalogue.procedure_code is not null then 1 else 0 end
        ) = 1 as is_published
    from procedures
    left join catalogue on procedures.procedure_code = catalogue.procedure_code
    group by
        procedures.batch_id,
        procedures.row_number
),

rows_of_layers as (
    select
        'metrics' as layer,
        batch_id,
        bucket,
        case when bucket = 'not_counted' then reason end as reason
    from dossiers
    union all
    select
        'open_data' as layer,
        batch_id,
        case
            when not is_open_known then null
            when is_published then 'kept'
            else 'suppressed'
        end as bucket,
        case when is_open_known and not is_published then 'small_cell' end as reason
    from dossiers
    where bucket = 'kept'
    union all
    select
        'open_data' as layer,
        batch_id,
        case
            when is_published then 'kept'
            when not is_in_force then 'not_counted'
        end as bucket,
        case when not is_in_force then 'not_in_force' end as reason
    from procedure_rows
),

outcomes as (
    select
        layer,
        batch_id,
        bucket,
        reason,
        count(*) as row_count
    from rows_of_layers
    where bucket is not null
    group by
        layer,
        batch_id,
        bucket,
        reason
)

select * from outcomes
