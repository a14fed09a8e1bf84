with

told as (
    select * from {{ ref('indicators') }}
    where period_type = 'month' and indicator = 'satisfaction'
),

ratings as (
    select * from {{ ref('int_indicator_ratings') }}
    where period_type = 'month'
),

members as (
    select * from {{ ref('int_indicator_members') }}
),

placed as (
    {{ in_units('ratings', ['period_start', 'rating'], var('province')['agency_prefix']) }}
),

levels as (
    select
        unit_kind,
        unit_code,
        period_start,
        count(*) as ratings,
        sum(case when rating = 1 then 1 else 0 end) as very_satisfied,
        sum(case when rating = 2 then 1 else 0 end) as satisfied,
        sum(case when rating = 3 then 1 else 0 end) as not_satisfied
    from placed
    group by
        unit_kind,
        unit_code,
        period_start
),

satisfaction as (
    select
        told.unit_kind,
        told.unit_code,
        told.unit_name,
        told.period_start as month_start,
        told.period_end as month_end,
        told.counted_until,
        cast(coalesce(levels.ratings, 0) as bigint) as ratings,
        cast(coalesce(levels.very_satisfied, 0) as bigint) as very_satisfied,
        cast(coalesce(levels.satisfied, 0) as bigint) as satisfied,
        cast(coalesce(levels.not_satisfied, 0) as bigint) as not_satisfied,
        told.without_source as unreadable,
        told.value as satisfaction_rate
    from told
    left join levels
        on told.unit_kind = levels.unit_kind
            and told.unit_code = levels.unit_code
            and told.period_start = levels.period_start
)

select * from satisfaction
