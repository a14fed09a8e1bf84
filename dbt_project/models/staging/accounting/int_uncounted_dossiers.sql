with

months as (
    select * from {{ ref('int_periods') }}
    where period_type = 'month'
),

first_period as (
    select min(period_start) as first_day from months
),

frozen_months as (
    select period_start from {{ ref('int_frozen_periods') }}
    where period_type = 'month'
),

frozen_dossiers as (
    select distinct dossier_code from {{ ref('int_frozen_placements') }}
    where period_type = 'month' and variant = 'as_system'
),

-- for each month the first from it on that is not frozen
next_open as (
    select
        months.period_start,
        min(case when frozen_months.period_start is null then months.period_start end) over (
            order by months.period_start rows between current row and unbounded following
        ) as open_from
    from months
    left join frozen_months on months.period_start = frozen_months.period_start
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
        case
            when status in (7, 9, 10) and finished_on is not null then greatest(finished_on, received_on)
        end as ended_on
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
            when ended.ended_on < first_period.first_day then 'ended_before_first_period'
            when
                frozen_dossiers.dossier_code is null
                and coalesce(next_open.open_from > coalesce(ended.ended_on, {{ as_of() }}), true)
                then 'entered_after_freeze'
        end as reason
    from ended
    cross join first_period
    left join next_open
        on greatest(cast(date_trunc('month', ended.received_on) as date), first_period.first_day)
            = next_open.period_start
    left join frozen_dossiers on ended.dossier_code = frozen_dossiers.dossier_code
),

uncounted as (
    select * from reasons
    where reason is not null
)

select * from uncounted
