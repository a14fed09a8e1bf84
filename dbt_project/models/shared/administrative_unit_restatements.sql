with recursive

units as (
    select * from {{ ref('administrative_units') }}
),

maps as (
    select * from {{ ref('int_unit_maps') }}
),

steps as (
    select * from {{ ref('int_unit_steps') }}
),

directions as (
    select 'forward' as direction
    union all
    select 'backward' as direction
),

-- from each unit of each map, reform by reform in both directions; what leads nowhere is not followed
walks as (
    select
        directions.direction,
        units.code as from_code,
        maps.map_number as from_map,
        maps.map_number as to_map,
        units.code as to_code,
        cast(1.0 as double) as share,
        cast(null as varchar) as reason
    from units
    inner join maps
        on units.valid_from <= maps.first_day
            and (units.valid_to is null or units.valid_to >= maps.first_day)
    cross join directions
    union all
    select
        walks.direction,
        walks.from_code,
        walks.from_map,
        steps.to_map,
        steps.to_code,
        walks.share * steps.share as share,
        steps.reason
    from walks
    inner join steps
        on walks.direction = steps.direction
            and walks.to_map = steps.from_map
            and walks.to_code = steps.from_code
),

-- what could not be placed on one map cannot be on those beyond it
reached as (
    select
        walks.from_code,
        walks.from_map,
        maps.map_number as to_map,
        walks.to_code,
        walks.share,
        walks.reason
    from walks
    inner join maps
        on walks.to_map = maps.map_number
            or (walks.to_code is null and walks.direction = 'forward' and walks.to_map < maps.map_number)
            or (walks.to_code is null and walks.direction = 'backward' and walks.to_map > maps.map_number)
    -- a map is itself in both directions
    where walks.direction = 'forward' or walks.from_map <> walks.to_map
),

summed as (
    select
        from_code,
        from_map,
        to_map,
        to_code,
        reason,
        sum(share) as share
    from reached
    group by from_code, from_map, to_map, to_code, reason
),

restatements as (
    select
        summed.from_code,
        from_maps.first_day as from_map_start,
        from_maps.last_day as from_map_end,
        to_maps.first_day as to_map_start,
        to_maps.last_day as to_map_end,
        summed.to_code,
        summed.share,
        summed.reason
    from summed
    inner join maps as from_maps on summed.from_map = from_maps.map_number
    inner join maps as to_maps on summed.to_map = to_maps.map_number
)

select * from restatements
