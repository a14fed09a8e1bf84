with

facts as (
    select * from {{ ref('procedure_facts') }}
),

listed_procedures as (
    select
        *,
        coalesce(
            {{ national_procedure_code('procedure_code_raw') }}, upper(trim(procedure_code_raw))
        ) as procedure_code,
        -- a catalogue that does not say since when has one version
        coalesce(effective_on, decision_date, date '1900-01-01') as valid_from
    from {{ ref('int_procedures') }}
    where row_verdict = 'kept' and procedure_code_raw is not null
),

fields as (
    select * from {{ ref('int_fields') }}
),

durations as (
    select * from {{ ref('int_procedure_durations') }}
),

-- one catalogue speaks for a procedure, with all the versions that it lists
chosen as (
    select
        *,
        row_number() over newest_first as row_rank,
        first_value(coalesce(dataset, '')) over newest_first as chosen_dataset
    from listed_procedures
    window newest_first as (
        partition by procedure_code
        order by source_priority asc, batch_sequence desc, dataset asc, row_number asc
    )
),

-- of a code with several local suffixes the first row is taken
ranked as (
    select
        *,
        row_number() over (partition by procedure_code, valid_from order by row_rank) as version_rank
    from chosen
    where coalesce(dataset, '') = chosen_dataset
),

versions as (
    select
        ranked.procedure_code,
        {{ extract_group('trim(ranked.procedure_code_raw)', '^[0-9][.][0-9]{6}[.](.+)$') }} as local_suffix,
        ranked.procedure_name,
        ranked.field_name,
        ranked.level,
        ranked.authority,
        ranked.duration_text,
        coalesce(durations.duration_status, 'none') as duration_status,
        durations.duration_value,
        durations.duration_unit,
        durations.duration_hours,
        case
            when online_durations.duration_hours < durations.duration_hours then online_durations.duration_hours
        end as online_duration_hours,
        ranked.result_kind,
        ranked.has_result,
        ranked.service_level,
        ranked.fee_amount,
        ranked.has_financial_obligation,
        ranked.decision_number,
        ranked.decision_date,
        ranked.effective_on,
        ranked.published_on,
        {{ national_procedure_code('ranked.procedure_code') }} is not null as is_in_published_catalogue,
        ranked.valid_from,
        ranked.source_system,
        ranked.batch_id,
        ranked.row_number
    from ranked
    left join durations on ranked.duration_text = durations.duration_text
    left join durations as online_durations on ranked.online_duration_text = online_durations.duration_text
    where ranked.version_rank = 1
    union all
    -- the seed serves the sample: it stands in while no catalogue is loaded
    select
        procedure_code,
        cast(null as varchar) as local_suffix,
        procedure_name,
        field_name,
        level,
        cast(null as varchar) as authority,
        cast(null as varchar) as duration_text,
        'one' as duration_status,
        case when duration_hours % 8 = 0 then duration_hours / 8 else duration_hours end as duration_value,
        case when duration_hours % 8 = 0 then 'working_day' else 'hour' end as duration_unit,
        duration_hours,
        cast(null as bigint) as online_duration_hours,
        cast(null as varchar) as result_kind,
        has_result,
        service_level,
        fee_amount,
        cast(null as boolean) as has_financial_obligation,
        decision_number,
        cast(null as date) as decision_date,
        cast(null as date) as effective_on,
        cast(null as date) as published_on,
        cast(null as boolean) as is_in_published_catalogue,
        valid_from,
        'procedure_facts' as source_system,
        cast(null as varchar) as batch_id,
        cast(null as bigint) as row_number
    from facts
    where not exists (select 1 from listed_procedures)
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
        versions.row_number,
        versions.local_suffix,
        {{ levels_of('versions.level') }} as levels,
        versions.authority,
        versions.duration_text,
        versions.duration_status,
        versions.duration_value,
        versions.duration_unit,
        cast(versions.online_duration_hours as bigint) as online_duration_hours,
        versions.result_kind,
        versions.has_financial_obligation,
        versions.decision_date,
        versions.effective_on,
        versions.published_on,
        versions.is_in_published_catalogue
    from versions
    left join fields on {{ name_key('versions.field_name') }} = fields.field_key
)

select * from procedures
