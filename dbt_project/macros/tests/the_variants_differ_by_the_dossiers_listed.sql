{# Form 06: from the strict count of a period less that of the software, only the listed dossiers remain. #}
{% test the_variants_differ_by_the_dossiers_listed(model) %}
with

placed as (
    select
        period_type, period_start, period_end,
        sum(case when variant = 'strict' then 1 else -1 end) as more_counted,
        sum(case when column_out not in (10, 13) then 0 when variant = 'strict' then 1 else -1 end) as more_late
    from {{ ref('int_settlement_placements') }}
    group by period_type, period_start, period_end
),

listed as (
    select
        period_type, period_start, period_end,
        count(strict_column_in) - count(as_system_column_in) as more_counted,
        count(case when strict_column_out in (10, 13) then 1 end)
        - count(case when as_system_column_out in (10, 13) then 1 end) as more_late
    from {{ model }}
    group by period_type, period_start, period_end
)

select placed.*
from placed
left join listed
    on placed.period_type = listed.period_type
    and placed.period_start = listed.period_start
    and placed.period_end = listed.period_end
where placed.more_counted <> coalesce(listed.more_counted, 0)
    or placed.more_late <> coalesce(listed.more_late, 0)
{% endtest %}
