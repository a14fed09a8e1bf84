with

dossiers as (
    select
        dossier_key,
        receiving_agency_raw,
        competent_agency_raw,
        {{ day_of_dossier() }} as asked_on
    from {{ ref('int_dossier_latest') }}
),

ratings as (
    select * from {{ ref('int_satisfaction_ratings') }}
    where row_verdict = 'kept' and agency_raw is not null
),

publications as (
    select * from {{ ref('int_procedure_publications') }}
    where row_verdict = 'kept' and agency_raw is not null
),

agency_versions as (
    select * from {{ ref('agency_versions') }}
),

agencies as (
    select * from {{ ref('agencies') }}
),

successors as (
    select * from {{ ref('int_agency_successors') }}
),

asked as (
    select
        receiving_agency_raw as written_as,
        asked_on
    from dossiers
    where receiving_agency_raw is not null
    union
    select
        competent_agency_raw as written_as,
        asked_on
    from dossiers
    where competent_agency_raw is not null
    union
    select
        {{ agency_of_dossier('dossier_key') }} as written_as,
        asked_on
    from dossiers
    where {{ agency_of_dossier('dossier_key') }} is not null
    union
    select
        agency_raw as written_as,
        coalesce(cast(rated_at as date), {{ as_of() }}) as asked_on
    from ratings
    union
    select
        agency_raw as written_as,
        coalesce(decision_date, {{ as_of() }}) as asked_on
    from publications
),

texts as (
    select
        written_as,
        {{ agency_key('written_as') }} as code_form,
        {{ name_key('written_as') }} as name_form
    from asked
    group by written_as
),

listed_codes as (
    select distinct
        agency_key as code_form,
        canonical_code
    from agency_versions
),

listed_names as (
    select
        {{ name_key('agency_versions.agency_name') }} as name_form,
        agency_versions.canonical_code,
        agency_versions.valid_from,
        agency_versions.valid_to,
        agencies.valid_from as agency_from,
        agencies.valid_to as agency_to
    from agency_versions
    inner join agencies on agency_versions.agency_code = agencies.agency_code
),

-- a name of its day goes before a name that the agency had on another day
named as (
    select
        asked.written_as,
        asked.asked_on,
        listed_names.canonical_code,
        case
            when
                asked.asked_on >= listed_names.valid_from
                and (listed_names.valid_to is null or asked.asked_on <= listed_names.valid_to)
                then 1
            when
                asked.asked_on >= listed_names.agency_from
                and (listed_names.agency_to is null or asked.asked_on <= listed_names.agency_to)
                then 2
            else 3
        end as fit
    from asked
    inner join texts on asked.written_as = texts.written_as
    inner join listed_names on texts.name_form = listed_names.name_form
),

ranked_names as (
    select
        *,
        rank() over (partition by written_as, asked_on order by fit) as fit_rank
    from named
),

found_names as (
    select
        written_as,
        asked_on,
        min(fit) as fit,
        count(distinct canonical_code) as agency_count,
        min(canonical_code) as first_agency,
        {{ joined_text('canonical_code', ', ') }} as candidates
    from ranked_names
    where fit_rank = 1
    group by written_as, asked_on
),

gathered as (
    select
        asked.written_as,
        asked.asked_on,
        texts.name_form,
        listed_codes.canonical_code as agency_by_code,
        case
            when found_names.fit <= 2 and found_names.agency_count = 1 then found_names.first_agency
        end as agency_by_name,
        coalesce(found_names.fit <= 2 and found_names.agency_count > 1, false) as is_ambiguous,
        coalesce(found_names.fit = 3, false) as is_not_in_force,
        found_names.candidates,
        coalesce(by_code.agency_code, by_name.agency_code) as agency_by_succession,
        coalesce(by_code.problem, by_name.problem) as problem_of_succession,
        coalesce(by_code.successors, by_name.successors) as successors
    from asked
    inner join texts on asked.written_as = texts.written_as
    left join listed_codes on texts.code_form = listed_codes.code_form
    left join found_names on asked.written_as = found_names.written_as and asked.asked_on = found_names.asked_on
    left join successors as by_code on 'code:' || texts.code_form = by_code.old_form
    left join successors as by_name on 'name:' || texts.name_form = by_name.old_form
),

lookups as (
    select
        written_as,
        asked_on,
        name_form,
        case
            when is_ambiguous then null
            else coalesce(agency_by_code, agency_by_name, agency_by_succession)
        end as agency_code,
        case
            when agency_by_code is not null then 'code'
            when agency_by_name is not null then 'name'
            when not is_ambiguous and agency_by_succession is not null then 'succession'
        end as found_by,
        case
            when coalesce(agency_by_code, agency_by_name) is not null then null
            when is_ambiguous then 'ambiguous'
            when agency_by_succession is not null then null
            when problem_of_succession is not null then problem_of_succession
            when is_not_in_force then 'not_in_force'
            else 'unknown'
        end as problem,
        case when is_ambiguous or is_not_in_force then candidates else successors end as candidates
    from gathered
)

select * from lookups
