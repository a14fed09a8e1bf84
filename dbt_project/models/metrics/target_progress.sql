with

targets as (
    select * from {{ ref('int_targets_read') }}
    where problem is null
),

indicators as (
    select * from {{ ref('indicators') }}
    where period_type in ('month', 'quarter')
),

lights as (
    {{ target_lights() }}
),

-- months are numbered from the first of the target's period; 0 is the month before it
steps as (
    select
        targets.target_key,
        targets.indicator,
        targets.better,
        targets.unit_kind,
        targets.unit_code,
        targets.unit_name,
        targets.period,
        targets.period_start as target_start,
        targets.period_end as target_end,
        targets.month_count,
        cast(round(targets.target_value * 100) as bigint) as target_hundredths,
        told.period_type,
        told.period_start,
        told.period_end,
        told.counted_until,
        told.numerator,
        told.denominator,
        told.value,
        cast(round(told.value * 100) as bigint) as value_hundredths,
        told.reason,
        12 * (extract(year from told.period_end) - extract(year from targets.period_start))
        + extract(month from told.period_end) - extract(month from targets.period_start) + 1 as step
    from targets
    inner join indicators as told
        on targets.indicator = told.indicator
            and targets.unit_kind = told.unit_kind
            and targets.unit_code = told.unit_code
            and targets.period_end >= told.period_end
            and told.period_end >= {{ day_before('targets.period_start') }}
),

-- the road begins at the month before the period, else at its first month with a value
beginnings as (
    select
        *,
        row_number() over (partition by target_key order by step) as begin_rank
    from steps
    where period_type = 'month' and value is not null
),

on_the_road as (
    select
        steps.*,
        beginnings.step as begin_step,
        beginnings.value_hundredths as begin_hundredths,
        case
            when
                beginnings.step >= steps.month_count
                or (steps.better = 'lower' and beginnings.value_hundredths <= steps.target_hundredths)
                or (steps.better = 'higher' and beginnings.value_hundredths >= steps.target_hundredths)
                then cast(steps.target_hundredths as double) / 100
            when steps.step >= beginnings.step
                then {{ half_up(
                    '(beginnings.value_hundredths * (steps.month_count - steps.step)'
                    ~ ' + steps.target_hundredths * (steps.step - beginnings.step))',
                    '(steps.month_count - beginnings.step)'
                ) }}
        end as expected_value
    from steps
    left join beginnings on steps.target_key = beginnings.target_key and beginnings.begin_rank = 1
    where steps.step > 0 and steps.period_start >= steps.target_start
),

gaps as (
    select
        *,
        {{ target_gap('value', 'expected_value', 'better') }} as gap
    from on_the_road
),

target_progress as (
    select
        gaps.target_key,
        gaps.indicator,
        gaps.unit_kind,
        gaps.unit_code,
        gaps.unit_name,
        gaps.period,
        gaps.period_type,
        gaps.period_start,
        gaps.period_end,
        gaps.counted_until,
        gaps.numerator,
        gaps.denominator,
        gaps.value,
        gaps.reason,
        cast(gaps.target_hundredths as double) / 100 as target_value,
        gaps.expected_value,
        gaps.gap,
        {{ target_light('gaps.gap', 'lights') }} as light
    from gaps
    cross join lights
)

select * from target_progress
