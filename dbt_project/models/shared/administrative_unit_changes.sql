with

package_changes as (
    select * from {{ source('reference', 'administrative_unit_changes') }}
),

changes as (
    select
        old_code,
        new_code,
        change,
        cast(effective_on as date) as effective_on
    from package_changes
)

select * from changes
