{# What `settlement_rollups` says of the province is the sum of `settlement`, by period, field and variant. #}
{% test the_province_is_the_sum(model) %}
with

province as (
    select
        period_type, period_start, period_end, field_code, variant,
        total_received, settled_late, pending_late
    from {{ model }}
    where agency_code = '{{ var("province")["agency_prefix"] }}'
),

summed as (
    select
        period_type, period_start, period_end, field_code, variant,
        sum(total_received) as total_received, sum(settled_late) as settled_late, sum(pending_late) as pending_late
    from {{ ref('settlement') }}
    group by period_type, period_start, period_end, field_code, variant
    union all
    select
        period_type, period_start, period_end, 'tat_ca' as field_code, variant,
        sum(total_received) as total_received, sum(settled_late) as settled_late, sum(pending_late) as pending_late
    from {{ ref('settlement') }}
    group by period_type, period_start, period_end, variant
)

select summed.*
from summed
full join province
    on summed.period_type = province.period_type
    and summed.period_start = province.period_start
    and summed.period_end = province.period_end
    and summed.field_code = province.field_code
    and summed.variant = province.variant
where not coalesce(
    summed.total_received = province.total_received
    and summed.settled_late = province.settled_late
    and summed.pending_late = province.pending_late,
    false
)
{% endtest %}
