with

listed_agencies as (
    select * from {{ ref('int_agencies') }}
    where row_verdict = 'kept' and agency_code is not null
),

ranked as (
    select
        upper(trim(agency_code)) as agency_code,
        {{ agency_key('agency_code') }} as agency_key,
        agency_name,
        upper(trim(parent_code)) as parent_code,
        lower(level) as level,
        commune_code,
        source_system,
        batch_id,
        row_number,
        row_number() over (
            partition by upper(trim(agency_code))
            order by source_priority asc, batch_sequence desc, dataset asc, row_number asc
        ) as source_rank
    from listed_agencies
),

known_agencies as (
    select * from ranked
    where source_rank = 1
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
        coalesce(known_agencies.level, case when known_agencies.commune_code is not null then 'commune' end) as level,
        known_agencies.commune_code,
        known_agencies.source_system,
        known_agencies.batch_id,
        known_agencies.row_number
    from known_agencies
    left join ancestors on known_agencies.agency_code = ancestors.agency_code and ancestors.distance = 1
)

select * from agencies
