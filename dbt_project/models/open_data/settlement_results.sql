{%- set small_cell = var('province')['thresholds']['small_cell'] -%}
with

settlement as (
    select * from {{ ref('settlement') }}
    where period_type = 'month' and variant = 'as_system'
),

agencies as (
    select * from {{ ref('agencies') }}
),

fields as (
    select
        field_code,
        min(field_name) as field_name
    from {{ ref('int_fields') }}
    group by field_code
),

-- a row about few dossiers says something about each of them: all its counts are withheld
judged as (
    select
        *,
        total_received < {{ small_cell }} as is_suppressed
    from settlement
),

results as (
    select
        judged.period_start as month_start,
        judged.counted_until = judged.period_end as is_month_complete,
        judged.agency_code,
        coalesce(agencies.agency_name, 'Chưa xác định') as agency_name,
        judged.field_code,
        coalesce(fields.field_name, 'Chưa xác định') as field_name,
        judged.is_suppressed,
{%- for column in [
    'total_received', 'received_online', 'received_direct_or_post', 'carried_over',
    'total_settled', 'settled_early', 'settled_on_time', 'settled_late',
    'total_pending', 'pending_in_time', 'pending_late'
] %}
        case when not judged.is_suppressed then judged.{{ column }} end as {{ column }}{{ ',' if not loop.last }}
{%- endfor %}
    from judged
    left join agencies on judged.agency_code = agencies.agency_code
    left join fields on judged.field_code = fields.field_code
)

select * from results
