with

listed_agencies as (
    select * from {{ ref('int_agencies') }}
    where row_verdict = 'kept' and agency_code is not null
),

units as (
    select * from {{ ref('administrative_units') }}
),

-- one source speaks for an agency, with all the versions that it lists
chosen as (
    select
        *,
        upper(trim(agency_code)) as listed_code,
        row_number() over newest_first as row_rank,
        first_value(coalesce(dataset, '')) over newest_first as chosen_dataset
    from listed_agencies
    window newest_first as (
        partition by upper(trim(agency_code))
        order by source_priority asc, batch_sequence desc, dataset asc, row_number asc
    )
),

ranked as (
    select
        *,
        row_number() over (partition by listed_code, valid_from order by row_rank) as version_rank
    from chosen
    where coalesce(dataset, '') = chosen_dataset
),

-- an agency of a commune is as old as the name that it shares with the commune
named_communes as (
    select
        code,
        {{ name_key('name') }} as commune_key,
        min(valid_from) as named_from,
        case when count(valid_to) = count(*) then max(valid_to) end as named_to
    from units
    where level = 'commune'
    group by code, {{ name_key('name') }}
),

placed as (
    select
        ranked.*,
        named_communes.named_from,
        named_communes.named_to,
        row_number() over (
            partition by ranked.listed_code, ranked.valid_from order by length(named_communes.commune_key) desc
        ) as name_rank
    from ranked
    left join named_communes
        on ranked.commune_code = named_communes.code
            and {{ name_key('ranked.agency_name') }} like '%' || named_communes.commune_key || '%'
    where ranked.version_rank = 1
),

last_day_of_districts as (
    select case when count(valid_to) = count(*) then max(valid_to) end as last_day
    from units
    where level = 'district'
),

dated as (
    select
        placed.listed_code as agency_code,
        {{ agency_key('placed.agency_code') }} as agency_key,
        placed.agency_name,
        upper(trim(placed.parent_code)) as parent_code,
        coalesce(lower(placed.level), case when placed.commune_code is not null then 'commune' end) as level,
        placed.commune_code,
        coalesce(placed.valid_from, placed.named_from, date '1900-01-01') as valid_from,
        coalesce(
            placed.valid_to,
            placed.named_to,
            case when lower(placed.level) = 'district' then last_day_of_districts.last_day end
        ) as last_day,
        placed.source_system,
        placed.batch_id,
        placed.row_number
    from placed
    cross join last_day_of_districts
    where placed.name_rank = 1
),

versions as (
    select
        agency_code,
        agency_key,
        -- of the codes of both generations the current one
        first_value(agency_code) over (
            partition by agency_key
            order by case when agency_code = agency_key then 0 else 1 end, agency_code
            rows between unbounded preceding and unbounded following
        ) as canonical_code,
        agency_name,
        parent_code,
        level,
        commune_code,
        valid_from,
        least(
            last_day,
            cast(lead(valid_from) over (partition by agency_code order by valid_from) - interval 1 day as date)
        ) as valid_to,
        source_system,
        batch_id,
        row_number
    from dated
)

select * from versions
