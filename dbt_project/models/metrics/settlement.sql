with

dossiers as (
    select * from {{ ref('dossiers') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- days, not times; 1 newly filed and 3 refused are not counted, nor what was deleted or never received;
-- a status without a mapping is read from the dates
counted as (
    select
        coalesce(receiving_agency_code, 'unknown') as agency_code,
        coalesce(field_code, 'unknown') as field_code,
        coalesce(channel, 1) as channel,
        coalesce(status, case when finished_at is null then 4 else 9 end) as status,
        cast(received_at as date) as received_on,
        cast(due_at as date) as due_on,
        cast(finished_at as date) as finished_on,
        cast(supplement_requested_at as date) as supplement_requested_on
    from dossiers
    where deleted_at is null and received_at is not null and coalesce(status, 4) not in (1, 3)
),

-- an end before the reception counts on the day of the reception; a settled dossier without an end is still open:
-- otherwise both would be received and leave no trace in any other column
ended as (
    select
        *,
        case
            when status in (7, 9, 10) and finished_on is not null then greatest(finished_on, received_on)
        end as ended_on
    from counted
),

in_period as (
    select
        ended.*,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.counted_until,
        ended.received_on < periods.period_start as is_carried_over,
        coalesce(ended.ended_on <= periods.counted_until, false) as is_settled,
        ended.status in (6, 8)
        or (ended.status = 5 and coalesce(ended.supplement_requested_on <= periods.counted_until, true)) as is_paused
    from ended
    inner join periods
        on ended.received_on <= periods.counted_until
        and (ended.ended_on is null or ended.ended_on >= periods.period_start)
),

judged as (
    select
        *,
        is_settled and status <> 7 and coalesce(finished_on < due_on, false) as is_early,
        is_settled and status <> 7 and coalesce(finished_on > due_on, false) as is_late,
        not is_settled and not is_paused and coalesce(due_on < counted_until, false) as is_pending_late
    from in_period
),

form_06 as (
    select
        period_type,
        period_start,
        period_end,
        counted_until,
        agency_code,
        field_code,
        'as_system' as variant,
        count(*) as total_received,
        sum(case when not is_carried_over and channel = 2 then 1 else 0 end) as received_online,
        sum(case when not is_carried_over and channel <> 2 then 1 else 0 end) as received_direct_or_post,
        sum(case when is_carried_over then 1 else 0 end) as carried_over,
        sum(case when is_settled then 1 else 0 end) as total_settled,
        sum(case when is_early then 1 else 0 end) as settled_early,
        sum(case when is_settled and not is_early and not is_late then 1 else 0 end) as settled_on_time,
        sum(case when is_late then 1 else 0 end) as settled_late,
        sum(case when not is_settled then 1 else 0 end) as total_pending,
        sum(case when not is_settled and not is_pending_late then 1 else 0 end) as pending_in_time,
        sum(case when is_pending_late then 1 else 0 end) as pending_late
    from judged
    group by
        period_type,
        period_start,
        period_end,
        counted_until,
        agency_code,
        field_code
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
        cast(total_received as bigint) as total_received,
        cast(received_online as bigint) as received_online,
        cast(received_direct_or_post as bigint) as received_direct_or_post,
        cast(carried_over as bigint) as carried_over,
        cast(total_settled as bigint) as total_settled,
        cast(settled_early as bigint) as settled_early,
        cast(settled_on_time as bigint) as settled_on_time,
        cast(settled_late as bigint) as settled_late,
        cast(total_pending as bigint) as total_pending,
        cast(pending_in_time as bigint) as pending_in_time,
        cast(pending_late as bigint) as pending_late
    from form_06
)

select * from settlement
