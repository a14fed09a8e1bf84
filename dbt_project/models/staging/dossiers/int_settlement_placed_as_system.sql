{{ config(materialized='view') }}
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
        dossier_code,
        batch_id,
        row_number,
        coalesce(receiving_agency_code, receiving_agency_raw, 'khong_ro') as agency_code,
        coalesce(field_code, 'khong_ro') as field_code,
        coalesce(channel, 1) as channel,
        coalesce(status, case when finished_at is null then 4 else 9 end) as status,
        cast(received_at as date) as received_on,
        cast(due_at as date) as due_on,
        cast(finished_at as date) as finished_on,
        cast(supplement_requested_at as date) as supplement_requested_on
    from dossiers
    where deleted_at is null and vanished_at is null and received_at is not null and coalesce(status, 4) not in (1, 3)
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

placed as (
    select
        dossier_code,
        batch_id,
        row_number,
        agency_code,
        field_code,
        period_type,
        period_start,
        period_end,
        counted_until,
        'as_system' as variant,
        case
            when is_carried_over then 6
            when channel = 2 then 4
            else 5
        end as column_in,
        case
            when is_settled and status = 7 then 9
            when is_settled and finished_on < due_on then 8
            when is_settled and finished_on > due_on then 10
            when is_settled then 9
            when is_paused then 12
            when due_on < counted_until then 13
            else 12
        end as column_out
    from in_period
)

select * from placed
