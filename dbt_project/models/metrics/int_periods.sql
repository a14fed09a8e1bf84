{{ config(schema='staging', contract={'enforced': false}) }}
with recursive

dossiers as (
    select min(received_at) as first_received_at from {{ ref('dossiers') }}
    where cast(received_at as date) <= {{ as_of() }}
),

months as (
    select cast(date_trunc('month', first_received_at) as date) as month_start
    from dossiers
    where first_received_at is not null
    union all
    select cast(month_start + interval 1 month as date) as month_start
    from months
    where month_start + interval 1 month <= {{ as_of() }}
),

starts as (
    select
        'month' as period_type,
        month_start as period_start,
        1 as length_in_months
    from months
    union
    select
        'quarter' as period_type,
        cast(date_trunc('quarter', month_start) as date) as period_start,
        3 as length_in_months
    from months
    union
    select
        'half_year' as period_type,
        cast(
            date_trunc('year', month_start)
            + case when month(month_start) > 6 then interval 6 month else interval 0 month end
            as date
        ) as period_start,
        6 as length_in_months
    from months
    union
    select
        'year' as period_type,
        cast(date_trunc('year', month_start) as date) as period_start,
        12 as length_in_months
    from months
),

-- a period that still runs is counted up to the as-of day
periods as (
    select
        period_type,
        cast(period_start as date) as period_start,
        cast(least(
            cast(case length_in_months
                when 1 then period_start + interval 1 month
                when 3 then period_start + interval 3 month
                when 6 then period_start + interval 6 month
                else period_start + interval 12 month
            end - interval 1 day as date),
            {{ as_of() }}
        ) as date) as period_end
    from starts
)

select * from periods
