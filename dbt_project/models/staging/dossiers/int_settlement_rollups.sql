{%- set counts = [
    'total_received', 'received_online', 'received_direct_or_post', 'carried_over',
    'total_settled', 'settled_early', 'settled_on_time', 'settled_late',
    'total_pending', 'pending_in_time', 'pending_late'
] -%}
with

settlement as (
    select * from {{ ref('settlement') }}
),

agency_tree as (
    select * from {{ ref('int_agency_tree') }}
),

listed as (
    select distinct agency_code from agency_tree
),

-- an agency that no list has is beneath the province alone
placed as (
    select
        settlement.*,
        agency_tree.ancestor_code
    from settlement
    inner join agency_tree on settlement.agency_code = agency_tree.agency_code
    union all
    select
        settlement.*,
        '{{ var("province")["agency_prefix"] }}' as ancestor_code
    from settlement
    left join listed on settlement.agency_code = listed.agency_code
    where listed.agency_code is null
),

rolled_up as (
    select
        period_type,
        period_start,
        period_end,
        counted_until,
        ancestor_code as agency_code,
        coalesce(field_code, 'tat_ca') as field_code,
        {%- for count in counts %}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {%- endfor %}
        variant
    from placed
    group by grouping sets (
        (period_type, period_start, period_end, counted_until, ancestor_code, field_code, variant),
        (period_type, period_start, period_end, counted_until, ancestor_code, variant)
    )
)

select * from rolled_up
