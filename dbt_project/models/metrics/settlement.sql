with

dossiers as (
    select * from {{ ref('int_settlement_dossiers') }}
),

settlement as (
    select
        period_type,
        period_start,
        period_end,
        counted_until,
        agency_code,
        field_code,
        variant,
        cast(count(*) as bigint) as total_received,
        cast(sum(case when column_in = 4 then 1 else 0 end) as bigint) as received_online,
        cast(sum(case when column_in = 5 then 1 else 0 end) as bigint) as received_direct_or_post,
        cast(sum(case when column_in = 6 then 1 else 0 end) as bigint) as carried_over,
        cast(sum(case when column_out in (8, 9, 10) then 1 else 0 end) as bigint) as total_settled,
        cast(sum(case when column_out = 8 then 1 else 0 end) as bigint) as settled_early,
        cast(sum(case when column_out = 9 then 1 else 0 end) as bigint) as settled_on_time,
        cast(sum(case when column_out = 10 then 1 else 0 end) as bigint) as settled_late,
        cast(sum(case when column_out in (12, 13) then 1 else 0 end) as bigint) as total_pending,
        cast(sum(case when column_out = 12 then 1 else 0 end) as bigint) as pending_in_time,
        cast(sum(case when column_out = 13 then 1 else 0 end) as bigint) as pending_late
    from dossiers
    group by
        period_type,
        period_start,
        period_end,
        counted_until,
        agency_code,
        field_code,
        variant
)

select * from settlement
