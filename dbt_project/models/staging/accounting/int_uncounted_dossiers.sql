with

first_period as (
    select min(period_start) as first_day from {{ ref('int_periods') }}
    where period_type = 'month'
),

dated as (
    select
        dossier_code,
        deleted_at,
        vanished_at,
        coalesce(status, case when finished_at is null then 4 else 9 end) as status,
        cast(received_at as date) as received_on,
        cast(finished_at as date) as finished_on
    from {{ ref('dossiers') }}
),

ended as (
    select
        *,
        case when status in (7, 9, 10) then greatest(finished_on, received_on) end as ended_on
    from dated
),

-- what Form 06 leaves out, said a second time: whoever changes one of the two must change the other
reasons as (
    select
        ended.dossier_code,
        case
            when ended.deleted_at is not null then 'deleted'
            when ended.vanished_at is not null then 'vanished'
            when ended.received_on is null then 'not_received'
            when ended.status in (1, 3) then 'not_accepted'
            when ended.received_on > {{ as_of() }} then 'received_after_as_of'
            when ended.finished_on is not null and ended.ended_on < first_period.first_day
                then 'ended_before_first_period'
        end as reason
    from ended
    cross join first_period
),

uncounted as (
    select * from reasons
    where reason is not null
)

select * from uncounted
