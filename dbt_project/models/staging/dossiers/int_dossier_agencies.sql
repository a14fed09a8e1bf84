with

dossiers as (
    select
        dossier_key,
        receiving_agency_raw,
        competent_agency_raw,
        {{ agency_of_dossier('dossier_key') }} as issuing_agency_raw,
        {{ day_of_dossier() }} as asked_on
    from {{ ref('int_dossier_latest') }}
),

lookups as (
    select * from {{ ref('int_agency_lookups') }}
),

agency_names as (
    select distinct
        canonical_code,
        {{ name_key('agency_name') }} as name_form
    from {{ ref('agency_versions') }}
),

-- the code of the unit that made the dossier begins its code: it stands in when the row names no agency,
-- and decides between agencies of the name that the row gives
weighed as (
    select
        dossiers.dossier_key,
        dossiers.asked_on,
        coalesce(dossiers.receiving_agency_raw, dossiers.issuing_agency_raw) as receiving_agency_asked,
        receiving.agency_code as written_agency_code,
        receiving.found_by as written_found_by,
        receiving.problem as written_problem,
        case
            when dossiers.receiving_agency_raw is null or agency_names.name_form is not null then issuing.agency_code
        end as issuing_agency_code,
        case
            when dossiers.receiving_agency_raw is null then coalesce(issuing.problem, 'not_given')
        end as issuing_problem,
        competent.agency_code as competent_agency_code,
        competent.problem as competent_agency_problem
    from dossiers
    left join lookups as receiving
        on dossiers.receiving_agency_raw = receiving.written_as and dossiers.asked_on = receiving.asked_on
    left join lookups as competent
        on dossiers.competent_agency_raw = competent.written_as and dossiers.asked_on = competent.asked_on
    left join lookups as issuing
        on dossiers.issuing_agency_raw = issuing.written_as and dossiers.asked_on = issuing.asked_on
    left join agency_names
        on issuing.agency_code = agency_names.canonical_code and receiving.name_form = agency_names.name_form
),

matched as (
    select
        dossier_key,
        coalesce(written_agency_code, issuing_agency_code) as receiving_agency_code,
        competent_agency_code,
        receiving_agency_asked,
        coalesce(
            written_found_by, case when issuing_agency_code is not null then 'dossier_code' end
        ) as receiving_agency_found_by,
        case
            when coalesce(written_agency_code, issuing_agency_code) is null
                then coalesce(written_problem, issuing_problem)
        end as receiving_agency_problem,
        competent_agency_problem,
        asked_on
    from weighed
)

select * from matched
