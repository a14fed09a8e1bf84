with

told as (
    select * from {{ ref('indicators') }}
    where
        period_type = 'month'
        and indicator in (
            'input_digitised',
            'result_digitised',
            'fully_digitised',
            'input_reused',
            'input_from_national_store',
            'electronic_result',
            'population_data_used'
        )
),

side_by_side as (
    select
        unit_kind,
        unit_code,
        unit_name,
        period_start as month_start,
        period_end as month_end,
        counted_until,
        {{ indicator_columns([
            'input_digitised',
            'result_digitised',
            'fully_digitised',
            'input_reused',
            'input_from_national_store',
            'electronic_result',
            'population_data_used'
        ]) }}
    from told
    group by
        unit_kind,
        unit_code,
        unit_name,
        period_start,
        period_end,
        counted_until
),

digitisation as (
    select
        unit_kind,
        unit_code,
        unit_name,
        month_start,
        month_end,
        counted_until,
        cast(input_digitised as bigint) as input_digitised,
        cast(input_digitised_of as bigint) as input_digitised_of,
        input_digitised_rate,
        cast(result_digitised as bigint) as result_digitised,
        cast(result_digitised_of as bigint) as result_digitised_of,
        result_digitised_rate,
        cast(fully_digitised as bigint) as fully_digitised,
        cast(fully_digitised_of as bigint) as fully_digitised_of,
        fully_digitised_rate,
        cast(input_reused as bigint) as input_reused,
        cast(input_reused_of as bigint) as input_reused_of,
        input_reused_rate,
        cast(input_from_national_store as bigint) as input_from_national_store,
        cast(input_from_national_store_of as bigint) as input_from_national_store_of,
        input_from_national_store_rate,
        cast(electronic_result as bigint) as electronic_result,
        cast(electronic_result_of as bigint) as electronic_result_of,
        electronic_result_rate,
        cast(population_data_used as bigint) as population_data_used,
        cast(population_data_used_of as bigint) as population_data_used_of,
        population_data_used_rate
    from side_by_side
)

select * from digitisation
