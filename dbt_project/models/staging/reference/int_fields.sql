with

facts as (
    select * from {{ ref('procedure_facts') }}
),

listed_procedures as (
    select * from {{ ref('int_procedures') }}
    where row_verdict = 'kept'
),

dossiers as (
    select * from {{ ref('int_dossiers') }}
    where row_verdict = 'kept'
),

named as (
    select
        field_name,
        field_code,
        1 as source_rank
    from listed_procedures
    union all
    -- like its procedures, the fields of the seed stand in while no catalogue is loaded
    select
        field_name,
        field_code,
        2 as source_rank
    from facts
    where not exists (select 1 from listed_procedures)
    union all
    select
        field_name,
        cast(null as varchar) as field_code,
        3 as source_rank
    from dossiers
),

keyed as (
    select distinct
        {{ name_key('field_name') }} as field_key,
        field_name,
        field_code,
        source_rank
    from named
    where field_name is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by field_key
            order by case when field_code is null then 1 else 0 end, source_rank, field_code, field_name
        ) as name_rank
    from keyed
),

-- where no source gives a code, one is made from the name and says so
fields as (
    select
        field_key,
        coalesce(field_code, 'ten:' || field_key) as field_code,
        field_name
    from ranked
    where name_rank = 1
)

select * from fields
