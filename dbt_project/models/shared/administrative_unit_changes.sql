with

units as (
    select * from {{ ref('administrative_units') }}
),

known_changes as (
    select * from {{ ref('int_known_unit_changes') }}
),

derived_changes as (
    select * from {{ source('reference', 'administrative_unit_changes') }}
),

-- what somebody wrote down of a unit replaces what the package derives of it
commune_changes as (
    select
        old_code,
        new_code,
        change,
        effective_on,
        basis
    from known_changes
    union all
    select
        derived_changes.old_code,
        derived_changes.new_code,
        derived_changes.change,
        derived_changes.effective_on,
        'vietnamadminunits' as basis
    from derived_changes
    left join known_changes
        on derived_changes.old_code = known_changes.old_code
            and derived_changes.effective_on = known_changes.effective_on
    where known_changes.old_code is null
),

-- a province that ended went where its communes went
province_pairs as (
    select distinct
        old_provinces.code as old_code,
        new_provinces.code as new_code,
        old_provinces.name = new_provinces.name as is_same_name,
        commune_changes.effective_on
    from commune_changes
    inner join units as old_units
        on commune_changes.old_code = old_units.code
            and {{ day_before('commune_changes.effective_on') }} = old_units.valid_to
    inner join units as new_units
        on commune_changes.new_code = new_units.code
            and commune_changes.effective_on = new_units.valid_from
    inner join units as old_provinces
        on old_units.province_code = old_provinces.code
            and old_units.valid_to = old_provinces.valid_to
    inner join units as new_provinces
        on new_units.province_code = new_provinces.code
            and new_units.valid_from = new_provinces.valid_from
    where old_units.level <> 'province'
),

province_changes as (
    select
        old_code,
        new_code,
        case
            when count(*) over (partition by old_code, effective_on) > 1 then 'merged_in_part'
            when count(*) over (partition by new_code, effective_on) > 1 then 'merged_whole'
            when old_code = new_code and is_same_name then 'unchanged'
            else 'renamed'
        end as change,
        effective_on,
        'commune changes' as basis
    from province_pairs
),

followed as (
    select * from commune_changes
    union all
    select * from province_changes
),

-- a unit that is in no later list and of which nothing is written: its level ended, or nobody knows
unfollowed as (
    select
        units.code as old_code,
        cast(null as varchar) as new_code,
        'abolished' as change,
        {{ day_after('units.valid_to') }} as effective_on,
        'not in the next list' as basis
    from units
    left join followed
        on units.code = followed.old_code
            and {{ day_after('units.valid_to') }} = followed.effective_on
    where units.valid_to is not null and followed.old_code is null
),

all_changes as (
    select * from followed
    union all
    select * from unfollowed
),

changes as (
    select
        all_changes.old_code,
        all_changes.new_code,
        all_changes.change,
        all_changes.effective_on,
        units.level,
        all_changes.basis
    from all_changes
    left join units
        on all_changes.old_code = units.code
            and {{ day_before('all_changes.effective_on') }} = units.valid_to
)

select * from changes
