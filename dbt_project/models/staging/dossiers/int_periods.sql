with

dossiers as (
    select * from {{ ref('dossiers') }}
),

-- a reception before 2000 is a typing error: no one-stop register goes so far back
first_days as (
    select
        greatest(
            cast(date_trunc('month', min(cast(received_at as date))) as date), date '2000-01-01'
        ) as first_month,
        cast(date_trunc('month', {{ as_of() }}) as date) as last_month
    from dossiers
    where deleted_at is null and vanished_at is null and cast(received_at as date) <= {{ as_of() }}
),

months as (
    select {{ date_series('first_month', 'last_month', 'month') }} as month_start
    from first_days
    where first_month is not null
),

starts as (
    select distinct
        'month' as period_type,
        month_start as period_start,
        1 as month_count
    from months
    union all
    select distinct
        'quarter' as period_type,
        cast(date_trunc('quarter', month_start) as date) as period_start,
        3 as month_count
    from months
    union all
    select distinct
        'half_year' as period_type,
        case
            when extract(month from month_start) <= 6 then cast(date_trunc('year', month_start) as date)
            else cast(date_trunc('year', month_start) + interval 6 month as date)
        end as period_start,
        6 as month_count
    from months
    union all
    select distinct
        'year' as period_type,
        cast(date_trunc('year', month_start) as date) as period_start,
        12 as month_count
    from months
),

ended as (
    select
        period_type,
        period_start,
        cast(
            case month_count
                when 1 then period_start + interval 1 month
                when 3 then period_start + interval 3 month
                when 6 then period_start + interval 6 month
                else period_start + interval 12 month
            end - interval 1 day as date
        ) as period_end
    from starts
    {%- for asked in var('province').get('reporting_periods', []) %}
    union all
    select
        'range' as period_type,
        cast('{{ asked["start"] }}' as date) as period_start,
        cast('{{ asked["end"] }}' as date) as period_end
    {%- endfor %}
),

-- an unfinished period is counted to the as-of day
periods as (
    select
        period_type,
        period_start,
        period_end,
        least(period_end, {{ as_of() }}) as counted_until
    from ended
    where period_start <= {{ as_of() }}
)

select * from periods
