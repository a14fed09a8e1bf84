{%- set own = var('province').get('calendar_overrides', []) -%}
{%- set columns = {'day': 'date', 'day_type': 'varchar', 'name': 'varchar', 'basis': 'varchar'} -%}
with

listed_days as (
    select * from {{ source('reference', 'public_holidays') }}
),

overrides as (
    select * from {{ ref('calendar_overrides') }}
),

own_overrides as (
    {{ rows_of(own, columns) }}
),

said as (
    select
        day,
        day_type,
        name,
        basis,
        'profile' as said_by,
        1 as said_rank
    from own_overrides
    union all
    select
        day,
        day_type,
        name,
        basis,
        'calendar_overrides' as said_by,
        2 as said_rank
    from overrides
    union all
    select
        day,
        day_type,
        name,
        cast(null as varchar) as basis,
        'holidays' as said_by,
        3 as said_rank
    from listed_days
),

ranked as (
    select
        *,
        row_number() over (partition by day order by said_rank) as day_rank
    from said
),

exceptions as (
    select
        day,
        day_type,
        name,
        basis,
        said_by
    from ranked
    where day_rank = 1
)

select * from exceptions
