with

counted as (
    select * from {{ ref('int_settlement_dossiers') }}
    where period_type = 'month' and variant = 'as_system'
),

settlement as (
    select * from {{ ref('settlement') }}
    where period_type = 'month' and variant = 'as_system'
),

agencies as (
    select * from {{ ref('agencies') }}
),

results as (
    select * from {{ ref('settlement_results') }}
),

cells as (
    select
        period_start,
        agency_code,
        field_code,
        count(*) as dossier_count
    from counted
    group by
        period_start,
        agency_code,
        field_code
),

-- a figure that is not the number of its dossiers counts none of them
figures as (
    select
        cells.period_start,
        cells.agency_code,
        cells.field_code,
        cells.dossier_count,
        coalesce(settlement.total_received = cells.dossier_count, false) as is_counted,
        concat(
            cast(extract(year from cells.period_start) as varchar), '-',
            lpad(cast(extract(month from cells.period_start) as varchar), 2, '0')
        ) as open_period,
        coalesce(agencies.agency_code, 'khong_ro') as open_agency_code
    from cells
    left join settlement
        on cells.period_start = settlement.period_start
            and cells.agency_code = settlement.agency_code
            and cells.field_code = settlement.field_code
    left join agencies on cells.agency_code = agencies.agency_code
),

open_figures as (
    select
        open_period,
        open_agency_code,
        field_code,
        sum(dossier_count) as dossier_count
    from figures
    group by
        open_period,
        open_agency_code,
        field_code
),

published as (
    select
        open_figures.open_period,
        open_figures.open_agency_code,
        open_figures.field_code,
        case
            when results.suppressed then 'suppressed'
            when results.total_received = open_figures.dossier_count then 'kept'
        end as open_bucket
    from open_figures
    left join results
        on open_figures.open_period = results.period
            and open_figures.open_agency_code = results.agency_code
            and open_figures.field_code = results.field_code
),

outcomes as (
    select
        figures.*,
        published.open_bucket
    from figures
    inner join published
        on figures.open_period = published.open_period
            and figures.open_agency_code = published.open_agency_code
            and figures.field_code = published.field_code
)

select * from outcomes
