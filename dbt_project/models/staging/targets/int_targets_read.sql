{%- set prefix = var('province')['agency_prefix'] -%}
with

targets as (
    select
        *,
        coalesce(dataset, '') || ':' || coalesce(row_key, '') as target_key,
        trim(indicator) as indicator_text,
        upper(trim(unit_code)) as unit_text,
        upper(trim(period)) as period_text
    from {{ ref('int_targets') }}
    where row_verdict = 'kept'
),

register as (
    select * from {{ ref('metric_register') }}
    where numerator_vi is not null
),

units as (
    select * from {{ ref('int_indicator_units') }}
),

agencies as (
    select * from {{ ref('agencies') }}
),

-- an agency is found by its code, else by the same code of the other generation
found_agencies as (
    select
        targets.target_key,
        agencies.agency_code,
        row_number() over (
            partition by targets.target_key
            order by case when agencies.agency_code = targets.unit_text then 0 else 1 end, agencies.agency_code
        ) as agency_rank
    from targets
    inner join agencies on {{ agency_key('targets.unit_text') }} = agencies.agency_key
),

placed as (
    select
        targets.*,
        case
            when coalesce({{ agency_key('targets.unit_text') }}, '{{ prefix }}') = '{{ prefix }}' then 'province'
            when communes.unit_code is not null then 'commune'
            when found_agencies.agency_code is not null then 'agency'
        end as unit_kind,
        case
            when coalesce({{ agency_key('targets.unit_text') }}, '{{ prefix }}') = '{{ prefix }}' then '{{ prefix }}'
            else coalesce(communes.unit_code, found_agencies.agency_code, targets.unit_text)
        end as unit_found,
        case
            when {{ matches('targets.period_text', '^[0-9]{4}$') }} then 'year'
            when {{ matches('targets.period_text', '^[0-9]{4}-H[12]$') }} then 'half_year'
            when {{ matches('targets.period_text', '^[0-9]{4}-Q[1-4]$') }} then 'quarter'
            when {{ matches('targets.period_text', '^[0-9]{4}-(0[1-9]|1[0-2])$') }} then 'month'
        end as period_type
    from targets
    left join units as communes on targets.unit_text = communes.unit_code and communes.unit_kind = 'commune'
    left join found_agencies on targets.target_key = found_agencies.target_key and found_agencies.agency_rank = 1
),

starting as (
    select
        *,
        case period_type
            when 'year' then 12
            when 'half_year' then 6
            when 'quarter' then 3
            when 'month' then 1
        end as month_count,
        -- 2026-H2 begins with month 7, 2026-Q2 with month 4
        case period_type
            when 'year' then 1
            when 'half_year' then 6 * cast(substr(period_text, 7, 1) as integer) - 5
            when 'quarter' then 3 * cast(substr(period_text, 7, 1) as integer) - 2
            when 'month' then cast(substr(period_text, 6, 2) as integer)
        end as first_month
    from placed
),

dated as (
    select
        *,
        case
            when first_month is not null
                then {{ months_after("cast(substr(period_text, 1, 4) || '-01-01' as date)", 'first_month - 1') }}
        end as period_start
    from starting
),

-- of several rows for one indicator, unit and period the most trusted source's newest is the target
ended as (
    select
        *,
        {{ day_before(months_after('period_start', 'month_count')) }} as period_end,
        row_number() over (
            partition by indicator_text, unit_kind, unit_found, period_text
            order by source_priority asc, batch_sequence desc, dataset asc, row_number asc
        ) as target_rank
    from dated
),

read_targets as (
    select
        ended.target_key,
        ended.indicator_text as indicator,
        register.better,
        ended.unit_kind,
        ended.unit_found as unit_code,
        units.unit_name,
        ended.period_text as period,
        ended.period_type,
        ended.period_start,
        ended.period_end,
        ended.month_count,
        ended.target_value,
        ended.document,
        case
            when register.metric is null then 'unknown_indicator'
            when ended.unit_kind is null then 'unknown_unit'
            when ',' || register.unit_kinds || ',' not like '%,' || ended.unit_kind || ',%' then 'not_of_this_unit'
            when ended.period_type is null then 'unreadable_period'
            when ended.target_value is null then 'no_target_value'
            when ended.target_rank > 1 then 'said_twice'
        end as problem,
        ended.source_system,
        ended.batch_id,
        ended.row_number
    from ended
    left join register on ended.indicator_text = register.metric
    left join units on ended.unit_kind = units.unit_kind and ended.unit_found = units.unit_code
)

select * from read_targets
