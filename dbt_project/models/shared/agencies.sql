with

versions as (
    select * from {{ ref('agency_versions') }}
),

successors as (
    select * from {{ ref('int_agency_successors') }}
),

-- the version of the as-of day, else the last that has begun, else the first to come
ranked as (
    select
        *,
        row_number() over (
            partition by agency_code
            order by
                case when valid_from <= {{ as_of() }} then 0 else 1 end,
                case when valid_from <= {{ as_of() }} then valid_from end desc,
                valid_from asc
        ) as version_rank,
        min(valid_from) over (partition by agency_code) as first_day,
        case
            when count(valid_to) over (partition by agency_code) = count(*) over (partition by agency_code)
                then max(valid_to) over (partition by agency_code)
        end as last_day
    from versions
),

known_agencies as (
    select
        *,
        first_day <= {{ as_of() }} and (last_day is null or last_day >= {{ as_of() }}) as is_in_force
    from ranked
    where version_rank = 1
),

-- above means up to a dot: H56.1 is not above H56.14
ancestors as (
    select
        below.agency_code,
        above.agency_code as ancestor_code,
        row_number() over (
            partition by below.agency_code order by length(above.agency_key) desc, above.agency_code asc
        ) as distance
    from known_agencies as below
    inner join known_agencies as above on below.agency_key like above.agency_key || '.%'
),

agencies as (
    select
        known_agencies.agency_code,
        known_agencies.agency_key,
        known_agencies.agency_name,
        coalesce(known_agencies.parent_code, ancestors.ancestor_code) as parent_code,
        known_agencies.level,
        known_agencies.commune_code,
        known_agencies.first_day as valid_from,
        known_agencies.last_day as valid_to,
        case
            when known_agencies.is_in_force then known_agencies.canonical_code
            else coalesce(by_code.agency_code, by_name.agency_code)
        end as agency_code_current,
        known_agencies.source_system,
        known_agencies.batch_id,
        known_agencies.row_number
    from known_agencies
    left join ancestors on known_agencies.agency_code = ancestors.agency_code and ancestors.distance = 1
    left join successors as by_code on 'code:' || known_agencies.agency_key = by_code.old_form
    left join successors as by_name on 'name:' || {{ name_key('known_agencies.agency_name') }} = by_name.old_form
)

select * from agencies
