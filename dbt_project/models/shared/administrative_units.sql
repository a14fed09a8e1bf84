with

listed_units as (
    select * from {{ source('reference', 'administrative_units') }}
),

stated_units as (
    select * from {{ ref('unit_states') }}
),

known_changes as (
    select * from {{ ref('int_known_unit_changes') }}
),

-- a package lists the units of one day, which says nothing of how long they had been so
states as (
    select
        code,
        name,
        short_name,
        type,
        level,
        parent_code,
        province_code,
        valid_from,
        valid_to,
        coalesce(valid_to, valid_from) as known_on,
        'vietnamadminunits' as basis
    from listed_units
    union all
    select
        code,
        type || ' ' || short_name as name,
        short_name,
        type,
        level,
        parent_code,
        province_code,
        valid_from,
        cast(null as date) as valid_to,
        valid_from as known_on,
        basis
    from stated_units
),

-- changes bound a state: the last one that made it, the first one that ended it
events as (
    select
        states.code,
        states.known_on,
        known_changes.effective_on as made_on,
        cast(null as date) as ended_on
    from states
    inner join known_changes
        on states.code = known_changes.new_code
            and states.valid_from < known_changes.effective_on
            and states.known_on >= known_changes.effective_on
    union all
    select
        states.code,
        states.known_on,
        cast(null as date) as made_on,
        known_changes.effective_on as ended_on
    from states
    inner join known_changes
        on states.code = known_changes.old_code and states.known_on < known_changes.effective_on
),

bounds as (
    select
        code,
        known_on,
        max(made_on) as made_on,
        min(ended_on) as ended_on
    from events
    group by code, known_on
),

units as (
    select
        states.code,
        states.name,
        states.short_name,
        states.type,
        states.level,
        states.parent_code,
        states.province_code,
        coalesce(bounds.made_on, states.valid_from) as valid_from,
        least(
            coalesce(states.valid_to, {{ day_before('bounds.ended_on') }}),
            coalesce({{ day_before('bounds.ended_on') }}, states.valid_to)
        ) as valid_to,
        states.basis
    from states
    left join bounds on states.code = bounds.code and states.known_on = bounds.known_on
)

select * from units
