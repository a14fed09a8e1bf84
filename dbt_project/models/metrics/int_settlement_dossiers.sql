{{ config(schema='staging', contract={'enforced': false}, materialized='view') }}
with

dossiers as (
    select * from {{ ref('dossiers') }}
    where
        deleted_at is null
        and status in (2, 4, 5, 6, 7, 8, 9, 10)
        and received_at is not null
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- dates and not times: a dossier due at 09:00 and finished at 16:00 of that day is on time
dated as (
    select
        dossier_code,
        coalesce(receiving_agency_code, receiving_agency_raw, 'khong_ro') as agency_code,
        coalesce(field_code, 'khong_ro') as field_code,
        channel,
        status,
        cast(received_at as date) as received_on,
        cast(due_at as date) as due_on,
        cast(finished_at as date) as ended_on,
        cast(supplement_requested_at as date) as paused_on,
        -- an end before the reception is a fault that a flag names; it must not make the dossier vanish
        case
            when status in (7, 9, 10) then cast(greatest(finished_at, received_at) as date)
        end as settled_on
    from dossiers
),

-- settled without a date of settlement counts as pending: otherwise it would be in no column
counted as (
    select
        dated.dossier_code,
        dated.agency_code,
        dated.field_code,
        dated.channel,
        dated.status,
        dated.due_on,
        dated.ended_on,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        dated.received_on < periods.period_start as is_carried_over,
        dated.ended_on is not null and dated.settled_on <= periods.period_end as is_settled,
        dated.status in (6, 8)
        or (dated.status = 5 and coalesce(dated.paused_on <= periods.period_end, true)) as is_paused
    from dated
    inner join periods
        on
            dated.received_on <= periods.period_end
            and (dated.ended_on is null or dated.settled_on is null or dated.settled_on >= periods.period_start)
),

columns_in_and_out as (
    select
        dossier_code,
        agency_code,
        field_code,
        period_type,
        period_start,
        period_end,
        case
            when is_carried_over then 6
            when channel = 2 then 4
            else 5
        end as column_in,
        case
            when is_settled and status = 7 then 9
            when is_settled and ended_on < due_on then 8
            when is_settled and ended_on > due_on then 10
            when is_settled then 9
            when is_paused then 12
            when due_on < period_end then 13
            else 12
        end as column_out
    from counted
)

select * from columns_in_and_out
