{%- set hours = var('province')['working_hours'] -%}
{%- set opening = "time '" ~ hours[0]['start'] ~ "'" -%}
{%- set cut_off = "time '" ~ var('province')['cut_off'] ~ "'" -%}
with

staged as (
    select * from {{ ref('int_dossiers') }}
    where row_verdict = 'kept'
),

agencies as (
    select * from {{ ref('agencies') }}
),

procedures as (
    select * from {{ ref('procedures') }}
    where valid_to is null
),

communes as (
    select * from {{ ref('administrative_units') }}
    where level = 'commune'
),

successors as (
    select * from {{ ref('int_commune_successors') }}
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
),

-- one name may belong to several: such a name resolves to none
agencies_by_name as (
    select
        name_key,
        min(agency_code) as agency_code
    from agencies
    group by name_key
    having count(*) = 1
),

procedures_by_name as (
    select
        name_key,
        min(procedure_code) as procedure_code
    from procedures
    group by name_key
    having count(distinct procedure_code) = 1
),

keyed as (
    select
        *,
        {{ dossier_key('dossier_code') }} as code_key,
        {{ dossier_key('dossier_code_alias') }} as alias_key,
        {{ procedure_code('procedure_code_raw') }} as national_code,
        {{ name_key('procedure_name') }} as procedure_key,
        {{ name_key('receiving_agency_raw') }} as receiving_key,
        {{ name_key('competent_agency_raw') }} as competent_key
    from staged
),

-- the same dossier from two sources: the one of higher priority stands for it
ranked as (
    select
        *,
        row_number() over (
            partition by code_key
            order by source_priority asc, batch_sequence desc, row_number desc
        ) as preference
    from keyed
),

latest as (
    select * from ranked
    where preference = 1
),

resolved as (
    select
        latest.*,
        coalesce(by_code.procedure_code, by_name.procedure_code) as procedure_code,
        coalesce(receiving.agency_code, receiving_by_name.agency_code) as receiving_agency_code,
        coalesce(competent.agency_code, competent_by_name.agency_code) as competent_agency_code
    from latest
    left join procedures as by_code on latest.national_code = by_code.procedure_code
    left join procedures_by_name as by_name
        on latest.procedure_key = by_name.name_key and latest.national_code is null
    left join agencies as receiving on latest.receiving_agency_raw = receiving.agency_code
    left join agencies_by_name as receiving_by_name on latest.receiving_key = receiving_by_name.name_key
    left join agencies as competent on latest.competent_agency_raw = competent.agency_code
    left join agencies_by_name as competent_by_name on latest.competent_key = competent_by_name.name_key
),

described as (
    select
        resolved.*,
        procedures.field_code as procedure_field_code,
        procedures.duration_hours,
        procedures.has_result as procedure_has_result,
        coalesce(resolved.commune_code, agencies.commune_code) as place_code
    from resolved
    left join procedures on resolved.procedure_code = procedures.procedure_code
    left join agencies on resolved.receiving_agency_code = agencies.agency_code
),

-- a code is re-used with another territory, so it is read on the day of reception
located as (
    select
        described.*,
        case
            when present.valid_from <= coalesce(cast(described.received_at as date), {{ as_of() }}) then present.code
            else successors.new_code
        end as place_code_current
    from described
    left join communes as present
        on
            described.place_code = present.code
            and {{ as_of() }} >= present.valid_from
            and (present.valid_to is null or {{ as_of() }} <= present.valid_to)
    left join successors on described.place_code = successors.old_code
),

-- whole working days only: hours, pauses and extensions belong to the deadline engine
clock as (
    select
        located.*,
        cast(located.received_at as date) as received_on,
        cast(located.received_at as time) as received_time,
        received_day.working_day_number
        + case
            when not received_day.is_working_day or cast(located.received_at as time) > {{ cut_off }} then 1
            else 0
        end
        + cast(located.duration_hours / 8 as bigint) as due_number,
        case
            when not received_day.is_working_day or cast(located.received_at as time) > {{ cut_off }} then {{ opening }}
            when cast(located.received_at as time) < {{ opening }} then {{ opening }}
            {%- for half in hours[1:] %}
            when
                cast(located.received_at as time) > time '{{ hours[loop.index0]['end'] }}'
                and cast(located.received_at as time) < time '{{ half['start'] }}' then time '{{ half['start'] }}'
            {%- endfor %}
            else cast(located.received_at as time)
        end as due_time
    from located
    left join calendar_days as received_day on cast(located.received_at as date) = received_day.day
),

dated as (
    select
        clock.*,
        case when clock.duration_hours % 8 = 0 then due_day.day + clock.due_time end as due_at_computed
    from clock
    left join calendar_days as due_day
        on
            clock.due_number = due_day.working_day_number
            and due_day.is_working_day
),

dossiers as (
    select
        code_key as dossier_code,
        alias_key as dossier_code_alias,
        procedure_code,
        procedure_code_raw,
        coalesce(procedure_field_code, 'ten:' || {{ name_key('field_name') }}) as field_code,
        receiving_agency_code,
        receiving_agency_raw,
        competent_agency_code,
        place_code as commune_code,
        place_code_current as commune_code_current,
        channel,
        service_level,
        status,
        submitted_at,
        receive_by_at,
        received_at,
        due_at,
        due_at_computed,
        finished_at,
        returned_at,
        supplement_requested_at,
        supplement_rounds,
        pause_reason is not null as has_pause_reason,
        apology_on,
        deleted_at,
        procedure_has_result,
        result_number,
        result_issued_on,
        result_file is not null as has_result_file,
        result_file is not null and result_file = input_file as result_is_input,
        {{ token('applicant_number') }} as applicant_token,
        applicant_kind,
        fee_amount,
        online_payment,
        input_digitised,
        result_digitised,
        dataset,
        source_system,
        batch_id,
        row_number
    from dated
)

select * from dossiers
