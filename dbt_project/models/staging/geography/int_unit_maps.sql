with

changes as (
    select * from {{ ref('administrative_unit_changes') }}
),

first_days as (
    select date '1900-01-01' as first_day
    union
    select effective_on as first_day from changes
),

maps as (
    select
        cast(row_number() over (order by first_day) as integer) as map_number,
        first_day,
        {{ day_before('lead(first_day) over (order by first_day)') }} as last_day
    from first_days
)

select * from maps
