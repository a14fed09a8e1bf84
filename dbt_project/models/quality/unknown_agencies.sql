with

dossiers as (
    select
        dossier_key,
        dataset,
        competent_agency_raw
    from {{ ref('int_dossier_latest') }}
),

matched as (
    select * from {{ ref('int_dossier_agencies') }}
),

lookups as (
    select * from {{ ref('int_agency_lookups') }}
),

-- a ministry prepares its own decisions, and is on no list of the province
other_texts as (
    select
        dataset,
        'rated' as role,
        agency_raw as written_as,
        coalesce(cast(rated_at as date), {{ as_of() }}) as asked_on
    from {{ ref('int_satisfaction_ratings') }}
    where row_verdict = 'kept'
    union all
    select
        dataset,
        'preparing' as role,
        agency_raw as written_as,
        coalesce(decision_date, {{ as_of() }}) as asked_on
    from {{ ref('int_procedure_publications') }}
    where row_verdict = 'kept' and issuer is distinct from 'ministry'
),

not_found as (
    select
        dossiers.dataset,
        'receiving' as role,
        coalesce(matched.receiving_agency_asked, '(không ghi)') as written_as,
        matched.receiving_agency_problem as problem,
        matched.asked_on
    from dossiers
    inner join matched on dossiers.dossier_key = matched.dossier_key
    where matched.receiving_agency_problem is not null
    union all
    select
        dossiers.dataset,
        'competent' as role,
        dossiers.competent_agency_raw as written_as,
        matched.competent_agency_problem as problem,
        matched.asked_on
    from dossiers
    inner join matched on dossiers.dossier_key = matched.dossier_key
    where matched.competent_agency_problem is not null
    union all
    select
        other_texts.dataset,
        other_texts.role,
        other_texts.written_as,
        lookups.problem,
        other_texts.asked_on
    from other_texts
    inner join lookups on other_texts.written_as = lookups.written_as and other_texts.asked_on = lookups.asked_on
    where lookups.problem is not null
),

unknown_agencies as (
    select
        not_found.dataset,
        not_found.role,
        not_found.written_as,
        not_found.problem,
        {{ joined_text('lookups.candidates', '; ') }} as candidates,
        cast(count(*) as bigint) as dossiers,
        min(not_found.asked_on) as first_day,
        max(not_found.asked_on) as last_day
    from not_found
    left join lookups on not_found.written_as = lookups.written_as and not_found.asked_on = lookups.asked_on
    group by not_found.dataset, not_found.role, not_found.written_as, not_found.problem
)

select * from unknown_agencies
