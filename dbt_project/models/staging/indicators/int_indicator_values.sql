with

counts as (
    select * from {{ ref('int_indicator_counts') }}
),

register as (
    select * from {{ ref('metric_register') }}
),

units as (
    select * from {{ ref('int_indicator_units') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_type <> 'range'
),

-- a unit has every indicator of its kind in every period in which it was there: nothing done is said to be nothing
expected as (
    select
        register.metric as indicator,
        units.unit_kind,
        units.unit_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.counted_until
    from register
    inner join units on ',' || register.unit_kinds || ',' like '%,' || units.unit_kind || ',%'
    inner join periods
        on units.valid_from <= periods.counted_until
            and (units.valid_to is null or units.valid_to >= periods.period_start)
    where register.numerator_vi is not null
),

told as (
    select
        coalesce(counts.indicator, expected.indicator) as indicator,
        coalesce(counts.unit_kind, expected.unit_kind) as unit_kind,
        coalesce(counts.unit_code, expected.unit_code) as unit_code,
        coalesce(counts.period_type, expected.period_type) as period_type,
        coalesce(counts.period_start, expected.period_start) as period_start,
        coalesce(counts.period_end, expected.period_end) as period_end,
        coalesce(counts.counted_until, expected.counted_until) as counted_until,
        coalesce(counts.numerator, 0) as numerator,
        coalesce(counts.denominator, 0) as denominator,
        coalesce(counts.without_source, 0) as without_source
    from expected
    full outer join counts
        on expected.indicator = counts.indicator
            and expected.unit_kind = counts.unit_kind
            and expected.unit_code = counts.unit_code
            and expected.period_type = counts.period_type
            and expected.period_start = counts.period_start
),

indicators as (
    select
        told.indicator,
        told.unit_kind,
        told.unit_code,
        units.unit_name,
        told.period_type,
        told.period_start,
        told.period_end,
        told.counted_until,
        told.numerator,
        told.denominator,
        {{ percent('told.numerator', 'told.denominator') }} as value,
        case
            when told.denominator > 0 then null
            when told.without_source > 0 then 'no_source'
            else 'denominator_zero'
        end as reason,
        told.without_source,
        register.version
    from told
    inner join register on told.indicator = register.metric
    left join units on told.unit_kind = units.unit_kind and told.unit_code = units.unit_code
)

select * from indicators
