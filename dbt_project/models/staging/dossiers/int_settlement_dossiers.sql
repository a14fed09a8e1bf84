{{ config(materialized='view') }}
{%- set columns = [
    'dossier_code', 'batch_id', 'row_number', 'agency_code', 'field_code', 'period_type', 'period_start', 'period_end',
    'counted_until', 'variant', 'column_in', 'column_out'
] %}
with

placements as (
    select * from {{ ref('int_settlement_placements') }}
),

frozen_periods as (
    select * from {{ ref('int_frozen_periods') }}
),

frozen as (
    select * from {{ ref('int_frozen_placements') }}
),

counted as (
    select
        {%- for column in columns %}
        placements.{{ column }},
        {%- endfor %}
        false as is_frozen
    from placements
    left join frozen_periods
        on placements.period_type = frozen_periods.period_type
            and placements.period_start = frozen_periods.period_start
            and placements.period_end = frozen_periods.period_end
    where frozen_periods.period_start is null
    union all
    select
        {%- for column in columns %}
        frozen.{{ column }},
        {%- endfor %}
        true as is_frozen
    from frozen
)

select * from counted
