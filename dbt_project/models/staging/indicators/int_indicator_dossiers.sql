{{ config(materialized='view') }}
with

dossiers as (
    select * from {{ ref('dossiers') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_type <> 'range'
),

spans as (
    select * from {{ ref('int_decentralised_spans') }}
),

-- what Form 06 counts: received, not deleted, neither newly filed (1) nor refused (3);
-- a status without a mapping is read from the dates
counted as (
    select
        *,
        coalesce(receiving_agency_code, 'khong_ro') as agency_code,
        coalesce(commune_code_current, 'khong_ro') as current_commune_code,
        coalesce(procedure_code, upper(trim(procedure_code_raw))) as procedure_key,
        coalesce(status, case when finished_at is null then 4 else 9 end) as known_status,
        cast(received_at as date) as received_on,
        coalesce(due_at, due_at_computed) as limit_at
    from dossiers
    where deleted_at is null and vanished_at is null and received_at is not null and coalesce(status, 4) not in (1, 3)
),

-- the end: of the processing, else of handing over, else of stopping
ended as (
    select
        *,
        case
            when known_status in (7, 9, 10) then coalesce(finished_at, returned_at)
            when known_status = 8 then coalesce(finished_at, returned_at, supplement_requested_at)
        end as ended_at
    from counted
),

-- an end before the reception counts on the day of the reception, as in Form 06
dated as (
    select
        *,
        case when ended_at is not null then greatest(cast(ended_at as date), received_on) end as ended_on
    from ended
),

in_period as (
    select
        dated.*,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.counted_until,
        spans.to_level as decentralised_to,
        dated.received_on >= periods.period_start as is_received,
        coalesce(dated.ended_on <= periods.counted_until, false) as is_ended
    from dated
    inner join periods
        on dated.received_on <= periods.counted_until
            and (dated.ended_on is null or dated.ended_on >= periods.period_start)
    left join spans
        on dated.procedure_key = spans.procedure_code
            and dated.received_on >= spans.handed_over_from
            and (spans.handed_over_to is null or dated.received_on <= spans.handed_over_to)
),

-- a second supplement is late, and nothing shows that a dossier without any limit is on time
judged as (
    select
        dossier_code,
        dataset,
        agency_code,
        current_commune_code as commune_code,
        procedure_key,
        period_type,
        period_start,
        period_end,
        counted_until,
        received_on,
        known_status as status,
        channel,
        service_level,
        fee_amount,
        online_payment,
        input_digitised,
        result_digitised,
        input_reused,
        input_from_national_store,
        population_data_used,
        is_synchronised,
        is_result_expected,
        has_result_file,
        decentralised_to,
        is_received,
        is_ended,
        is_ended and known_status in (7, 9, 10) as is_settled,
        case
            when coalesce(supplement_rounds, 0) > 1 or limit_at is null then false
            when is_ended then not {{ is_after('ended_at', 'limit_at') }}
            else cast(limit_at as date) >= counted_until
        end as is_on_time
    from in_period
)

select * from judged
