{%- set small = var('province')['thresholds']['small_cell'] -%}
{%- set counts = [
    'total_received', 'received_online', 'received_direct_or_post', 'carried_over', 'total_settled', 'settled_early',
    'settled_on_time', 'settled_late', 'total_pending', 'pending_in_time', 'pending_late'
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
    from {{ ref('procedures') }}
    group by field_code
),

-- a month, unit and field with few dossiers could point to a person: its counts are withheld, all of them
results as (
    select
        settlement.agency_code,
        agencies.agency_name,
        settlement.field_code,
        fields.field_name,
        {%- for count in counts %}
        case when settlement.total_received >= {{ small }} then settlement.{{ count }} end as {{ count }},
        {%- endfor %}
        cast(year(settlement.period_start) * 100 + month(settlement.period_start) as varchar) as period,
        settlement.total_received < {{ small }} as suppressed
    from settlement
    left join agencies on settlement.agency_code = agencies.agency_code
    left join fields on settlement.field_code = fields.field_code
)

select * from results
