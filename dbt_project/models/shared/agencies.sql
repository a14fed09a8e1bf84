with

staged as (
    select * from {{ ref('int_agencies') }}
    where row_verdict = 'kept'
),

ranked as (
    select
        *,
        row_number() over (
            partition by agency_code
            order by source_priority asc, batch_sequence desc, row_number desc
        ) as preference
    from staged
),

chosen as (
    select * from ranked
    where preference = 1
),

-- both generations of codes: H17.12.3 belongs to H17.12; 001.00.10.H47 to 001.00.00.H47 is told by the source
agencies as (
    select
        agency_code,
        agency_name,
        coalesce(
            parent_code,
            case
                when regexp_matches(agency_code, '^[HG][0-9]{2}([.][0-9]+)+$')
                    then regexp_replace(agency_code, '[.][0-9]+$', '')
            end
        ) as parent_code,
        level,
        commune_code,
        {{ name_key('agency_name') }} as name_key,
        source_system,
        batch_id,
        row_number
    from chosen
)

select * from agencies
