with

ratings as (
    select
        *,
        coalesce(trim(rating_code), row_key) as known_as,
        {{ dossier_key('dossier_code') }} as dossier_key,
        coalesce(cast(rated_at as date), {{ as_of() }}) as asked_on,
        {{ reading_day('rated_at') }} as placed_on
    from {{ ref('int_satisfaction_ratings') }}
    where row_verdict = 'kept' and coalesce(trim(rating_code), row_key) is not null
),

codes as (
    select * from {{ ref('int_dossier_codes') }}
),

dossiers as (
    select * from {{ ref('dossiers') }}
),

lookups as (
    select * from {{ ref('int_agency_lookups') }}
),

agencies as (
    select * from {{ ref('agencies') }}
),

communes as (
    select * from {{ ref('int_commune_on_day') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by known_as
            order by source_priority asc, batch_sequence desc, dataset asc, row_number asc
        ) as row_rank
    from ratings
),

-- the dossier says who is rated; a rating without one names the agency
matched as (
    select
        ranked.*,
        dossiers.dossier_code as known_dossier_code,
        dossiers.commune_code_current as commune_of_dossier,
        coalesce(dossiers.receiving_agency_code, lookups.agency_code) as agency_code
    from ranked
    left join codes on ranked.dossier_key = codes.dossier_key
    left join dossiers on coalesce(codes.main_key, ranked.dossier_key) = dossiers.dossier_code
    left join lookups on ranked.agency_raw = lookups.written_as and ranked.asked_on = lookups.asked_on
    where ranked.row_rank = 1
),

satisfaction_ratings as (
    select
        matched.known_as as rating_code,
        matched.known_dossier_code as dossier_code,
        matched.agency_code,
        case
            when matched.known_dossier_code is not null then matched.commune_of_dossier
            else communes.current_code
        end as commune_code_current,
        matched.rated_at,
        matched.rating,
        matched.source_system,
        matched.batch_id,
        matched.row_number
    from matched
    left join agencies on matched.agency_code = agencies.agency_code
    left join communes
        on agencies.commune_code = communes.code
            and matched.placed_on >= communes.read_from
            and matched.placed_on <= communes.read_to
)

select * from satisfaction_ratings
