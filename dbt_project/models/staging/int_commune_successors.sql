with

changes as (
    select * from {{ ref('administrative_unit_changes') }}
),

-- a unit that was split has several successors: it is left out, never guessed
single_successors as (
    select
        old_code,
        min(new_code) as new_code
    from changes
    group by old_code
    having count(distinct new_code) = 1
)

select * from single_successors
