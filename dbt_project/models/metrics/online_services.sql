with

told as (
    select * from {{ ref('indicators') }}
    where
        period_type = 'month'
        and indicator in (
            'online_filing',
            'online_filing_with_result',
            'online_payment',
            'online_service_offered',
            'online_service_used',
            'payment_used'
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
            'online_filing',
            'online_filing_with_result',
            'online_payment',
            'online_service_offered',
            'online_service_used',
            'payment_used'
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

online_services as (
    select
        unit_kind,
        unit_code,
        unit_name,
        month_start,
        month_end,
        counted_until,
        cast(online_filing as bigint) as online_filing,
        cast(online_filing_of as bigint) as online_filing_of,
        online_filing_rate,
        cast(online_filing_with_result as bigint) as online_filing_with_result,
        cast(online_filing_with_result_of as bigint) as online_filing_with_result_of,
        online_filing_with_result_rate,
        cast(online_payment as bigint) as online_payment,
        cast(online_payment_of as bigint) as online_payment_of,
        online_payment_rate,
        cast(online_service_offered as bigint) as online_service_offered,
        cast(online_service_offered_of as bigint) as online_service_offered_of,
        online_service_offered_rate,
        cast(online_service_used as bigint) as online_service_used,
        cast(online_service_used_of as bigint) as online_service_used_of,
        online_service_used_rate,
        cast(payment_used as bigint) as payment_used,
        cast(payment_used_of as bigint) as payment_used_of,
        payment_used_rate
    from side_by_side
)

select * from online_services
