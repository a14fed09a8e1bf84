with

publications as (
    select * from {{ ref('procedure_publications') }}
    where decision_date is not null
),

limits as (
    select * from {{ ref('publication_limits') }}
),

days as (
    select * from {{ ref('calendar_days') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_type <> 'range'
),

members as (
    select * from {{ ref('int_indicator_members') }}
),

-- what is not public is late once its working days are over, and before that not told
judged as (
    select
        publications.procedure_code,
        publications.decision_number,
        publications.decision_date,
        publications.parts_published,
        coalesce(publications.agency_code, 'khong_ro') as agency_code,
        publications.days_before_effective >= limits.days_before_effect as is_on_time,
        case
            when publications.published_on is not null then publications.days_to_public <= limits.days_to_public
            when today.working_day_number - decision_days.working_day_number > limits.days_to_public then false
        end as is_public_on_time
    from publications
    left join limits on publications.issuer = limits.issuer
    left join days as decision_days on publications.decision_date = decision_days.day
    left join days as today on today.day = {{ as_of() }}
),

of_units as (
    select
        members.unit_kind,
        members.unit_code,
        judged.*
    from judged
    inner join members on judged.agency_code = members.place_code
    union all
    select
        'province' as unit_kind,
        '{{ var("province")["agency_prefix"] }}' as unit_code,
        judged.*
    from judged
),

up_to_period as (
    select
        of_units.*,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.counted_until,
        of_units.decision_date >= periods.period_start as is_decided,
        row_number() over (
            partition by
                of_units.unit_kind,
                of_units.unit_code,
                of_units.procedure_code,
                periods.period_type,
                periods.period_start
            order by of_units.decision_date desc, of_units.decision_number desc
        ) as newest_first
    from of_units
    inner join periods on of_units.decision_date <= periods.counted_until
),

-- a procedure counts once, and one late decision of the period makes it late
procedures as (
    select
        unit_kind,
        unit_code,
        procedure_code,
        period_type,
        period_start,
        period_end,
        counted_until,
        max(case when is_decided then 1 else 0 end) = 1 as is_decided,
        min(case when is_decided and is_on_time then 1 when is_decided and not is_on_time then 0 end) = 1 as is_on_time,
        min(
            case when is_decided and is_public_on_time then 1 when is_decided and not is_public_on_time then 0 end
        ) = 1 as is_public_on_time,
        max(case when newest_first = 1 then parts_published end) as parts_published
    from up_to_period
    group by
        unit_kind,
        unit_code,
        procedure_code,
        period_type,
        period_start,
        period_end,
        counted_until
)

select * from procedures
