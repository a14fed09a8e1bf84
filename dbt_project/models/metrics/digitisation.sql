{%- set names = [
    'input_digitised',
    'result_digitised',
    'fully_digitised',
    'input_reused',
    'input_from_national_store',
    'electronic_result',
    'population_data_used'
] -%}
with

told as (
    select * from {{ ref('indicators') }}
    where
        period_type = 'month'
        and indicator in ('{{ names | join("', '") }}')
),

digitisation as (
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

select * from digitisation
