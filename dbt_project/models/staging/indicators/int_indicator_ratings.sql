with

ratings as (
    select * from {{ ref('satisfaction_ratings') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_type <> 'range'
),

in_period as (
    select
        ratings.rating_code,
        coalesce(ratings.agency_code, 'khong_ro') as agency_code,
        coalesce(ratings.commune_code_current, 'khong_ro') as commune_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.counted_until,
        ratings.rating
    from ratings
    inner join periods
        on cast(ratings.rated_at as date) >= periods.period_start
            and cast(ratings.rated_at as date) <= periods.counted_until
)

select * from in_period
