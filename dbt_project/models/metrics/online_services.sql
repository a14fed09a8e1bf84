{%- set names = [
    'online_filing',
    'online_filing_with_result',
    'online_payment',
    'online_service_offered',
    'online_service_used',
    'payment_used'
] -%}
with

told as (
    select * from {{ ref('indicators') }}
    where
        period_type = 'month'
        and indicator in ('{{ names | join("', '") }}')
),

online_services as (
    select
        unit_kind,
        unit_code,
        unit_name,
        period_start as month_start,
        period_end as month_end,
        counted_until,
        {{ indicator_columns(names) }}
    from told
    group by
        unit_kind,
        unit_code,
        unit_name,
        period_start,
        period_end,
        counted_until
)

select * from online_services
