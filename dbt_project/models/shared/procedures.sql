with

facts as (
    select * from {{ ref('procedure_facts') }}
),

catalogue as (
    select * from {{ ref('int_procedures') }}
    where row_verdict = 'kept'
),

fact_rows as (
    select
        procedure_code,
        cast(null as varchar) as procedure_code_raw,
        procedure_name,
        field_code,
        field_name,
        level,
        cast(duration_hours as double) as duration_hours,
        cast(has_result as boolean) as has_result,
        cast(service_level as bigint) as service_level,
        cast(fee_amount as double) as fee_amount,
        decision_number,
        cast(valid_from as date) as valid_from,
        1 as preference
    from facts
),

catalogue_rows as (
    select
        {{ procedure_code('procedure_code_raw') }} as procedure_code,
        procedure_code_raw,
        procedure_name,
        cast(null as varchar) as field_code,
        field_name,
        level,
        cast(null as double) as duration_hours,
        cast(null as boolean) as has_result,
        cast(null as bigint) as service_level,
        cast(null as double) as fee_amount,
        decision_number,
        cast(null as date) as valid_from,
        2 as preference
    from catalogue
),

all_rows as (
    select * from fact_rows
    union all
    select * from catalogue_rows
),

versions as (
    select
        *,
        coalesce(valid_from, cast('1900-01-01' as date)) as version_start,
        row_number() over (
            partition by procedure_code, coalesce(valid_from, cast('1900-01-01' as date))
            order by preference, procedure_name
        ) as version_preference
    from all_rows
    where procedure_code is not null
),

procedures as (
    select
        procedure_code,
        procedure_code_raw,
        procedure_name,
        {{ name_key('procedure_name') }} as name_key,
        coalesce(field_code, 'ten:' || {{ name_key('field_name') }}) as field_code,
        field_name,
        level,
        duration_hours,
        has_result,
        service_level,
        fee_amount,
        decision_number,
        version_start as valid_from,
        cast(lead(version_start) over (partition by procedure_code order by version_start) - interval 1 day as date)
            as valid_to
    from versions
    where version_preference = 1
)

select * from procedures
