with

listed_changes as (
    select * from {{ ref('unit_changes') }}
),

official_changes as (
    select * from {{ ref('int_official_unit_changes') }}
    where verdict = 'kept'
),

known_changes as (
    select
        old_code,
        new_code,
        change,
        effective_on,
        basis
    from listed_changes
    union all
    select
        old_code,
        new_code,
        change,
        effective_on,
        dataset as basis
    from official_changes
)

select * from known_changes
