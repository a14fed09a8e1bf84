{%- set small_cell = var('province')['thresholds']['small_cell'] -%}
{%- set counts = [
    'total_received', 'received_online', 'received_direct_or_post', 'carried_over',
    'total_settled', 'settled_early', 'settled_on_time', 'settled_late',
    'total_pending', 'pending_in_time', 'pending_late'
] -%}
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

-- what a source writes for an agency may be anything: only listed agencies are named
monthly as (
    select
        settlement.period_start,
        settlement.counted_until = settlement.period_end as is_month_complete,
        coalesce(agencies.agency_code, 'khong_ro') as agency_code,
        coalesce(agencies.agency_name, 'Chưa xác định') as agency_name,
        settlement.field_code,
        {%- for column in counts %}
        cast(sum(settlement.{{ column }}) as bigint) as {{ column }},
        {%- endfor %}
        coalesce(fields.field_name, 'Chưa xác định') as field_name
    from settlement
    left join agencies on settlement.agency_code = agencies.agency_code
    left join fields on settlement.field_code = fields.field_code
    group by
        settlement.period_start,
        settlement.counted_until,
        settlement.period_end,
        agencies.agency_code,
        agencies.agency_name,
        settlement.field_code,
        fields.field_name
),

-- a row about few dossiers says something about each of them: all its counts are withheld
results as (
    select
        concat(
            cast(extract(year from period_start) as varchar), '-',
            lpad(cast(extract(month from period_start) as varchar), 2, '0')
        ) as period,
        is_month_complete,
        agency_code,
        agency_name,
        field_code,
        field_name,
        {%- for column in counts %}
        case when total_received >= {{ small_cell }} then {{ column }} end as {{ column }},
        {%- endfor %}
        total_received < {{ small_cell }} as suppressed
    from monthly
)

select * from results
