{# Of indicators that add up, the province has what its communes have with what is in none of them. #}
{% test province_is_the_sum_of_its_communes(model) %}
with

sums as (
    select
        told.indicator,
        told.period_type,
        told.period_start,
        sum(case when told.unit_kind = 'province' then told.numerator else -told.numerator end) as numerator_left,
        sum(case when told.unit_kind = 'province' then told.denominator else -told.denominator end) as denominator_left,
        sum(
            case when told.unit_kind = 'province' then told.without_source else -told.without_source end
        ) as without_source_left
    from {{ model }} as told
    inner join {{ ref('metric_register') }} as register on told.indicator = register.metric
    where register.is_additive and register.unit_kinds like '%commune%' and told.unit_kind in ('commune', 'province')
    group by
        told.indicator,
        told.period_type,
        told.period_start
)

select * from sums
where numerator_left <> 0 or denominator_left <> 0 or without_source_left <> 0
{% endtest %}
