with

publications as (
    select
        *,
        coalesce(
            {{ national_procedure_code('procedure_code_raw') }}, upper(trim(procedure_code_raw))
        ) as procedure_code,
        trim(decision_number) as decision,
        coalesce(decision_date, {{ as_of() }}) as asked_on
    from {{ ref('int_procedure_publications') }}
    where row_verdict = 'kept' and procedure_code_raw is not null and decision_number is not null
),

procedures as (
    select
        procedure_code,
        max(case when is_in_published_catalogue then 1 else 0 end) = 1 as is_published
    from {{ ref('procedures') }}
    group by procedure_code
),

catalogues as (
    select count(is_in_published_catalogue) > 0 as is_loaded from {{ ref('procedures') }}
),

lookups as (
    select * from {{ ref('int_agency_lookups') }}
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by procedure_code, decision
            order by source_priority asc, batch_sequence desc, dataset asc, row_number asc
        ) as row_rank
    from publications
),

-- of two days the difference of their numbers is the working days after the first up to the second
counted as (
    select
        ranked.*,
        effective_days.working_day_number - decision_days.working_day_number as days_before_effective,
        public_days.working_day_number - decision_days.working_day_number as days_to_public,
        one_stop_days.working_day_number - decision_days.working_day_number as days_to_one_stop
    from ranked
    left join calendar_days as decision_days on ranked.decision_date = decision_days.day
    left join calendar_days as effective_days on ranked.legal_effective_on = effective_days.day
    left join calendar_days as public_days on ranked.published_on = public_days.day
    left join calendar_days as one_stop_days on ranked.one_stop_on = one_stop_days.day
    where ranked.row_rank = 1
),

procedure_publications as (
    select
        counted.procedure_code,
        counted.procedure_code_raw,
        counted.procedure_name,
        counted.decision as decision_number,
        counted.decision_date,
        counted.issuer,
        counted.legal_effective_on,
        counted.published_on,
        counted.one_stop_on,
        counted.parts_published,
        lookups.agency_code,
        counted.days_before_effective,
        counted.days_to_public,
        counted.days_to_one_stop,
        {{ national_procedure_code('counted.procedure_code') }} is not null as is_national,
        case
            when catalogues.is_loaded then coalesce(procedures.is_published, false)
        end as is_in_published_catalogue,
        counted.source_system,
        counted.batch_id,
        counted.row_number
    from counted
    cross join catalogues
    left join procedures on counted.procedure_code = procedures.procedure_code
    left join lookups on counted.agency_raw = lookups.written_as and counted.asked_on = lookups.asked_on
)

select * from procedure_publications
