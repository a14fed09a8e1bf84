with

units as (
    select * from {{ ref('administrative_units') }}
),

changes as (
    select * from {{ ref('administrative_unit_changes') }}
),

weights as (
    select * from {{ ref('unit_weights') }}
),

maps as (
    select * from {{ ref('int_unit_maps') }}
),

reforms as (
    select
        map_number - 1 as map_before,
        map_number as map_after,
        first_day as effective_on
    from maps
    where map_number > 1
),

pairs as (
    select
        changes.old_code,
        changes.new_code,
        changes.effective_on,
        changes.change in ('merged_whole', 'merged_in_part') as is_merged,
        changes.change in ('merged_in_part', 'split') as is_part,
        weights.weight,
        count(*) over (partition by changes.old_code, changes.effective_on) as successors,
        count(weights.weight) over (partition by changes.old_code, changes.effective_on) as weighted_successors,
        sum(weights.weight) over (partition by changes.old_code, changes.effective_on) as weight_of_old,
        count(*) over (partition by changes.new_code, changes.effective_on) as predecessors,
        count(weights.weight) over (partition by changes.new_code, changes.effective_on) as weighted_predecessors,
        sum(weights.weight) over (partition by changes.new_code, changes.effective_on) as weight_of_new
    from changes
    left join weights
        on changes.old_code = weights.old_code
            and changes.new_code = weights.new_code
            and changes.effective_on = weights.effective_on
),

-- one successor that took all of it, or a weight for each part: else nobody knows the shares
successions as (
    select
        old_code,
        new_code,
        effective_on,
        case
            when new_code is null then 'successor_unknown'
            when successors = 1 and not is_part then null
            when weighted_successors < successors or weight_of_old = 0 then 'split'
        end as reason,
        case when successors = 1 and not is_part then 1.0 else weight / nullif(weight_of_old, 0) end as share
    from pairs
),

-- likewise the other way: one predecessor and nothing merged, or a weight for each part
origins as (
    select
        new_code,
        old_code,
        effective_on,
        case
            when predecessors = 1 and not is_merged then null
            when weighted_predecessors < predecessors or weight_of_new = 0 then 'merged'
        end as reason,
        case when predecessors = 1 and not is_merged then 1.0 else weight / nullif(weight_of_new, 0) end as share
    from pairs
    where new_code is not null
),

-- what vanished without a known successor is somewhere in its district, so that no unit there is surely as it was
enlarged as (
    select distinct
        units.code,
        successions.effective_on
    from successions
    inner join units as gone
        on successions.old_code = gone.code
            and {{ day_before('successions.effective_on') }} = gone.valid_to
    left join successions as parents
        on gone.parent_code = parents.old_code
            and successions.effective_on = parents.effective_on
            and parents.new_code is not null
    inner join units
        on gone.level = units.level
            and coalesce(parents.new_code, gone.parent_code) = units.parent_code
            and successions.effective_on >= units.valid_from
            and (units.valid_to is null or successions.effective_on <= units.valid_to)
    where successions.new_code is null
),

untouched as (
    select
        units.code,
        reforms.effective_on
    from units
    inner join reforms
        on units.valid_from < reforms.effective_on
            and (units.valid_to is null or units.valid_to >= reforms.effective_on)
),

moves as (
    select
        'forward' as direction,
        effective_on,
        old_code as from_code,
        new_code as to_code,
        share,
        reason
    from successions
    union all
    select
        'forward' as direction,
        effective_on,
        code as from_code,
        code as to_code,
        1.0 as share,
        cast(null as varchar) as reason
    from untouched
    union all
    select
        'backward' as direction,
        origins.effective_on,
        origins.new_code as from_code,
        origins.old_code as to_code,
        origins.share,
        case when enlarged.code is not null then 'predecessor_unknown' else origins.reason end as reason
    from origins
    left join enlarged on origins.new_code = enlarged.code and origins.effective_on = enlarged.effective_on
    union all
    select
        'backward' as direction,
        untouched.effective_on,
        untouched.code as from_code,
        untouched.code as to_code,
        1.0 as share,
        case when enlarged.code is not null then 'predecessor_unknown' end as reason
    from untouched
    left join enlarged on untouched.code = enlarged.code and untouched.effective_on = enlarged.effective_on
),

-- a unit without shares stays whole in one row that leads nowhere
settled as (
    select distinct
        direction,
        effective_on,
        from_code,
        case when reason is null then to_code end as to_code,
        cast(case when reason is null then share else 1.0 end as double) as share,
        reason
    from moves
),

steps as (
    select
        settled.direction,
        case when settled.direction = 'forward' then reforms.map_before else reforms.map_after end as from_map,
        case when settled.direction = 'forward' then reforms.map_after else reforms.map_before end as to_map,
        settled.from_code,
        settled.to_code,
        settled.share,
        settled.reason
    from settled
    inner join reforms on settled.effective_on = reforms.effective_on
    where settled.reason is not null or settled.share > 0
)

select * from steps
