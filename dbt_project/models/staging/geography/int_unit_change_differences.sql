with

official_changes as (
    select * from {{ ref('int_official_unit_changes') }}
),

derived_changes as (
    select * from {{ source('reference', 'administrative_unit_changes') }}
),

units as (
    select * from {{ ref('administrative_units') }}
),

official_counts as (
    select
        old_code,
        effective_on,
        count(*) as successors
    from official_changes
    where verdict = 'kept'
    group by old_code, effective_on
),

official_totals as (
    select count(*) as old_units from official_counts
),

derived_counts as (
    select
        old_code,
        effective_on,
        count(*) as successors
    from derived_changes
    group by old_code, effective_on
),

-- names of the old units that the official table puts into a new one
official_names as (
    select distinct
        official_changes.new_code,
        official_changes.effective_on,
        units.name
    from official_changes
    inner join units
        on official_changes.old_code = units.code
            and {{ day_before('official_changes.effective_on') }} = units.valid_to
),

official_differences as (
    select
        official_changes.old_code,
        official_changes.new_code,
        official_changes.effective_on,
        official_changes.change as official_change,
        derived_changes.change as derived_change,
        case
            when official_changes.verdict <> 'kept' then official_changes.verdict
            when derived_changes.old_code is null then 'not_in_package'
            when derived_counts.successors > official_counts.successors then 'package_has_another_successor'
            when derived_counts.successors < official_counts.successors then 'package_lacks_a_successor'
            when official_changes.change = 'unchanged' then 'name_written_otherwise'
            else 'other_kind'
        end as reason
    from official_changes
    left join derived_changes
        on official_changes.old_code = derived_changes.old_code
            and official_changes.new_code = derived_changes.new_code
            and official_changes.effective_on = derived_changes.effective_on
    left join official_counts
        on official_changes.old_code = official_counts.old_code
            and official_changes.effective_on = official_counts.effective_on
    left join derived_counts
        on official_changes.old_code = derived_counts.old_code
            and official_changes.effective_on = derived_counts.effective_on
    where official_changes.verdict <> 'kept'
        or derived_changes.old_code is null
        or official_changes.change <> derived_changes.change
),

derived_differences as (
    select
        derived_changes.old_code,
        derived_changes.new_code,
        derived_changes.effective_on,
        cast(null as varchar) as official_change,
        derived_changes.change as derived_change,
        case
            when official_counts.old_code is null then 'old_unit_not_in_official_table'
            when official_names.name is not null then 'same_name_elsewhere'
            else 'not_in_official_table'
        end as reason
    from derived_changes
    cross join official_totals
    left join official_changes
        on derived_changes.old_code = official_changes.old_code
            and derived_changes.new_code = official_changes.new_code
            and derived_changes.effective_on = official_changes.effective_on
    left join official_counts
        on derived_changes.old_code = official_counts.old_code
            and derived_changes.effective_on = official_counts.effective_on
    left join units
        on derived_changes.old_code = units.code
            and {{ day_before('derived_changes.effective_on') }} = units.valid_to
    left join official_names
        on derived_changes.new_code = official_names.new_code
            and derived_changes.effective_on = official_names.effective_on
            and units.name = official_names.name
    where official_changes.new_code is null and official_totals.old_units > 0
),

differences as (
    select * from official_differences
    union all
    select * from derived_differences
)

select * from differences
