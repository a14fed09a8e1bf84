with

facts as (
    select * from {{ ref('procedure_facts') }}
),

listed_procedures as (
    select
        *,
        coalesce({{ national_procedure_code('procedure_code_raw') }}, upper(trim(procedure_code_raw))) as procedure_code
    from {{ ref('int_procedures') }}
    where row_verdict = 'kept' and procedure_code_raw is not null
),

fields as (
    select * from {{ ref('int_fields') }}
),

-- a code may come with several local suffixes or from several catalogues
ranked as (
    select
        *,
        row_number() over (
            partition by procedure_code
            order by source_priority asc, batch_sequence desc, dataset asc, row_number asc
        ) as source_rank
    from listed_procedures
),

-- what the province has settled itself goes before a catalogue
catalogue_only as (
    select * from ranked
    where source_rank = 1 and procedure_code not in (select facts.procedure_code from facts)
),

versions as (
    select
        procedure_code,
        procedure_name,
        field_name,
        level,
        duration_hours,
        has_result,
        service_level,
        fee_amount,
        decision_number,
        valid_from,
        'procedure_facts' as source_system,
        cast(null as varchar) as batch_id,
        cast(null as bigint) as row_number
    from facts
    union all
    select
        procedure_code,
        procedure_name,
        field_name,
        level,
        -- only a text that is one number of working days is a duration; several are cases that need reading
        8 * cast(
            {{ extract_group('lower(trim(duration_text))', '^([0-9]{1,3}) ngày làm việc$') }} as bigint
        ) as duration_hours,
        cast(null as boolean) as has_result,
        cast(null as bigint) as service_level,
        cast(null as double) as fee_amount,
        decision_number,
        -- a catalogue does not say since when
        date '1900-01-01' as valid_from,
        source_system,
        batch_id,
        row_number
    from catalogue_only
),

procedures as (
    select
        versions.procedure_code,
        versions.procedure_name,
        fields.field_code,
        versions.field_name,
        versions.level,
        cast(versions.duration_hours as bigint) as duration_hours,
        versions.has_result,
        cast(versions.service_level as bigint) as service_level,
        versions.fee_amount,
        versions.decision_number,
        {{ national_procedure_code('versions.procedure_code') }} is not null as is_national,
        versions.valid_from,
        cast(
            lead(versions.valid_from) over (
                partition by versions.procedure_code order by versions.valid_from
            ) - interval 1 day as date
        ) as valid_to,
        versions.source_system,
        versions.batch_id,
        versions.row_number
    from versions
    left join fields on {{ name_key('versions.field_name') }} = fields.field_key
)

select * from procedures
